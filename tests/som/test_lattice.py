"""Geometry of the lattice by hand, and the laws of distances and neighbourhoods."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from workflow.som.errors import SomError
from workflow.som.lattice import Lattice, neighbourhood

SHAPES = [(1, 1), (1, 6), (6, 1), (2, 2), (3, 5)]


@pytest.mark.parametrize("shape", SHAPES)
def test_units_are_numbered_row_by_row(shape):
    lattice = Lattice("square", shape)
    places = [[row, column] for row in range(shape[0]) for column in range(shape[1])]
    assert lattice.positions.tolist() == places
    assert lattice.n_units == len(places)


@pytest.mark.parametrize("shape", SHAPES)
def test_distances_are_euclidean_in_grid_steps(shape):
    lattice = Lattice("square", shape)
    expected = cdist(lattice.positions, lattice.positions) ** 2
    np.testing.assert_allclose(lattice.squared_distances(), expected, atol=1e-9)


def test_squared_distances_are_whole_numbers_exactly():
    squares = Lattice("square", (40, 30)).squared_distances()
    np.testing.assert_array_equal(squares, squares.round())
    np.testing.assert_array_equal(squares, squares.T)
    assert squares.max() == 39**2 + 29**2
    assert (squares == 0).sum() == 1200


@pytest.mark.parametrize("shape", SHAPES)
def test_adjacent_units_are_one_step_apart(shape):
    lattice = Lattice("square", shape)
    first, second = np.divmod(np.arange(lattice.n_units**2), lattice.n_units)
    squares = lattice.squared_distances()[first, second]
    np.testing.assert_array_equal(lattice.are_adjacent(first, second), squares == 1)
    np.testing.assert_array_equal(
        lattice.are_adjacent(first, second, diagonals=True), (squares == 1) | (squares == 2)
    )


@pytest.mark.parametrize("shape", SHAPES)
def test_adjacent_pairs_name_each_pair_once(shape):
    lattice = Lattice("square", shape)
    pairs = lattice.adjacent_pairs()
    rows, columns = shape
    assert pairs.shape == (rows * (columns - 1) + (rows - 1) * columns, 2)
    assert len({frozenset(pair) for pair in pairs.tolist()}) == len(pairs)
    assert lattice.are_adjacent(pairs[:, 0], pairs[:, 1]).all()


@pytest.mark.parametrize("shape", SHAPES)
def test_json_gives_the_same_lattice_back(shape):
    lattice = Lattice("square", shape)
    assert Lattice.from_json(lattice.to_json()) == lattice


def test_an_unknown_topology_is_refused_with_the_known_ones():
    with pytest.raises(SomError, match="'sqare'.*square"):
        Lattice("sqare", (2, 2))


def test_neighbourhood_is_the_gaussian_of_the_squared_distance():
    # Units 0 and 5 of a 2 × 3 lattice are (1, 2) apart: d² = 5; with R = 2, η = exp(−5/8).
    eta = neighbourhood(Lattice("square", (2, 3)), 2.0)
    assert eta[0, 5] == pytest.approx(np.exp(-0.625))
    assert eta[0, 1] == pytest.approx(np.exp(-0.125))


@pytest.mark.parametrize("radius", [1e-100, 0.3, 1.0, 50.0, 1e9])
def test_neighbourhood_is_one_at_the_bmu_and_falls_with_distance(radius):
    lattice = Lattice("square", (4, 6))
    eta = neighbourhood(lattice, radius)
    assert (np.diag(eta) == 1).all()
    assert ((eta >= 0) & (eta <= 1)).all()
    order = lattice.squared_distances()[0].argsort()
    assert (np.diff(eta[0, order]) <= 0).all()


def test_a_vanishing_radius_moves_the_bmu_alone_and_a_huge_one_all_units():
    lattice = Lattice("square", (3, 4))
    np.testing.assert_array_equal(neighbourhood(lattice, 0.01), np.eye(12))
    np.testing.assert_allclose(neighbourhood(lattice, 1e6), 1)
