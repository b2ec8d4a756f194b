"""Degenerate data and maps: the plain rule's result, or one sentence; no NaN in any artifact."""

import importlib
import itertools
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import yaml
from PIL import Image

from workflow.som.checkpoints import load_checkpoint, save_checkpoint
from workflow.som.config import to_fingerprint
from workflow.som.datasets import read_images, write_images
from workflow.som.engine.online import train_epoch
from workflow.som.engine.printed import train_epoch_as_printed_plainly
from workflow.som.errors import SomError
from workflow.som.features import as_features
from workflow.som.initialisation import starting_codebook
from workflow.som.kernels import neighbourhood
from workflow.som.lattice import Lattice
from workflow.som.runs import Run
from workflow.som.search import find_bmus, find_two_nearest
from workflow.som.tables import read_arrow
from workflow.som.training import presentation_order, train_one_epoch

CONFIG = yaml.safe_load((Path(__file__).parents[2] / "config/config.yaml").read_text())
STYLES = CONFIG["figures"]
for style in STYLES.values():
    style.update({"dpi": 100} if "dpi" in style else {})


def random_bytes(*shape):
    return np.random.default_rng(shape).integers(0, 256, shape, dtype=np.uint8)


IMAGES = {
    "black": np.zeros((40, 16), np.uint8),
    "white": np.full((40, 16), 255, np.uint8),
    "all the same": np.repeat(random_bytes(1, 16), 40, axis=0),
    "three, repeated": np.repeat(random_bytes(3, 16), 14, axis=0),
    "one": random_bytes(1, 16),
    "two": random_bytes(2, 16),
    "one pixel": random_bytes(40, 1),
    "on a line": np.arange(40, dtype=np.uint8)[:, None] * np.ones(16, np.uint8),
    "usual": random_bytes(60, 16),
}
LATTICES = [
    *[Lattice("square", shape) for shape in ((1, 1), (1, 7), (7, 1), (2, 1), (11, 9))],
    *[Lattice("hexagonal", shape) for shape in ((1, 1), (1, 5), (5, 1))],
    *[Lattice("torus", shape) for shape in ((1, 1), (1, 2), (2, 2))],
    Lattice("hexagonal_torus", (2, 1)),
    *[Lattice("line", (length,)) for length in (1, 2, 100)],
    *[Lattice("ring", (length,)) for length in (1, 2, 3, 90)],
    *[Lattice("block", shape) for shape in ((1, 1, 1), (1, 3, 1, 2), (1, 70), (1,) * 8)],
]
SCHEDULES = [(1.0, 1e-14), (1e-300, 1.0), (0.5, 4e5), (0.9, 1.5)]
KERNELS = ["gaussian", "cut_gaussian", "bubble", "mexican_hat", "printed"]


def starts(pixels, lattice):
    """Yield the codebooks from which a map may start, and one of equal units."""
    for initialisation in ("random", "sample", "pca"):
        try:
            yield starting_codebook(initialisation, 1, pixels, lattice)
        except SomError as error:
            assert "choose random or sample" in str(error)
    yield np.full((lattice.n_units, pixels.shape[1]), 0.5, np.float32)


def replay(codebook, pixels, order, steps, winners):
    """Follow the online rule in float64 with given winners; return how much nearer others were."""
    state = codebook.astype(np.float64)
    excess = 0.0
    for sample, winner in zip(order, winners, strict=True):
        x = as_features(pixels[sample], np.float64)
        distances = np.square(x - state).sum(axis=1)
        excess = max(excess, distances[winner] - distances.min())
        state += steps[winner][:, None] * (x - state)
    return state, excess


@pytest.mark.parametrize("form", [None, "block", "virtual", "lazy"])
@pytest.mark.parametrize("name", IMAGES)
def test_the_online_rule_gives_what_its_formula_says(name, form, fault_seed, how_many):
    """Whatever ties there are: winners are nearest up to rounding, updates those of the winners.

    (Units that are pushed away have no bounds, so the lazy form is never chosen for them.)
    """
    pixels = IMAGES[name]
    kernels = KERNELS[: 3 if form == "lazy" else 4]
    every = list(itertools.product(LATTICES, kernels, SCHEDULES, ("float32", "float64")))
    chosen = np.random.default_rng(fault_seed).permutation(len(every))[: how_many(25, len(every))]
    tried = 0
    for lattice, kernel, (rate, radius), precision in (every[number] for number in chosen):
        order = presentation_order(0, 1, len(pixels))
        table = neighbourhood(lattice, radius, kernel)
        is_smooth = kernel == "gaussian" and lattice.topology in ("square", "line", "block")
        for codebook in starts(pixels, lattice):
            winners = np.full(len(order), -1, np.int32)
            made = train_epoch(
                codebook, pixels, order, table, rate, shape=lattice.shape if is_smooth else None,
                precision=precision, form=form if is_smooth or form != "virtual" else None,
                winners=winners,
            )  # fmt: skip
            expected, excess = replay(codebook, pixels, order, rate * table, winners)
            rounding = 1e-5 if precision == "float32" else 1e-12
            largest = max(1.0, np.square(expected).sum(axis=1).max())
            case = lattice, kernel, rate, radius, precision, excess
            assert excess <= 20 * rounding * largest, case
            assert np.abs(made - expected).max() <= 1e-5 * largest, case
            tried += 1
    assert tried >= 2 * len(chosen)


@pytest.mark.parametrize("name", IMAGES)
def test_the_batch_rule_and_the_printed_formula_give_what_they_say(name, fault_seed, how_many):
    pixels = IMAGES[name]
    cases = [("batch", kernel) for kernel in KERNELS[:3]] + [("online", "printed")] * 2
    every = list(itertools.product(LATTICES, cases, SCHEDULES, ("float32", "float64")))
    chosen = np.random.default_rng(fault_seed).permutation(len(every))[: how_many(60, len(every))]
    tried = 0
    for lattice, (rule, kernel), (rate, radius), precision in (every[number] for number in chosen):
        for codebook in starts(pixels, lattice):
            made = train_one_epoch(
                codebook, pixels, lattice, rule=rule, kernel=kernel, seed=0, epoch=1,
                learning_rate=rate, radius=radius, precision=precision, device="cpu", threads=1,
            )  # fmt: skip
            if rule == "online":
                order = presentation_order(0, 1, len(pixels))
                expected = train_epoch_as_printed_plainly(codebook, pixels, order, radius, rate)
            else:
                weights = neighbourhood(lattice, radius, kernel)[brute_force(pixels, codebook)[0]]
                total = weights.sum(axis=0)[:, None]
                sums = weights.T @ as_features(pixels, np.float64)
                expected = np.divide(sums, total, out=codebook.astype(float), where=total > 0)
            assert np.allclose(made, expected, atol=1e-4), (lattice, kernel, rate, radius)
            tried += 1
    assert tried >= 2 * len(chosen)


def brute_force(pixels, codebook):
    """Return the two nearest units of each sample (the lowest index wins a tie), distances too."""
    differences = as_features(pixels, np.float64)[:, None] - codebook.astype(np.float64)
    distances = np.square(differences).sum(axis=2)
    nearest = np.argsort(distances, axis=1, kind="stable")[:, :2]
    return nearest[:, 0], nearest[:, -1], np.sqrt(distances.min(axis=1))


@pytest.mark.parametrize("name", IMAGES)
def test_the_search_finds_what_brute_force_finds(name):
    pixels, tried = IMAGES[name], 0
    for lattice in LATTICES:
        for codebook in starts(pixels, lattice):
            bmus, seconds, distances = brute_force(pixels, codebook)
            found = find_two_nearest(pixels, codebook, threads=1)
            assert np.array_equal(found.bmus, bmus)
            assert np.array_equal(found.second_bmus, seconds if lattice.n_units > 1 else bmus - 1)
            assert np.allclose(found.distances, distances, atol=1e-6)
            assert np.array_equal(find_bmus(pixels, codebook, threads=1), bmus)
            tried += 1
    assert tried >= 3 * len(LATTICES)


# ---------------------------------------------------------------- the scripts, one after another

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
            "history": self.folder / "history.parquet",
            "summaries": self.all("purity", "json"),
        }
        for name, (keys, suffixes) in FIGURES.items():
            given = {key: inputs[key] for key in keys}
            if name == "evolution":
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
    "prototypes": (["checkpoint", "purity"], ["png"]),
    "evolution": (["history"], ["png", "gif"]),
    "explorer": (["checkpoint", "purity", "u_matrix", "summary"], ["html"]),
}


# Two tables of images, five files an epoch, the U-matrix, the history, the quality, the figures.
N_ARTIFACTS = 2 + 3 * 5 + 3 + 13


def script(name):
    return importlib.import_module(f"workflow.scripts.{name}").main


def assert_no_nan(folder):
    """Look into every file that was published; return how many there are."""
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
            # Of the page what was put into it, not the library that draws it.
            text = text.partition('type="application/json"')[2] or text
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


# ---------------------------------------------------------------- what is refused


def test_a_checkpoint_with_a_value_that_is_no_number_is_refused(tmp_path):
    for number, value in enumerate((np.nan, np.inf, -np.inf)):
        codebook = np.zeros((4, 3), np.float32)
        codebook[2, 1] = value
        path = tmp_path / f"{number}.safetensors"
        save_checkpoint(path, codebook, {"epoch": "1"})
        with pytest.raises(SomError, match=f"{number}.safetensors is damaged .*no numbers"):
            load_checkpoint(path)


def test_no_images_are_refused_by_name(tmp_path):
    path = tmp_path / "train.parquet"
    nothing = np.zeros((0, 4, 4), np.uint8)
    write_images(path, np.zeros(0, np.int32), nothing, np.zeros(0, np.uint8), {"dataset": "tiny"})
    with pytest.raises(SomError, match="train.parquet holds no images"):
        read_images(path)
