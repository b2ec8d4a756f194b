"""A tiny run, made by the scripts, for the tests of the scripts that come after training."""

import shutil
from types import SimpleNamespace

import numpy as np
import pytest

from tests.project import ROOT
from workflow.scripts.mapping import map_activations
from workflow.scripts.provenance import write_manifest
from workflow.scripts.training import train_som
from workflow.som.data.datasets import read_images, write_images

MANIFEST_SETTINGS = {"radius": 3.0, "code": "0"}
CLASSES = np.random.default_rng(99).integers(0, 206, (10, 4, 4))


def write_split(path, split, n_samples, seed):
    """Write noisy pictures of ten classes; return what is read."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 10, n_samples).astype(np.uint8)
    images = CLASSES[labels] + generator.integers(0, 50, (n_samples, 4, 4))
    sample = generator.permutation(1000)[:n_samples].astype(np.int32)
    metadata = {"dataset": "mnist", "split": split}
    write_images(path, sample, images.astype(np.uint8), labels, metadata)
    return read_images(path)


class TinyRun(SimpleNamespace):
    """A folder with the tables of a run, whose epochs 0 … 2 can be trained and mapped."""

    def paths(self, folder, kind="parquet", epochs=range(3)):
        return [self.folder / folder / f"epoch_{epoch:03d}.{kind}" for epoch in epochs]

    def train(self, epochs=range(3)):
        first = epochs[0]
        train_som.main(
            self.folder / "train.parquet",
            self.paths("checkpoints", "safetensors", [first - 1])[0] if first else None,
            self.paths("checkpoints", "safetensors", epochs),
            self.paths("training_activations", epochs=epochs),
            name="tiny",
            experiment=self.experiment,
            seed=3,
            settings={"code": "0"},
            first_epoch=first,
            resume=self.folder / ".resume",
            threads=1,
        )

    def map(self):
        map_activations.main(
            self.folder / "test.parquet",
            self.paths("checkpoints", "safetensors"),
            self.paths("activations"),
            threads=2,
        )


@pytest.fixture
def new_run(tmp_path, make_experiment):
    """A run with its data and without training; keywords change the experiment."""

    def make(name="tiny", n_train=200, n_test=90, **changes):
        folder = tmp_path / name / "seed_3"
        return TinyRun(
            folder=folder,
            experiment=make_experiment(**changes),
            train_images=write_split(folder / "train.parquet", "train", n_train, 1),
            test_images=write_split(folder / "test.parquet", "test", n_test, 2),
        )

    return make


# Two maps: a usual one, and one with a single unit, whose second BMUs and some errors are null.
@pytest.fixture(params=[(4, 5), (1, 1)], ids=["map", "one unit"])
def tiny_run(request, new_run):
    """A trained and mapped run."""
    run = new_run(shape=request.param)
    run.train()
    shutil.rmtree(run.folder / ".resume")
    run.map()
    return run


@pytest.fixture
def listed(tiny_run):
    """A run below `results`, with its manifest."""
    benchmarks = tiny_run.folder / "benchmarks"
    benchmarks.mkdir()
    (benchmarks / "train_som_000_002.tsv").write_text("s\th:m:s\n1.25\t0:00:01\n")
    tables = tiny_run.folder.parent / "datasets" / "mnist"
    tables.mkdir(parents=True)
    for split in ("train", "test"):
        (tables / f"{split}.parquet").hardlink_to(tiny_run.folder / f"{split}.parquet")
    tiny_run.manifest = tiny_run.folder / "manifest.json"
    artifacts = [
        *tiny_run.paths("checkpoints", "safetensors"),
        *tiny_run.paths("training_activations"),
        *tiny_run.paths("activations"),
    ]
    write_manifest.main(
        artifacts,
        sorted(tables.iterdir()),
        benchmarks,
        ROOT,
        tiny_run.manifest,
        name="tiny",
        experiment=tiny_run.experiment,
        seed=3,
        settings=MANIFEST_SETTINGS,
    )
    return tiny_run
