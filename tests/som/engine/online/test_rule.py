"""The block form and the plain rule give equal winners, and codebooks equal up to rounding."""

from functools import partial

import numpy as np
import pytest
from minisom import MiniSom

from workflow.som.engine.online import blocks
from workflow.som.engine.online.rule import train_epoch, train_epoch_plainly
from workflow.som.model.kernels import neighbourhood
from workflow.som.model.lattice import Lattice


def relative_error(found, expected):
    return np.linalg.norm(found - expected) / np.linalg.norm(expected)


def example(n_samples, n_features, shape, seed=0):
    generator = np.random.default_rng(seed)
    lattice = Lattice("block", shape)
    samples = generator.random((n_samples, n_features), dtype=np.float32)
    codebook = generator.random((lattice.n_units, n_features), dtype=np.float32)
    return samples, codebook, lattice


def by_hand(codebook, samples, order, lattice, learning_rate, radius):
    """Train by the rule as the contract states it, in float64, without code of the library."""
    state = codebook.astype(float)
    rows, columns = lattice.shape
    for sample in order:
        x = samples[sample].astype(float)
        bmu = min(range(len(state)), key=lambda j: (((x - state[j]) ** 2).sum(), j))
        for j in range(len(state)):
            step = (bmu // columns - j // columns) ** 2 + (bmu % columns - j % columns) ** 2
            state[j] = state[j] + learning_rate * np.exp(-step / (2 * radius**2)) * (x - state[j])
    return state


def test_plain_loop_is_the_contract_sentence():
    samples, codebook, lattice = example(40, 5, (3, 4))
    order = np.random.default_rng(1).permutation(40)
    eta = neighbourhood(lattice, 1.3)
    found = train_epoch_plainly(codebook, samples, order, eta, 0.4)
    np.testing.assert_allclose(
        found, by_hand(codebook, samples, order, lattice, 0.4, 1.3), atol=1e-6
    )


@pytest.fixture(params=["eager", "block", "virtual", "lazy"])
def train(request):
    """Return `train_epoch` in one of its forms."""
    return partial(train_epoch, form=request.param)


@pytest.mark.parametrize(
    ("n_samples", "shape", "block_size"),
    [
        (300, (6, 7), 128),  # two full blocks and a part
        (257, (1, 40), 64),  # one sample in the last block; a line
        (64, (5, 5), 64),  # exactly one block
        (1, (4, 4), 128),  # one sample
        (50, (1, 1), 16),  # one unit
        (50, (1, 3), 1),  # blocks of one
        (90, (20, 30), 33),  # more units than samples, more than a tile, odd sub-blocks
        (120, (3, 4, 5), 32),  # three dimensions
        (100, (13, 40), 96),  # 520 units: one tile and eight units
    ],
)
@pytest.mark.parametrize("radius", [0.4, 2.0, 30.0])
def test_every_form_equals_the_plain_loop(train, n_samples, shape, block_size, radius):
    samples, codebook, lattice = example(n_samples, 24, shape)
    order = np.random.default_rng(2).permutation(n_samples)
    eta = neighbourhood(lattice, radius)
    expected = train_epoch_plainly(codebook, samples, order, eta, 0.5)
    options = {"shape": shape, "block_size": block_size}
    found = train(codebook, samples, order, eta, 0.5, precision="float64", **options)
    # Both round to float32 only at the end. In float64, rounding decides no near tie of these data.
    assert relative_error(found, expected) < 1e-7
    single = train(codebook, samples, order, eta, 0.5, **options)
    assert relative_error(single, expected) < 1e-5


def test_learning_rate_of_one_puts_every_near_unit_on_the_last_sample(train):
    samples, codebook, lattice = example(200, 10, (4, 4))
    order = np.arange(200)
    everywhere = np.ones((16, 16))
    found = train(codebook, samples, order, everywhere, 1.0)
    np.testing.assert_allclose(found, np.tile(samples[-1], (16, 1)), atol=1e-6)


def test_learning_rate_close_to_one(train):
    samples, codebook, lattice = example(300, 10, (5, 5))
    order = np.random.default_rng(3).permutation(300)
    eta = neighbourhood(lattice, 0.3)
    expected = train_epoch_plainly(codebook, samples, order, eta, 0.999)
    found = train(codebook, samples, order, eta, 0.999, precision="float64")
    assert relative_error(found, expected) < 1e-7


def test_lowest_index_wins_an_exact_tie(train):
    lattice = Lattice("square", (2, 5))
    codebook = np.full((10, 4), 0.5, dtype=np.float32)
    samples = np.array([[1.0, 0.0, 0.0, 0.0]], dtype=np.float32)
    found = train(codebook, samples, np.array([0]), neighbourhood(lattice, 0.2), 0.5)
    moved = np.abs(found - codebook).sum(axis=1)
    assert moved.argmax() == 0
    assert moved[0] > 100 * moved[1:].max()


def test_bytes_are_used_as_x_over_255(train):
    generator = np.random.default_rng(4)
    pixels = generator.integers(0, 256, (150, 30), dtype=np.uint8)
    _, codebook, lattice = example(1, 30, (5, 6))
    eta, order = neighbourhood(lattice, 2.0), np.arange(150)
    from_bytes = train(codebook, pixels, order, eta, 0.3)
    from_floats = train(codebook, (pixels / np.float32(255)), order, eta, 0.3)
    assert relative_error(from_bytes, from_floats) < 1e-6


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_the_number_of_threads_changes_no_bit(precision, monkeypatch):
    monkeypatch.setattr(blocks, "CHUNK_BYTES", 4000)
    samples, codebook, lattice = example(400, 50, (12, 12))
    order = np.random.default_rng(5).permutation(400)
    eta = neighbourhood(lattice, 5.0)
    results = [
        train_epoch(codebook, samples, order, eta, 0.5, precision=precision, threads=threads)
        for threads in (1, 2, 5)
    ]
    assert results[0].tobytes() == results[1].tobytes() == results[2].tobytes()


def test_the_codebook_given_is_not_changed_and_progress_adds_up():
    samples, codebook, lattice = example(300, 8, (4, 4))
    before, counted = codebook.copy(), []
    train_epoch(
        codebook, samples, np.arange(300), neighbourhood(lattice, 1), 0.5, report=counted.append
    )
    np.testing.assert_array_equal(codebook, before)
    assert sum(counted) == 300


def test_only_the_samples_in_order_are_presented():
    samples, codebook, lattice = example(100, 8, (4, 4))
    order = np.array([7, 7, 30])
    eta = neighbourhood(lattice, 1)
    expected = train_epoch_plainly(codebook, samples, order, eta, 0.5)
    assert relative_error(train_epoch(codebook, samples, order, eta, 0.5), expected) < 1e-6


def test_minisom_gives_the_same_codebook():
    """MiniSom is an independent library; it gets the contract's order and radius."""
    samples, codebook, lattice = example(500, 20, (8, 8), seed=6)
    order = np.random.default_rng([0, 1]).permutation(500)
    witness = MiniSom(
        8, 8, 20, sigma=3.0, learning_rate=0.5,
        decay_function=lambda rate, step, total: rate,
    )  # fmt: skip
    witness._sigma_decay_function = lambda sigma, step, total: sigma
    witness._weights = codebook.reshape(8, 8, 20).astype(float)
    for step, sample in enumerate(order):
        x = samples[sample].astype(float)
        witness.update(x, witness.winner(x), step, 500)
    expected = witness._weights.reshape(64, 20)
    found = train_epoch(
        codebook, samples, order, neighbourhood(lattice, 3.0), 0.5, precision="float64"
    )
    assert relative_error(found, expected) < 1e-6
