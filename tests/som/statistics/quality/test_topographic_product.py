"""The topographic product against its definition over all orders of ties, and its meaning."""

import itertools

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from workflow.som.model.lattice import Lattice
from workflow.som.statistics.quality import topographic_product as module
from workflow.som.statistics.quality.topographic_product import topographic_product


def for_one_order(in_space, on_lattice, by_space, by_lattice):
    """Σ_k ln P3(j, k) of one unit, as it is written: products, roots, logarithms."""
    total = 0.0
    for k in range(1, len(by_space) + 1):
        product = 1.0
        for a, v in zip(by_lattice[:k], by_space[:k], strict=True):
            product *= in_space[a] / in_space[v] * on_lattice[a] / on_lattice[v]
        total += np.log(product ** (1 / (2 * k)))
    return total


def orders(distances, others):
    """All orders of the others by distance, ties in every order."""
    distances = np.round(distances, 9)
    groups = [
        [list(order) for order in itertools.permutations([u for u in others if distances[u] == d])]
        for d in np.unique(distances[others])
    ]
    return [sum(parts, []) for parts in itertools.product(*groups)]


def over_all_orders(codebook, lattice):
    in_space, on_lattice = cdist(codebook, codebook), cdist(lattice.positions, lattice.positions)
    total, n_ranks = 0.0, 0
    for unit in range(lattice.n_units):
        others = [u for u in range(lattice.n_units) if in_space[unit, u] > 0]
        sums = [
            for_one_order(in_space[unit], on_lattice[unit], by_space, by_lattice)
            for by_space in orders(in_space[unit], others)
            for by_lattice in orders(on_lattice[unit], others)
        ]
        total, n_ranks = total + np.mean(sums), n_ranks + len(others)
    return total / n_ranks


@pytest.mark.parametrize("shape", [(1, 2), (6,), (2, 3), (3, 3), (2, 2, 2)])
@pytest.mark.parametrize("chunk_size", [2, 512])
def test_it_is_the_mean_of_the_definition_over_all_orders_of_ties(shape, chunk_size, monkeypatch):
    monkeypatch.setattr(module, "CHUNK_SIZE", chunk_size)
    lattice = Lattice("block", shape)
    codebook = np.random.default_rng(0).random((lattice.n_units, 3), dtype=np.float32)
    expected = over_all_orders(codebook.astype(float), lattice)
    assert topographic_product(codebook, lattice) == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_ties_in_the_space_of_the_samples_are_averaged_too():
    # On a grid of eighths most distances are tied, and two units share a vector.
    lattice = Lattice("square", (2, 3))
    codebook = np.array([[0, 0], [0, 1], [1, 0], [1, 1], [0, 0], [2, 0]]) / 8
    expected = over_all_orders(codebook, lattice)
    found = topographic_product(codebook.astype(np.float32), lattice)
    assert found == pytest.approx(expected, rel=1e-9)
    assert abs(expected) > 0.01


@pytest.mark.parametrize("shape", [(7,), (4, 6), (3, 4, 2)])
def test_a_codebook_that_is_the_lattice_has_none(shape):
    lattice = Lattice("block", shape)
    for scale in (1.0, 0.1, 1 / 3):
        found = topographic_product(lattice.positions * scale + 5, lattice)
        assert found == pytest.approx(0, abs=1e-12)


def test_its_sign_says_whether_the_lattice_has_too_few_dimensions():
    line = np.stack([np.arange(64.0), np.zeros(64)], axis=1)
    assert topographic_product(line, Lattice("square", (8, 8))) > 0.005
    # A line that winds through the square row by row.
    snake = np.array([(r, c if r % 2 == 0 else 7 - c) for r in range(8) for c in range(8)], float)
    assert topographic_product(snake, Lattice("line", (64,))) < -0.005


def test_it_tells_dimensions_and_not_order():
    # The same distances in both spaces, every unit somewhere else: what a_l adds v_l takes away.
    lattice = Lattice("square", (8, 8))
    found = [
        topographic_product(np.random.default_rng(seed).permutation(lattice.positions), lattice)
        for seed in range(5)
    ]
    assert np.abs(found).max() < 0.01


def test_it_does_not_change_with_the_numbering_or_the_unit_of_length():
    lattice = Lattice("square", (4, 5))
    units = np.random.default_rng(1).random((4, 5, 3))
    expected = topographic_product(units.reshape(20, 3), lattice)
    for turned in (units[::-1], units[:, ::-1], 7 * units + 3):
        found = topographic_product(turned.reshape(20, 3), lattice)
        assert found == pytest.approx(expected, abs=1e-12)
    upright = topographic_product(
        units.transpose(1, 0, 2).reshape(20, 3), Lattice("square", (5, 4))
    )
    assert upright == pytest.approx(expected, abs=1e-12)


def test_it_is_undefined_for_one_unit_and_for_equal_vectors():
    assert topographic_product(np.ones((1, 3)), Lattice("square", (1, 1))) is None
    assert topographic_product(np.full((6, 3), 0.1, np.float32), Lattice("square", (2, 3))) is None
