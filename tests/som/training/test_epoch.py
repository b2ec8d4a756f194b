"""The random numbers and the schedule of an epoch are those of the contract."""

import random
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.spatial.distance import cdist

from tests.som.model.test_lattice import LATTICES
from workflow.som.engine.batch import update_plainly
from workflow.som.engine.online.printed import train_epoch_as_printed_plainly
from workflow.som.engine.online.rule import train_epoch_plainly
from workflow.som.files.errors import SomError
from workflow.som.model.initialisation import random_codebook
from workflow.som.model.kernels import neighbourhood
from workflow.som.model.lattice import Lattice
from workflow.som.training.epoch import (
    Epoch,
    TrainingSettings,
    presentation_order,
    train_one_epoch,
)

LATTICE = Lattice("square", (3, 4))
SETTINGS = TrainingSettings(
    rule="online", kernel="gaussian", order_seed=7, precision="float64", device="cpu", threads=1
)
RATE, RADIUS = 0.4, 2.5
SECOND = Epoch(2, RATE, RADIUS)


def example(n_samples=60, n_features=5):
    return np.random.default_rng(1).random((n_samples, n_features), dtype=np.float32)


def by_hand(codebook, samples, epoch, *, seed, learning_rate, radius):
    """Train as the contract says, without code of the library."""
    state = codebook.astype(float)
    for sample in np.random.default_rng([seed, epoch]).permutation(len(samples)):
        x = samples[sample].astype(float)
        bmu = ((x - state) ** 2).sum(axis=1).argmin()
        for unit in range(12):
            square = (bmu // 4 - unit // 4) ** 2 + (bmu % 4 - unit % 4) ** 2
            share = learning_rate * np.exp(-square / (2 * radius**2))
            state[unit] += share * (x - state[unit])
    return state


@pytest.mark.parametrize("seed", [0, 3, 2**31])
def test_the_random_codebook_is_the_contracts(seed):
    expected = np.random.default_rng([seed, 0]).random((12, 5), dtype=np.float32)
    found = random_codebook(seed, 12, 5)
    np.testing.assert_array_equal(found, expected, strict=True)
    assert ((found >= 0) & (found < 1)).all()


@pytest.mark.parametrize("epoch", [1, 2, 90])
def test_every_epoch_presents_each_sample_once_in_an_order_of_its_own(epoch):
    order = presentation_order(3, epoch, 50)
    np.testing.assert_array_equal(order, np.random.default_rng([3, epoch]).permutation(50))
    assert sorted(order) == list(range(50))
    assert (order != presentation_order(3, epoch + 1, 50)).any()
    assert (order != presentation_order(4, epoch, 50)).any()


def test_three_epochs_are_the_contracts():
    samples, codebook = example(), random_codebook(7, 12, 5)
    expected = codebook
    for epoch in (1, 2, 3):
        one = Epoch(epoch, RATE, RADIUS)
        codebook = train_one_epoch(codebook, samples, LATTICE, SETTINGS, one)
        state = by_hand(expected, samples, epoch, seed=7, learning_rate=RATE, radius=RADIUS)
        expected = state.astype(np.float32)
        np.testing.assert_allclose(codebook, expected, atol=1e-6)


def test_an_epoch_depends_on_seed_and_epoch_and_on_no_other_random_state():
    samples, codebook = example(), random_codebook(7, 12, 5)
    results = []
    for state in (0, 1):
        random.seed(state)
        torch.manual_seed(state)
        np.random.seed(state)  # noqa: NPY002
        results.append(train_one_epoch(codebook, samples, LATTICE, SETTINGS, SECOND).tobytes())
    assert results[0] == results[1]
    others = (SETTINGS, SECOND._replace(number=3)), (replace(SETTINGS, order_seed=8), SECOND)
    for settings, epoch in others:
        other = train_one_epoch(codebook, samples, LATTICE, settings, epoch)
        assert other.tobytes() != results[0]


def test_the_result_is_float32_and_progress_adds_up():
    counted = []
    found = train_one_epoch(
        random_codebook(7, 12, 5), example(), LATTICE, SETTINGS, SECOND, report=counted.append
    )
    assert found.dtype == np.float32
    assert sum(counted) == 60


def test_one_sample_on_one_unit_moves_it_by_the_learning_rate():
    sample, codebook = np.array([[1.0, 0.0]], np.float32), np.array([[0.0, 0.5]], np.float32)
    lattice = Lattice("square", (1, 1))
    found = train_one_epoch(codebook, sample, lattice, SETTINGS, SECOND)
    np.testing.assert_allclose(found, [[0.4, 0.3]], atol=1e-7)


@pytest.mark.parametrize("kernel", ["gaussian", "cut_gaussian", "bubble", "mexican_hat", "printed"])
@pytest.mark.parametrize("lattice", LATTICES, ids=repr)
def test_every_kernel_runs_on_every_lattice_as_the_plain_loop(kernel, lattice):
    samples, codebook = example(), random_codebook(7, lattice.n_units, 5)
    settings = replace(SETTINGS, kernel=kernel)
    found = train_one_epoch(codebook, samples, lattice, settings, Epoch(2, 0.1, 2.5))
    order = presentation_order(7, 2, 60)
    if kernel == "printed":
        expected = train_epoch_as_printed_plainly(codebook, samples, order, 2.5, 0.1)
    else:
        eta = neighbourhood(lattice, 2.5, kernel)
        expected = train_epoch_plainly(codebook, samples, order, eta, 0.1)
    np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("kernel", ["gaussian", "cut_gaussian", "bubble"])
@pytest.mark.parametrize("lattice", LATTICES, ids=repr)
def test_the_batch_rule_runs_on_every_lattice_as_the_plain_one(kernel, lattice):
    samples, codebook = example(), random_codebook(7, lattice.n_units, 5)
    settings = replace(SETTINGS, kernel=kernel, rule="batch")
    found = train_one_epoch(codebook, samples, lattice, settings, SECOND)
    bmus = cdist(samples, codebook).argmin(axis=1)
    expected = update_plainly(codebook, samples, bmus, neighbourhood(lattice, 2.5, kernel))
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_a_codebook_that_grows_without_bound_is_refused():
    lattice, samples = Lattice("square", (12, 12)), example(4000)
    settings, codebook = replace(SETTINGS, kernel="mexican_hat"), random_codebook(7, 144, 5)
    with pytest.raises(SomError, match="grew without bound in epoch 1.*mexican_hat"):
        train_one_epoch(codebook, samples, lattice, settings, Epoch(1, 0.9, 2.0))
