"""Data sets of the user's own, from file to figures, with no rule edited."""

import json

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from PIL import Image
from sklearn.datasets import load_wine

from tests.project import Project
from workflow.som import load
from workflow.som.files.summaries import read_summary

SETTINGS = {"shape": [5, 4], "rule": "batch", "schedule": "to_final", "epochs": 4, "device": "cpu"}
FOR_ALL = {"training_curves", "u_matrix", "hit_map", "component_planes", "prototypes"}
FOR_CLASSES = {"activation_maps", "combined_map", "combined_map_epoch_001", "evolution"}


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A checkout with three runs: a table with classes, and images without and with them."""
    project = Project(tmp_path_factory.mktemp("own") / "project")
    wine = load_wine(as_frame=True)
    frame = wine.frame.assign(cultivar=np.array(["Barolo", "Grignolino", "Barbera"])[wine.target])
    (project.folder / "data").mkdir()
    frame.loc[3::10, "alcohol"] = np.nan
    frame.drop(columns="target").to_csv(project.folder / "data/wine.csv", index=False)
    generator = np.random.default_rng(0)
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    np.savez(elsewhere / "images.npz", X=generator.integers(0, 256, (60, 6, 5), dtype=np.uint8))
    for number in range(30):
        folder = elsewhere / "photos" / ("cats" if number % 3 else "dogs")
        folder.mkdir(parents=True, exist_ok=True)
        image = generator.integers(0, 256, (4, 5, 3), dtype=np.uint8)
        Image.fromarray(image).save(folder / f"{number}.png")

    def change(config):
        config["datasets"] = {
            "wines": {"train": "data/wine.csv", "label": "cultivar", "missing": "median"},
            "noise": {"train": str(elsewhere / "images.npz"), "test": None},
            "photos": {"train": str(elsewhere / "photos"), "test": 0.2},
        }
        config["experiments"] |= {
            "table": {"dataset": "wines", **SETTINGS},
            "images": {"dataset": "noise", **SETTINGS, "topology": "torus"},
            "coloured": {"dataset": "photos", **SETTINGS, "rule": "online"},
        }
        for name in ("wine", "small_digits"):
            del config["experiments"][name]

    project.configure(change)
    project.told = project.snakemake("table", "images", "coloured")
    return project


def codebooks(project):
    """Return the bytes of a run's checkpoints."""
    folder = project.folder / "results/table/seed_0/checkpoints"
    return [path.read_bytes() for path in sorted(folder.iterdir())]


def figures_of(project, name):
    return {path.stem for path in (project.folder / f"results/{name}/seed_0/figures").iterdir()}


def test_figures_follow_the_data(own):
    assert figures_of(own, "table") == FOR_ALL | FOR_CLASSES
    assert figures_of(own, "images") == FOR_ALL | {"mnist_samples", "clusters"}
    assert figures_of(own, "coloured") == FOR_ALL | FOR_CLASSES | {"mnist_samples"}
    with Image.open(own.folder / "results/coloured/seed_0/figures/prototypes.png") as picture:
        assert picture.mode == "RGB"
    pages = {path.parts[-3] for path in own.folder.glob("results/*/seed_0/explorer.html")}
    assert pages == {"coloured"}
    assert "wines: 134 samples to train and 44 to test, 3 classes" in own.told
    assert "units show one class alone" in own.told
    assert "open results/table/seed_0/figures/component_planes.png" in own.told


def test_tables_say_names_scaling_and_classes(own):
    table = pq.read_table(own.folder / "results/datasets/wines/train.parquet")
    assert str(table["features"].type) == "fixed_size_list<item: float>[13]".replace(
        "item", table["features"].type.value_field.name
    )
    metadata = {key.decode(): text.decode() for key, text in table.schema.metadata.items()}
    assert json.loads(metadata["class_names"]) == ["Barbera", "Barolo", "Grignolino"]
    assert json.loads(metadata["feature_names"])[0] == "alcohol"
    assert json.loads(metadata["scaling"])["kind"] == "standard"
    purity = pd.read_parquet(own.folder / "results/table/seed_0/purity/epoch_004.parquet")
    assert [name for name in purity.columns if name.startswith("class_")] == [
        *("class_0", "class_1", "class_2")
    ]
    assert purity[["class_0", "class_1", "class_2"]].to_numpy().sum() == purity["hits"].sum() == 44


def test_without_classes_what_needs_them_is_null(own):
    run = own.folder / "results/images/seed_0"
    for split in ("train", "test"):
        frame = pd.read_parquet(own.folder / f"results/datasets/noise/{split}.parquet")
        assert frame["label"].isna().all() and len(frame) == 60
    assert pd.read_parquet(run / "activations/epoch_004.parquet")["label"].isna().all()
    units = pd.read_parquet(run / "purity/epoch_004.parquet")
    assert units["hits"].sum() == 60
    assert units[["majority_digit", "purity", "entropy_bits", "n_digits"]].isna().all().all()
    summary = read_summary(run / "purity/epoch_004.json")
    assert summary["single_digit_units"] is summary["label_accuracy"] is None
    assert summary["active_units"] + summary["dead_units"] == 20


def test_a_finished_run_maps_new_samples_with_its_own_scaling(own):
    run = own.folder / "results/table/seed_0"
    som = load(run)
    frame = pd.read_csv(own.folder / "data/wine.csv")
    table = pd.read_parquet(run / "activations/epoch_004.parquet")
    new = frame.drop(columns="cultivar").iloc[table["sample"]]
    np.testing.assert_array_equal(som.predict(new), table["bmu"])
    assert som.classes_.tolist() == ["Barbera", "Barolo", "Grignolino"]
    expected = read_summary(run / "purity/epoch_004.json")["label_accuracy"]
    assert som.score(new, frame["cultivar"].iloc[table["sample"]]) == expected
    with pytest.raises(ValueError, match="feature names"):
        som.predict(new.rename(columns={"alcohol": "spirit"}))


def test_new_samples_are_mapped_on_a_finished_run(own):
    frame = pd.read_csv(own.folder / "data/wine.csv").drop(columns="cultivar").iloc[::9]
    frame.iloc[2] *= 5
    frame[frame.columns[::-1]].to_csv(own.folder / "data/more wine.csv", index=False)
    target = "results/table/seed_0/mapped/more_wine.parquet"
    new = ("--config", "new=data/more wine.csv")
    told = own.snakemake(target, *new)
    assert f"{len(frame)} samples mapped, 1 of them far from every unit" in told
    mapped = pd.read_parquet(own.folder / target)
    som = load(own.folder / "results/table/seed_0")
    np.testing.assert_array_equal(mapped["bmu"], som.predict(frame))
    classes = [som.classes_[one] for one in som.unit_classes_[mapped["bmu"]] if one >= 0]
    assert mapped["unit_class"].dropna().tolist() == classes
    assert mapped["is_far"].tolist() == [row == 2 for row in range(len(frame))]
    assert "Nothing to be done" in own.snakemake(target, *new)
    frame.drop(columns="ash").to_csv(own.folder / "data/more wine.csv", index=False)
    told = own.snakemake(target, *new, fails=True)
    assert "more wine.csv: it has no column ash; its columns are alcohol" in told
    images = own.folder / "data/images.npz"
    np.savez(images, X=np.zeros((3, 6, 5), np.uint8))
    target = "results/images/seed_0/mapped/images.parquet"
    own.snakemake(target, "--config", "new=data/images.npz")
    mapped = pd.read_parquet(own.folder / target)
    assert mapped["is_far"].all() and mapped["cluster"].notna().all()


def test_the_content_of_a_file_counts_and_not_its_time(own):
    path = own.folder / "data/wine.csv"
    assert own.planned("table", "images", "coloured") == set()
    text = path.read_text()
    path.write_text(text)
    assert own.planned("table") == set()
    path.write_text(text.replace("14.23", "14.24"))
    assert {"import_dataset", "map_activations_table_000_004"} <= own.planned("table")
    path.write_text(text.replace("14.23", "much"))
    before = codebooks(own)
    told = own.snakemake("table", fails=True)
    assert "row 1, column alcohol is 'much', which is text; mend it, or name the columns" in told
    assert codebooks(own) == before
    path.unlink()
    told = own.snakemake("table", fails=True)
    assert "data/wine.csv: there is no such file or folder; mend the path in the" in told
    path.write_text(text)
    own.snakemake("table")
    assert own.planned("table") == set()
    assert codebooks(own) == before


def test_a_name_that_is_taken_is_refused(project):
    project.configure(lambda config: config["datasets"].update(mnist={"train": "a.csv"}))
    told = project.snakemake("quickstart", fails=True)
    assert (
        "config: datasets.mnist has the name of a data set that the workflow knows; rename" in told
    )


@pytest.mark.parametrize("name", ["wine", "small_digits"])
def test_examples_of_the_configuration(project, name):
    changes = {"epochs": 2, "shape": [4, 4], "topology": "square"}
    project.configure(lambda config: config["experiments"][name].update(changes))
    assert "label accuracy" in project.snakemake(name)
