"""The combined error against all paths in a dense graph, and by hand."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from workflow.som.engine.search.find import find_two_nearest
from workflow.som.model.lattice import Lattice
from workflow.som.statistics.quality import combined
from workflow.som.statistics.quality.combined import combined_error


def random_case(shape, n_samples=60, seed=0):
    generator = np.random.default_rng(seed)
    lattice = Lattice("block", shape)
    samples = generator.random((n_samples, 4), dtype=np.float32)
    return samples, generator.random((lattice.n_units, 4), dtype=np.float32), lattice


def by_definition(samples, codebook, lattice):
    """As SOMperf defines it: distances and paths in full tables (Floyd & Warshall)."""
    distances = cdist(samples, codebook)
    ways = np.full((lattice.n_units, lattice.n_units), np.inf)
    np.fill_diagonal(ways, 0)
    steps = np.abs(lattice.positions[:, None] - lattice.positions).sum(axis=2)
    between = cdist(codebook, codebook)
    ways[steps == 1] = between[steps == 1]
    for middle in range(lattice.n_units):
        ways = np.minimum(ways, ways[:, middle, None] + ways[None, middle])
    order = distances.argsort(axis=1)
    rows = np.arange(len(samples))
    return np.mean(distances[rows, order[:, 0]] + ways[order[:, 0], order[:, 1]])


@pytest.mark.parametrize("shape", [(1, 2), (14,), (5, 6), (3, 4, 2)])
@pytest.mark.parametrize("chunk_size", [1, 3, 256])
def test_it_is_the_mean_way_to_the_second_bmu(shape, chunk_size, monkeypatch):
    monkeypatch.setattr(combined, "CHUNK_SIZE", chunk_size)
    samples, codebook, lattice = random_case(shape)
    found = combined_error(codebook, find_two_nearest(samples, codebook), lattice)
    assert found == pytest.approx(by_definition(samples, codebook, lattice), rel=1e-6)


def test_the_way_may_lead_over_many_units_rather_than_a_long_edge():
    # Around the square: from (0, 0) over (0, 1), (0, 2), (1, 2) to (1, 1) is 0.4, straight on 10.
    codebook = np.array([[0.0], [0.1], [0.2], [10.0], [0.4], [0.3]], np.float32)
    nearest = find_two_nearest(np.array([[-1.0]], np.float32), codebook)
    nearest.second_bmus[:] = 4
    found = combined_error(codebook, nearest, Lattice("square", (2, 3)))
    assert found == pytest.approx(1 + 0.4, rel=1e-6)


def test_equal_vectors_are_joined_by_an_edge_of_no_length():
    # Without the edge of length 0 between units 0 and 1 the far end could not be reached.
    codebook = np.array([[0.0], [0.0], [5.0], [1.0]], np.float32)
    nearest = find_two_nearest(np.array([[0.0]], np.float32), codebook)
    line = Lattice("line", (4,))
    assert combined_error(codebook, nearest, line) == 0
    nearest.second_bmus[:] = 3
    assert combined_error(codebook, nearest, line) == pytest.approx(5 + 4)


def test_it_is_the_quantization_error_where_all_vectors_are_equal():
    samples, codebook, lattice = random_case((3, 4))
    codebook[:] = 0.5
    nearest = find_two_nearest(samples, codebook)
    assert combined_error(codebook, nearest, lattice) == pytest.approx(
        cdist(samples, codebook[:1]).mean(), rel=1e-6
    )


def test_neither_the_samples_order_nor_their_number_matters():
    samples, codebook, lattice = random_case((4, 5))
    expected = combined_error(codebook, find_two_nearest(samples, codebook), lattice)
    twice = np.concatenate([samples[::-1], samples])
    found = combined_error(codebook, find_two_nearest(twice, codebook), lattice)
    assert found == pytest.approx(expected)


def test_it_is_undefined_for_one_unit_and_for_no_samples():
    samples, codebook, lattice = random_case((1, 1))
    assert combined_error(codebook, find_two_nearest(samples, codebook), lattice) is None
    samples, codebook, lattice = random_case((2, 2), n_samples=0)
    assert combined_error(codebook, find_two_nearest(samples, codebook), lattice) is None
