"""Purity from the tables on disk, recomputed with pandas and scikit-learn alone."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, homogeneity_score

from workflow.scripts.statistics import measure_purity
from workflow.som.files.checkpoints import load_checkpoint
from workflow.som.files.errors import DamagedFileError
from workflow.som.files.tables import read_table


def measure(run):
    units, summaries = run.paths("purity"), run.paths("purity", "json")
    measure_purity.main(
        run.paths("activations"),
        run.paths("training_activations"),
        units,
        summaries,
        permutations=15,
    )
    return [
        (pd.read_parquet(table), json.loads(summary.read_text()))
        for table, summary in zip(units, summaries, strict=True)
    ]


def test_units_are_the_crosstable_of_the_activations(tiny_run):
    n_units = tiny_run.experiment.n_units
    tables = [frame for frame, _ in measure(tiny_run)]
    for frame, path in zip(tables, tiny_run.paths("activations"), strict=True):
        mapped = pd.read_parquet(path)
        counts = pd.crosstab(mapped["bmu"], mapped["label"]).reindex(
            index=range(n_units), columns=range(10), fill_value=0
        )
        assert frame["unit"].tolist() == list(range(n_units))
        digits = frame[[f"digit_{digit}" for digit in range(10)]]
        np.testing.assert_array_equal(digits, counts)
        hits = counts.sum(axis=1)
        np.testing.assert_array_equal(frame["hits"], hits)
        alive = hits > 0
        np.testing.assert_array_equal(frame["purity"].isna(), ~alive)
        np.testing.assert_array_equal(frame["majority_digit"].isna(), ~alive)
        expected = (counts.max(axis=1) / hits)[alive]
        np.testing.assert_allclose(frame["purity"][alive].astype(float), expected)
        expected = counts.idxmax(axis=1)[alive]
        np.testing.assert_array_equal(frame["majority_digit"][alive].astype(int), expected)
        places = frame["row"] * tiny_run.experiment.shape[1] + frame["column"]
        np.testing.assert_array_equal(places, frame["unit"])


def test_the_summary_is_what_scikit_learn_and_the_table_say(tiny_run):
    for epoch, (frame, summary) in enumerate(measure(tiny_run)):
        mapped = pd.read_parquet(tiny_run.paths("activations")[epoch])
        trained = pd.read_parquet(tiny_run.paths("training_activations")[epoch])
        assert (summary["experiment"], summary["seed"], summary["epoch"]) == ("tiny", 3, epoch)
        assert summary["n_units"] == len(frame)
        assert summary["n_samples"] == 90
        assert summary["histogram"] == [int((frame["n_digits"] == n).sum()) for n in range(11)]
        assert summary["dead_units"] == int((frame["hits"] == 0).sum())
        assert summary["active_units"] + summary["dead_units"] == len(frame)
        assert summary["single_digit_share"] == summary["histogram"][1] / len(frame)
        homogeneity = homogeneity_score(mapped["label"], mapped["bmu"])
        assert summary["homogeneity"] == pytest.approx(homogeneity)
        labels = trained.groupby("bmu")["label"].agg(lambda own: own.mode().min())
        predicted = mapped["bmu"].map(labels).fillna(-1).astype(int)
        assert summary["label_accuracy"] == pytest.approx(
            accuracy_score(mapped["label"], predicted)
        )
        borne = set(labels)
        assert set(summary["labels_without_units"]) == set(trained["label"]) - borne | (
            set(mapped["label"]) - borne
        )
        checkpoint = tiny_run.paths("checkpoints", "safetensors")[epoch]
        units = load_checkpoint(checkpoint).codebook.astype(float)
        distances = np.linalg.norm(units - units.mean(axis=0), axis=1)
        assert summary["codebook_spread"] == pytest.approx(np.sqrt((distances**2).mean()), abs=1e-6)
        quantization = mapped["distance"].astype(float).mean()
        assert summary["quantization_error"] == pytest.approx(quantization)
        is_undefined = tiny_run.experiment.n_units == 1
        for key in ("topographic_error", "topographic_error_4", "topographic_error_8"):
            assert (summary[key] is None) == is_undefined
        null = summary["permuted_single_digit_units"]
        assert null["low"] <= null["mean"] <= null["high"]


def test_the_tables_say_of_which_run_they_are(tiny_run):
    measure(tiny_run)
    found = read_table(tiny_run.paths("purity")[2]).metadata
    expected = read_table(tiny_run.paths("activations")[2]).metadata
    for key in ("experiment", "seed", "epoch", "dataset", "lattice", "fingerprint"):
        assert found[key] == expected[key]
    assert found["n_samples"] == "90"


def test_a_second_measurement_gives_the_same_bytes(tiny_run):
    measure(tiny_run)
    paths = tiny_run.paths("purity") + tiny_run.paths("purity", "json")
    before = [path.read_bytes() for path in paths]
    measure(tiny_run)
    assert [path.read_bytes() for path in paths] == before


def test_damaged_activations_are_refused_and_nothing_is_measured_from_them(tiny_run):
    damaged = tiny_run.paths("training_activations")[0]
    damaged.write_bytes(damaged.read_bytes()[:-4])
    with pytest.raises(DamagedFileError, match="epoch_000.parquet is damaged"):
        measure(tiny_run)
    assert not (tiny_run.folder / "purity").exists()
