"""All scripts run on degenerate data, one after another, without failure or NaN in an artifact."""

import importlib
import json

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from tests.faults.degenerate import IMAGES
from tests.project import CONFIG, ROOT
from workflow.som.config.experiments import to_fingerprint
from workflow.som.data.datasets import read_images, write_images
from workflow.som.files.checkpoints import load_checkpoint
from workflow.som.files.tables import read_arrow
from workflow.som.model.lattice import Lattice
from workflow.som.training.runs import Run

STYLES = CONFIG["figures"]
for style in STYLES.values():
    style.update({"dpi": 100} if "dpi" in style else {})


CHAINS = {
    "black images": ("black", Lattice("square", (3, 4)), None),
    "one image on one unit": ("one", Lattice("square", (1, 1)), None),
    "two images on a ring": ("two", Lattice("ring", (3,)), None),
    "one image on many units": ("one", Lattice("hexagonal", (7, 6)), None),
    "one class": ("usual", Lattice("torus", (2, 2)), 7),
    "three images on a row": ("three, repeated", Lattice("square", (1, 7)), None),
    "images on a line": ("on a line", Lattice("block", (1, 3, 1, 2)), None),
    "a block of one unit": ("white", Lattice("block", (1, 1, 1)), 0),
}


class Chain:
    """The scripts of a run, from training to figures, on images of 4 × 4 pixels."""

    def __init__(self, folder, make_experiment, pixels, labels, lattice, **changes):
        self.folder = folder
        for split in ("train", "test"):
            images = pixels.reshape(len(pixels), 4, 4)
            numbers = np.arange(len(images), dtype=np.int32)
            write_images(folder / f"{split}.parquet", numbers, images, labels, {"dataset": "tiny"})
        experiment = make_experiment(
            topology=lattice.topology, shape=lattice.shape, epochs=2, **changes
        )
        images = read_images(folder / "train.parquet")
        (folder / ".resume").mkdir()
        run = Run("tiny", experiment, 0, to_fingerprint(experiment), images, folder / ".resume", 1)
        self.epochs = [0, 1, 2]
        checkpoints, activations = self.all("checkpoints", "safetensors"), self.all("training")
        run.train(self.epochs, None, list(zip(checkpoints, activations, strict=True)))

    def path(self, kind, suffix="parquet", epoch=2):
        return self.folder / kind / f"epoch_{epoch:03d}.{suffix}"

    def all(self, kind, suffix="parquet"):
        paths = [self.path(kind, suffix, epoch) for epoch in self.epochs]
        paths[0].parent.mkdir(exist_ok=True)
        return paths

    def measure(self):
        checkpoints, activations = self.all("checkpoints", "safetensors"), self.all("activations")
        script("map_activations")(self.folder / "test.parquet", checkpoints, activations, threads=1)
        summaries, units = self.all("purity", "json"), self.all("purity")
        script("measure_purity")(
            activations, self.all("training"), units, summaries, permutations=20
        )
        self.all("u_matrix")
        script("compute_u_matrix")(checkpoints[-1], self.path("u_matrix"))
        script("collect_history")(self.all("training")[1:], self.folder / "history.parquet")
        script("measure_quality")(
            images=self.folder / "test.parquet", checkpoint=checkpoints[-1],
            test=activations[-1], training=self.path("training"),
            summary=self.folder / "quality.json",
        )  # fmt: skip

    def draw(self):
        inputs = {
            "images": self.folder / "test.parquet",
            "purity": self.path("purity"),
            "summary": self.path("purity", "json"),
            "u_matrix": self.path("u_matrix"),
            "checkpoint": self.path("checkpoints", "safetensors"),
            "checkpoints": self.all("checkpoints", "safetensors"),
            "activations": self.path("activations"),
            "training_activations": self.path("training"),
            "history": self.folder / "history.parquet",
            "summaries": self.all("purity", "json"),
        }
        for name, (keys, suffixes) in FIGURES.items():
            given = {key: inputs[key] for key in keys}
            if name in ("evolution", "explorer"):
                given["purity"] = self.all("purity")
            outputs = {suffix: self.folder / f"{name}.{suffix}" for suffix in suffixes}
            module = "build_explorer" if name == "explorer" else f"plot_{name}"
            script(module)(**given, **outputs, style=STYLES[name])


FIGURES = {
    "mnist_samples": (["images"], ["png"]),
    "activation_maps": (["purity"], ["png", "svg"]),
    "combined_map": (["purity", "summary"], ["png", "svg"]),
    "training_curves": (["history", "summaries"], ["png", "svg"]),
    "u_matrix": (["u_matrix"], ["png", "svg"]),
    "hit_map": (["purity"], ["png", "svg"]),
    "component_planes": (["checkpoint", "purity"], ["png", "svg"]),
    "prototypes": (["checkpoint", "purity"], ["png"]),
    "evolution": (["history"], ["png", "gif"]),
    "explorer": (
        ["checkpoints", "activations", "training_activations", "images", "summary"],
        ["html"],
    ),
}


# Two tables of images, five files per epoch, the U-matrix, the history, the quality, the figures.
N_ARTIFACTS = 2 + 3 * 5 + 3 + 17


def script(name):
    (path,) = (ROOT / "workflow" / "scripts").glob(f"*/{name}.py")
    return importlib.import_module(f"workflow.scripts.{path.parent.name}.{name}").main


def assert_no_nan(folder):
    """Check every published file; return how many there are."""
    paths = [path for path in folder.rglob("*") if path.is_file() and ".resume" not in path.parts]
    for path in paths:
        if path.suffix == ".parquet":
            table, metadata = read_arrow(path)
            for column in table.columns:
                if pa.types.is_floating(column.type):
                    assert np.isfinite(column.drop_null().to_numpy()).all(), path
            assert "NaN" not in "".join(metadata.values())
        elif path.suffix == ".json":
            json.loads(path.read_text(), parse_constant=pytest.fail)
        elif path.suffix == ".safetensors":
            assert np.isfinite(load_checkpoint(path).codebook).all()
        elif path.suffix in (".png", ".gif"):
            with Image.open(path) as image:
                image.load()
                assert image.size > (20, 20)
        else:
            text = path.read_text(encoding="utf-8")
            if path.suffix == ".html":
                contents = text.partition('id="contents">')[2].partition("</script>")[0]
                json.loads(contents, parse_constant=pytest.fail)
                continue
            for word in ("NaN", ">nan", " nan", ":nan", "Infinity", ">inf"):
                assert word not in text, (path, word)
    return len(paths)


def test_every_stage_works_on_degenerate_maps(tmp_path, make_experiment, how_many):
    for name in list(CHAINS)[: how_many(4, len(CHAINS))]:
        kind, lattice, digit = CHAINS[name]
        pixels = IMAGES[kind]
        labels = (np.arange(len(pixels)) % 4).astype(np.uint8)
        labels = labels if digit is None else np.full_like(labels, digit)
        folder = tmp_path / name
        folder.mkdir()
        chain = Chain(folder, make_experiment, pixels, labels, lattice)
        chain.measure()
        chain.draw()
        assert assert_no_nan(folder) == N_ARTIFACTS
        summary = json.loads(chain.path("purity", "json").read_text())
        assert summary["n_samples"] == len(pixels)
        if lattice.n_units == 1:
            assert summary["topographic_error"] is None
            assert summary["active_units"] == 1
