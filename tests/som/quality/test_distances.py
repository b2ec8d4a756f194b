"""Distances against differences, and the lattice as the measures see it."""

from dataclasses import dataclass

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from workflow.som.lattice import Lattice
from workflow.som.quality.distances import lattice_edges, lattice_squares, squared_distances


@pytest.mark.parametrize("shift", [0, 100])
def test_products_measure_what_differences_measure(shift):
    generator = np.random.default_rng(0)
    rows, others = generator.random((20, 7)) + shift, generator.random((30, 7)) + shift
    others[:5] = rows[:5]
    others[5:10] = rows[5:10] + 1e-9
    found = squared_distances(rows, others)
    np.testing.assert_allclose(found, cdist(rows, others, "sqeuclidean"), rtol=1e-7)
    assert not found[range(5), range(5)].any()
    assert (found[range(5, 10), range(5, 10)] > 0).all()


def test_there_may_be_nothing_to_measure():
    assert squared_distances(np.empty((0, 3)), np.ones((4, 3))).shape == (0, 4)
    assert squared_distances(np.ones((4, 3)), np.empty((0, 3))).shape == (4, 0)


@dataclass
class Hexagons:
    """Two rows of a hexagonal lattice, whose edges are of length 1 up to rounding."""

    n_units: int = 6

    def squared_distances(self):
        rows, columns = np.divmod(np.arange(6), 3)
        positions = np.stack([rows * np.sqrt(3) / 2, columns + rows / 2], axis=1)
        return cdist(positions, positions) ** 2

    def adjacent_pairs(self):
        """With repetitions and a unit beside itself, as a short axis that wraps around gives."""
        first, second = np.nonzero(np.abs(self.squared_distances() - 1) < 1e-6)
        return np.concatenate([np.stack([first, second], axis=1), [[2, 2]]])


def test_rounding_parts_no_equal_lattice_distances():
    assert len(np.unique(Hexagons().squared_distances())) > 5
    assert np.unique(lattice_squares(Hexagons())).tolist() == [0, 1, 3, 4, 7]


def test_every_edge_is_named_once():
    edges = lattice_edges(Hexagons()).tolist()
    assert edges == [[0, 1], [0, 3], [1, 2], [1, 3], [1, 4], [2, 4], [2, 5], [3, 4], [4, 5]]
    square = Lattice("square", (4, 5))
    assert sorted(square.adjacent_pairs().tolist()) == lattice_edges(square).tolist()
    assert lattice_edges(Lattice("square", (1, 1))).shape == (0, 2)
