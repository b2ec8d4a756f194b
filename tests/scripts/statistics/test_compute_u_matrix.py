"""The U-matrix of a checkpoint on disk, recomputed from the file with safetensors and SciPy."""

import duckdb
import numpy as np
import pytest
from safetensors.numpy import load_file
from scipy.spatial.distance import cdist

from workflow.scripts.statistics import compute_u_matrix
from workflow.som.files.checkpoints import load_checkpoint
from workflow.som.files.errors import DamagedFileError
from workflow.som.files.tables import read_table


def test_it_is_the_mean_distance_to_units_one_step_away(tiny_run):
    path = tiny_run.folder / "u_matrix.parquet"
    checkpoint = tiny_run.paths("checkpoints", "safetensors")[2]
    compute_u_matrix.main(checkpoint, path)
    frame = duckdb.sql(f"SELECT * FROM '{path}' ORDER BY unit").df()
    places = frame[["row", "column"]].to_numpy()
    rows, columns = tiny_run.experiment.shape
    assert places.tolist() == [[r, c] for r in range(rows) for c in range(columns)]
    are_near = cdist(places, places, "cityblock") == 1
    codebook = load_file(checkpoint)["codebook"].astype(float)
    distances = np.where(are_near, cdist(codebook, codebook), 0)
    degree = are_near.sum(axis=1)
    if tiny_run.experiment.n_units == 1:
        assert frame["u_matrix"].isna().all()
    else:
        np.testing.assert_allclose(frame["u_matrix"], distances.sum(axis=1) / degree, rtol=1e-6)


def test_the_table_says_of_which_codebook_it_is(tiny_run):
    path = tiny_run.folder / "u_matrix.parquet"
    checkpoint = tiny_run.paths("checkpoints", "safetensors")[1]
    compute_u_matrix.main(checkpoint, path)
    expected = load_checkpoint(checkpoint).metadata
    found = read_table(path).metadata
    assert all(found[key] == expected[key] for key in expected.keys() - {"checksum", "kind"})
    assert found["kind"] == "u_matrix"


def test_a_damaged_checkpoint_is_refused(tiny_run):
    checkpoint = tiny_run.paths("checkpoints", "safetensors")[0]
    checkpoint.write_bytes(checkpoint.read_bytes()[:100])
    with pytest.raises(DamagedFileError, match="epoch_000.safetensors is damaged"):
        compute_u_matrix.main(checkpoint, tiny_run.folder / "u_matrix.parquet")
    assert not (tiny_run.folder / "u_matrix.parquet").exists()
