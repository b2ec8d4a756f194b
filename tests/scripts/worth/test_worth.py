"""The scripts of the study `worth`, one after another on a tiny run."""

import numpy as np
import pytest
from PIL import Image

from workflow.scripts.worth import (
    choose_random_images,
    fit_k_means,
    map_prototypes,
    measure_worth,
    plot_worth,
)
from workflow.som.engine.search.dense import find_two_nearest_densely
from workflow.som.files.checkpoints import load_checkpoint
from workflow.som.files.errors import DamagedFileError
from workflow.som.files.tables import read_table

SIZES = {"test": [20, 50], "training": [90]}


@pytest.fixture
def run(new_run):
    """A trained run with its controls and with all samples mapped on each codebook."""
    run = new_run(shape=(4, 5))
    run.train()
    images = run.folder / "train.parquet"
    run.codebooks = {
        "map": run.paths("checkpoints", "safetensors")[-1],
        "k_means": run.folder / "k_means.safetensors",
        "random_images": run.folder / "random_images.safetensors",
        "untrained": run.paths("checkpoints", "safetensors")[0],
    }
    choose_random_images.main(images, run.codebooks["random_images"], n_prototypes=20, seed=3)
    fit_k_means.main(images, run.codebooks["k_means"], n_prototypes=20, epochs=4, seed=3, threads=2)
    run.bmus = {name: run.folder / "bmus" / f"{name}.parquet" for name in run.codebooks}
    for name, path in run.bmus.items():
        map_prototypes.main(
            run.folder / "test.parquet", images, run.codebooks[name], path, threads=2
        )
    run.table = run.folder / "worth.parquet"
    return run


def measure(run):
    measure_worth.main(run.bmus, run.table, sizes=SIZES, draws=3, permutations=20, seed=3)
    return read_table(run.table)


def test_controls_say_what_they_are(run):
    for name in ("k_means", "random_images"):
        codebook, metadata = load_checkpoint(run.codebooks[name])
        assert codebook.shape == (20, 16)
        expected = {"kind": "prototypes", "codebook": name, "seed": "3"}
        expected |= {"dataset": "mnist", "image_shape": "[4, 4]"}
        assert expected.items() <= metadata.items()


def test_both_sets_are_mapped_as_all_distances_say(run):
    for name, path in run.bmus.items():
        codebook = load_checkpoint(run.codebooks[name]).codebook
        frame, metadata = read_table(path)
        assert (metadata["kind"], metadata["codebook"]) == ("bmus", name)
        assert metadata["n_units"] == "20"
        for part, images in [("test", run.test_images), ("training", run.train_images)]:
            rows = frame[frame["set"] == part]
            expected = find_two_nearest_densely(images.pixels, codebook).bmus
            np.testing.assert_array_equal(rows["bmu"], expected)
            np.testing.assert_array_equal(rows["label"], images.labels)
            np.testing.assert_array_equal(rows["sample"], images.sample)


def test_the_table_measures_every_codebook_alike(run):
    frame, metadata = measure(run)
    assert list(frame["codebook"].unique()) == list(run.codebooks)
    sizes = frame.groupby("codebook")[["set", "n_images", "draw"]].apply(
        lambda rows: rows.to_numpy().tolist()
    )
    assert all(each == sizes["map"] for each in sizes)
    assert {tuple(row[:2]) for row in sizes["map"]} == {
        ("test", 20), ("test", 50), ("test", 90), ("training", 90), ("training", 200),
    }  # fmt: skip
    expected = {"dataset": "mnist", "n_units": "20", "draws": "3", "permutations": "20"}
    assert expected.items() <= metadata.items()


def test_the_figure_is_drawn_from_the_table_and_twice_the_same(run):
    measure(run)
    written = []
    for name in ("first", "second"):
        paths = {kind: run.folder / name / f"worth.{kind}" for kind in ("png", "svg")}
        style = {"width": 7.2, "height": 5.2, "dpi": 60}
        plot_worth.main(table=run.table, style=style, **paths)
        written.append([path.read_bytes() for path in paths.values()])
    assert written[0] == written[1]
    with Image.open(paths["png"]) as image:
        assert image.size == (432, 312)
    assert "<image" not in paths["svg"].read_text()  # The figure has vectors only, no pixels.


def test_a_damaged_table_is_refused(run):
    run.bmus["k_means"].write_bytes(run.bmus["k_means"].read_bytes()[:-9])
    with pytest.raises(DamagedFileError, match="k_means.parquet is damaged"):
        measure(run)
    assert not run.table.exists()
