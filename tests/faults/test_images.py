"""Degenerate data and maps give the plain rule's result or are refused; no artifact has a NaN."""

import itertools

import numpy as np
import pytest

from tests.faults.degenerate import IMAGES
from workflow.som.data.datasets import read_images, write_images
from workflow.som.engine.online.printed import train_epoch_as_printed_plainly
from workflow.som.engine.online.rule import train_epoch
from workflow.som.engine.search.find import find_bmus, find_two_nearest
from workflow.som.files.checkpoints import load_checkpoint, save_checkpoint
from workflow.som.files.errors import SomError
from workflow.som.model.initialisation import starting_codebook
from workflow.som.model.kernels import neighbourhood
from workflow.som.model.lattice import Lattice
from workflow.som.model.samples import as_features
from workflow.som.training.epoch import (
    Epoch,
    TrainingSettings,
    presentation_order,
    train_one_epoch,
)

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
    """Yield the initial codebooks, and one whose units are all equal."""
    for initialisation in ("random", "sample", "pca"):
        try:
            yield starting_codebook(initialisation, 1, pixels, lattice)
        except SomError as error:
            assert "choose random or sample" in str(error)
    yield np.full((lattice.n_units, pixels.shape[1]), 0.5, np.float32)


def replay(codebook, pixels, order, steps, winners):
    """Follow the online rule in float64 with given winners.

    Return the codebook, and the largest amount by which another unit was nearer than the winner, in
    squared distance.
    """
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
    """Winners are nearest up to rounding, even where there are ties, and updates follow from them.

    The lazy form is never chosen for kernels that push units away, as it has no bounds for these.
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
            settings = TrainingSettings(rule=rule, kernel=kernel, order_seed=0, precision=precision)
            made = train_one_epoch(codebook, pixels, lattice, settings, Epoch(1, rate, radius))
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
    """Return the two nearest units of each sample and the distances; the lowest index wins ties."""
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
