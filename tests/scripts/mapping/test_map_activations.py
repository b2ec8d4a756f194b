"""The mapping script finds the same units for the test set as an independent search."""

import duckdb
import numpy as np
import pytest
from safetensors.numpy import load_file
from scipy.spatial.distance import cdist

from workflow.som.files.checkpoints import load_checkpoint
from workflow.som.files.errors import DamagedFileError
from workflow.som.files.tables import read_table


def test_duckdb_reads_what_scipy_finds(tiny_run):
    test, shape = tiny_run.test_images, tiny_run.experiment.shape
    samples = (test.pixels / np.float32(255)).astype(float)
    checkpoints = tiny_run.paths("checkpoints", "safetensors")
    for checkpoint, path in zip(checkpoints, tiny_run.paths("activations"), strict=True):
        distances = cdist(samples, load_file(checkpoint)["codebook"].astype(float))
        order = distances.argsort(axis=1, kind="stable")
        found = duckdb.sql(f'SELECT *, "row" * {shape[1]} + "column" AS place FROM "{path}"').df()
        np.testing.assert_array_equal(found["bmu"], order[:, 0])
        np.testing.assert_array_equal(found["place"], order[:, 0])
        if len(order[0]) > 1:
            np.testing.assert_array_equal(found["second_bmu"], order[:, 1])
        else:
            assert found["second_bmu"].isna().all()
        np.testing.assert_allclose(found["distance"], distances.min(axis=1), rtol=1e-6)
        np.testing.assert_array_equal(found["sample"], test.sample)
        np.testing.assert_array_equal(found["label"], test.labels)


def test_the_tables_say_of_which_codebook_they_are(tiny_run):
    checkpoints = tiny_run.paths("checkpoints", "safetensors")
    for checkpoint, path in zip(checkpoints, tiny_run.paths("activations"), strict=True):
        expected = load_checkpoint(checkpoint).metadata
        found = read_table(path).metadata
        assert found.keys() == expected.keys()
        assert all(found[key] == expected[key] for key in expected.keys() - {"checksum", "kind"})
        assert found["kind"] == "activations"


def test_a_damaged_checkpoint_is_refused(tiny_run):
    damaged = tiny_run.paths("checkpoints", "safetensors")[1]
    damaged.write_bytes(damaged.read_bytes()[:-4])
    tiny_run.paths("activations")[1].unlink()
    with pytest.raises(DamagedFileError, match="epoch_001.safetensors is damaged"):
        tiny_run.map()
    assert not tiny_run.paths("activations")[1].exists()
