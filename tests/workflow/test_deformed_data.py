"""A data set of deformed digits, from the configuration to figures, with no rule edited."""

import pandas as pd
import pytest

from tests.project import Project
from workflow.som.data.datasets import read_images
from workflow.som.files.summaries import read_summary

SMALL = {"shape": [5, 5], "rule": "batch", "schedule": "to_final", "epochs": 2, "device": "cpu"}
TABLES = "results/datasets/many/train.parquet"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A checkout with a run on deformed digits and one on the digits themselves."""
    project = Project(tmp_path_factory.mktemp("deformed") / "project")

    def change(config):
        config["datasets"]["many"] = {"deformed": "MNIST 5000", "samples": 9000}
        for name, dataset in (("on_many", "many"), ("on_few", "mnist_5000")):
            config["experiments"][name] = {"dataset": dataset, **SMALL}

    project.configure(change)
    project.told = project.snakemake("on_many", "on_few")
    return project


def test_everything_is_made_as_for_the_digits_themselves(project):
    few, many = (project.folder / "results" / name / "seed_0" for name in ("on_few", "on_many"))
    files = [
        {path.relative_to(run) for path in run.rglob("*") if ".resume" not in path.parts}
        for run in (few, many)
    ]
    assert files[0] == files[1]
    assert {"figures/mnist_samples.png", "explorer.html"} <= {str(path) for path in files[1]}
    assert "on 1,000 test images:" in project.told and "test samples" not in project.told
    assert "units show one digit alone" in project.told and "one class" not in project.told
    units = pd.read_parquet(many / "purity/epoch_002.parquet")
    assert list(units.columns) == list(pd.read_parquet(few / "purity/epoch_002.parquet").columns)
    summary = read_summary(many / "purity/epoch_002.json")
    assert summary["dataset"] == "many" and summary["n_samples"] == 1000
    assert summary["label_accuracy"] > 0.4
    rows = pd.read_parquet(many / "training_activations/epoch_002.parquet")
    assert len(rows) == 9000
    for page in (few, many):
        assert "digit" in (page / "explorer.html").read_text("utf-8")


def test_the_test_set_is_the_original_one(project):
    folder = project.folder / "results/datasets"
    ours, theirs = (read_images(folder / name / "test.parquet") for name in ("many", "mnist_5000"))
    assert (ours.pixels == theirs.pixels).all() and (ours.labels == theirs.labels).all()


def test_a_setting_makes_it_again_and_its_spelling_does_not(project):
    def set_to(**keys):
        project.configure(lambda config: config["datasets"]["many"].update(keys))
        return project.planned("on_many", "on_few")

    assert set_to(deformed="mnist_5000", seed=0) == set()
    planned = set_to(seed=1)
    assert {"deform_images", "train_som_on_many_000_002"} <= planned
    assert not {name for name in planned if "few" in name or name == "preprocess"}
    assert "deform_images" in set_to(seed=0, samples=8000)


def test_the_examples_are_made_only_if_asked_for(project):
    assert "deform_images" not in project.planned("all", "quickstart", "topologies")
    asked = project.planned("results/datasets/mnist_8m/train.parquet")
    assert asked == {"download_mnist", "deform_images"}


def test_what_cannot_be_deformed_is_refused_before_any_job(project):
    before = (project.folder / TABLES).read_bytes()
    project.configure(lambda config: config["datasets"]["many"].update(deformed="wine"))
    told = project.snakemake("on_many", fails=True)
    assert 'config: datasets.many.deformed is "wine", which is not known; choose one of' in told
    assert (project.folder / TABLES).read_bytes() == before
