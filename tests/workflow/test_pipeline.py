"""The whole pipeline on a small map makes every artifact of the contract, and makes it once."""

import json
import subprocess
import sys

import duckdb
import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import load_file

from workflow.som.engine.online.rule import train_epoch_plainly

EPOCHS = [f"{epoch:03d}" for epoch in range(7)]
FIGURES = [
    *("mnist_samples.png", "activation_maps.png", "activation_maps.svg", "combined_map.png"),
    *("combined_map.svg", "combined_map_epoch_001.png", "training_curves.png", "u_matrix.png"),
    *("hit_map.png", "component_planes.svg", "prototypes.png", "evolution.png", "evolution.gif"),
]


def test_every_artifact_of_the_contract_is_there(finished):
    expected = [
        *(f"checkpoints/epoch_{epoch}.safetensors" for epoch in EPOCHS),
        *(f"activations/epoch_{epoch}.parquet" for epoch in EPOCHS),
        *(f"purity/epoch_{epoch}.parquet" for epoch in EPOCHS),
        *(f"purity/epoch_{epoch}.json" for epoch in EPOCHS),
        *(f"figures/{figure}" for figure in FIGURES),
        *("history.parquet", "explorer.html"),
    ]
    assert [path for path in expected if not (finished.run / path).is_file()] == []
    assert list((finished.folder / "results/raw/mnist_5000").glob("*.gz"))
    leftovers = [path for path in (finished.folder / "results").rglob("*.tmp*")]
    assert leftovers == []


def test_a_second_run_does_nothing(finished):
    assert "Nothing to be done" in finished.snakemake("quickstart")


def test_tables_have_the_contract_columns_and_open_elsewhere(finished):
    columns = {
        "../../datasets/mnist_5000/train.parquet": "sample label pixels",
        "history.parquet": "epoch learning_rate radius quantization_error topographic_error "
        "topographic_error_4 topographic_error_8 seconds samples_per_second",
        "activations/epoch_006.parquet": "sample label bmu second_bmu row column distance",
        "purity/epoch_006.parquet": "unit row column hits n_digits majority_digit purity "
        "entropy_bits " + " ".join(f"digit_{digit}" for digit in range(10)),
    }
    for name, expected in columns.items():
        path = finished.run / name
        frame = pd.read_parquet(path)
        assert set(expected.split()) <= set(frame.columns)
        ((count,),) = duckdb.sql(f"select count(*) from read_parquet('{path}')").fetchall()
        assert count == len(frame) > 0


def test_each_epoch_follows_from_the_one_before_by_the_plain_rule(finished):
    """Schedule and order are computed here as the contract says, not by the library."""
    train = pd.read_parquet(finished.folder / "results/datasets/mnist_5000/train.parquet")
    pixels = np.stack(train["pixels"]).astype(np.uint8)
    rows, columns = np.divmod(np.arange(42), 7)
    squares = (rows[:, None] - rows) ** 2 + (columns[:, None] - columns) ** 2
    parted = 0
    for epoch in range(1, 7):
        before = load_file(finished.run / f"checkpoints/epoch_{epoch - 1:03d}.safetensors")
        found = load_file(finished.run / f"checkpoints/epoch_{epoch:03d}.safetensors")
        alpha, radius = 0.5 * 0.7 ** (epoch - 1), 4.0 * 0.7 ** (epoch - 1)
        expected = train_epoch_plainly(
            before["codebook"],
            pixels,
            np.random.default_rng([0, epoch]).permutation(len(pixels)),
            np.exp(-squares / (2 * radius**2)),
            alpha,
        )
        difference = np.linalg.norm(found["codebook"] - expected) / np.linalg.norm(expected)
        parted += difference > 1e-4
    # Rounding may decide one near tie differently, and then that epoch has another map.
    assert parted <= 1


def test_initial_codebook_is_the_contract_one(finished):
    found = load_file(finished.run / "checkpoints/epoch_000.safetensors")["codebook"]
    expected = np.random.default_rng([0, 0]).random((42, 784), dtype=np.float32)
    np.testing.assert_array_equal(found, expected)


def test_activations_are_those_of_a_float64_search(finished):
    test = pd.read_parquet(finished.folder / "results/datasets/mnist_5000/test.parquet")
    features = (np.stack(test["pixels"]) / np.float32(255)).astype(np.float32).astype(float)
    codebook = load_file(finished.run / "checkpoints/epoch_006.safetensors")["codebook"]
    distances = np.sqrt(((features[:, None] - codebook.astype(float)) ** 2).sum(axis=2))
    found = pd.read_parquet(finished.run / "activations/epoch_006.parquet")
    order = np.argsort(distances, axis=1, kind="stable")
    np.testing.assert_array_equal(found["bmu"], order[:, 0])
    np.testing.assert_array_equal(found["second_bmu"], order[:, 1])
    np.testing.assert_allclose(found["distance"], distances.min(axis=1), rtol=1e-6)
    np.testing.assert_array_equal(found["bmu"], found["row"] * 7 + found["column"])


def test_summary_follows_from_the_tables(finished):
    summary = json.loads((finished.run / "purity/epoch_006.json").read_text())
    units = pd.read_parquet(finished.run / "purity/epoch_006.parquet")
    activations = pd.read_parquet(finished.run / "activations/epoch_006.parquet")
    training = pd.read_parquet(finished.run / "training_activations/epoch_006.parquet")
    digits = activations.groupby("bmu")["label"].nunique().reindex(range(42), fill_value=0)
    np.testing.assert_array_equal(units["n_digits"], digits)
    assert summary["histogram"] == [int((digits == n).sum()) for n in range(11)]
    assert summary["single_digit_units"] == int((digits == 1).sum())
    majority = training.groupby("bmu")["label"].agg(lambda labels: labels.value_counts().index[0])
    right = activations["bmu"].map(majority) == activations["label"]
    # Where counts are equal, value_counts may take either digit; this is rare.
    assert summary["label_accuracy"] == pytest.approx(right.mean(), abs=0.02)
    assert summary["map_purity"] > summary["n_samples"] / 10 / summary["n_samples"]
    control = summary["permuted_single_digit_units"]
    assert control["low"] <= control["mean"] <= control["high"] < 42


def test_the_library_is_the_repository_one():
    """The root comes last in the scripts' path, so an installed `workflow` would be used first."""
    import workflow.som

    root = subprocess.run(
        [sys.executable, "-c", "import workflow.som; print(workflow.som.__path__[0])"],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    assert root == list(workflow.som.__path__)[0]
