"""The history has one row per epoch, with numbers that other programs can read."""

import duckdb
import numpy as np
import pandas as pd
import pytest

from workflow.scripts.training import collect_history
from workflow.som.files.checkpoints import load_checkpoint
from workflow.som.files.tables import read_table

COLUMNS = [
    "epoch",
    "learning_rate",
    "radius",
    "quantization_error",
    "topographic_error",
    "topographic_error_4",
    "topographic_error_8",
    "seconds",
    "samples_per_second",
]


def collect(run):
    path = run.folder / "history.parquet"
    collect_history.main(run.paths("training_activations", epochs=[1, 2]), path)
    return path


def test_every_trained_epoch_has_a_row_with_the_contracts_columns(tiny_run):
    frame = pd.read_parquet(collect(tiny_run))
    assert sorted(frame.columns) == sorted(COLUMNS)
    assert frame.columns[:3].tolist() == COLUMNS[:3]
    assert frame["epoch"].tolist() == [1, 2]
    np.testing.assert_allclose(frame["learning_rate"], [0.5, 0.4])
    np.testing.assert_allclose(frame["radius"], [3.0, 2.4])
    np.testing.assert_allclose(frame["samples_per_second"], 200 / frame["seconds"])


def test_errors_are_those_of_the_training_activations(tiny_run):
    frame = pd.read_parquet(collect(tiny_run))
    columns = tiny_run.experiment.shape[1]
    for epoch, path in enumerate(tiny_run.paths("training_activations")[1:]):
        mapped, row = pd.read_parquet(path), frame.loc[epoch]
        assert row["quantization_error"] == pytest.approx(mapped["distance"].mean(), rel=1e-6)
        if tiny_run.experiment.n_units == 1:
            errors = ["topographic_error", "topographic_error_4", "topographic_error_8"]
            assert row[errors].isna().all()
            continue
        steps = [
            np.abs(mapped["bmu"] // columns - mapped["second_bmu"] // columns),
            np.abs(mapped["bmu"] % columns - mapped["second_bmu"] % columns),
        ]
        assert row["topographic_error_4"] == pytest.approx((sum(steps) != 1).mean())
        assert row["topographic_error"] == row["topographic_error_4"]
        assert row["topographic_error_8"] == pytest.approx((np.maximum(*steps) != 1).mean())


def test_duckdb_sees_numbers_in_every_column(tiny_run):
    kinds = duckdb.sql(f"DESCRIBE SELECT * FROM '{collect(tiny_run)}'").fetchall()
    assert {kind[0]: kind[1] for kind in kinds} == dict.fromkeys(COLUMNS, "DOUBLE") | {
        "epoch": "INTEGER"
    }


def test_the_initial_codebook_has_a_row_where_it_is_asked_for(tiny_run):
    path = tiny_run.folder / "history.parquet"
    collect_history.main(tiny_run.paths("training_activations"), path)
    frame = pd.read_parquet(path)
    assert frame["epoch"].tolist() == [0, 1, 2]
    assert frame["quantization_error"].notna().all()
    assert frame.loc[0, ["learning_rate", "radius", "seconds"]].isna().all()


def test_the_history_says_of_which_run_it_is(tiny_run):
    found = read_table(collect(tiny_run)).metadata
    expected = load_checkpoint(tiny_run.paths("checkpoints", "safetensors")[0]).metadata
    for key in ("experiment", "seed", "dataset", "fingerprint", "lattice"):
        assert found[key] == expected[key]
