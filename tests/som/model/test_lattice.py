"""The lattice's geometry compared with values computed by hand, and laws of distances."""

import itertools

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from workflow.som.files.errors import SomError
from workflow.som.model.lattice import TOPOLOGIES, Lattice

LATTICES = [
    Lattice("square", (4, 5)),
    Lattice("hexagonal", (5, 4)),
    Lattice("torus", (4, 6)),
    Lattice("torus", (1, 2)),
    Lattice("hexagonal_torus", (4, 5)),
    Lattice("hexagonal_torus", (2, 1)),
    Lattice("line", (7,)),
    Lattice("ring", (7,)),
    Lattice("ring", (2,)),
    Lattice("ring", (1,)),
    Lattice("block", (3, 2, 4)),
    Lattice("block", (2, 3, 2, 2)),
]
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


@pytest.mark.parametrize(
    ("topology", "shape", "words"),
    [
        ("ring", (3, 4), "2 lengths.*ring needs 1"),
        ("hexagonal", (9,), "1 length,.*hexagonal needs 2"),
        ("hexagonal_torus", (5, 4), "5 rows.*even"),
    ],
)
def test_a_shape_that_does_not_go_with_the_topology_is_refused(topology, shape, words):
    with pytest.raises(SomError, match=words):
        Lattice(topology, shape)


def test_every_topology_is_among_the_lattices_tested():
    assert {lattice.topology for lattice in LATTICES} == set(TOPOLOGIES)


@pytest.mark.parametrize("lattice", LATTICES, ids=repr)
def test_distances_are_the_least_over_all_copies_of_a_closed_lattice(lattice):
    periods = np.where(np.isfinite(lattice.periods), lattice.periods, 0)
    expected = np.full((lattice.n_units, lattice.n_units), np.inf)
    for copies in itertools.product((-1, 0, 1), repeat=len(periods)):
        moved = lattice.positions + np.array(copies) * periods
        expected = np.minimum(expected, cdist(lattice.positions, moved) ** 2)
    squares = lattice.squared_distances()
    np.testing.assert_allclose(squares, expected, atol=1e-9)
    np.testing.assert_array_equal(squares, squares.round())


@pytest.mark.parametrize("lattice", LATTICES, ids=repr)
def test_adjacent_units_are_those_one_step_apart_on_every_lattice(lattice):
    first, second = np.divmod(np.arange(lattice.n_units**2), lattice.n_units)
    expected = lattice.squared_distances() == 1
    np.testing.assert_array_equal(lattice.are_adjacent(first, second), expected.ravel())
    pairs = lattice.adjacent_pairs()
    np.testing.assert_array_equal(pairs, np.argwhere(np.triu(expected)))


@pytest.mark.parametrize(
    ("lattice", "most"),
    [
        (Lattice("square", (5, 5)), 4),
        (Lattice("hexagonal", (5, 5)), 6),
        (Lattice("torus", (5, 5)), 4),
        (Lattice("hexagonal_torus", (6, 5)), 6),
        (Lattice("line", (5,)), 2),
        (Lattice("ring", (5,)), 2),
        (Lattice("block", (3, 3, 3)), 6),
        (Lattice("block", (3, 3, 3, 3)), 8),
    ],
    ids=repr,
)
def test_units_have_as_many_neighbours_as_the_contract_says(lattice, most):
    degrees = np.bincount(lattice.adjacent_pairs().ravel(), minlength=lattice.n_units)
    assert degrees.max() == most
    if lattice.is_wrapped:
        assert degrees.min() == most


SMALL_CLOSED = [
    *(Lattice("ring", (units,)) for units in range(1, 5)),
    *(Lattice("torus", shape) for shape in itertools.product(range(1, 5), repeat=2)),
    *(Lattice("hexagonal_torus", shape) for shape in itertools.product((2, 4), range(1, 5))),
]
# Steps to all neighbours, as (row, column): on a hexagonal lattice from even rows, from odd ones.
SQUARE_STEPS = [(0, 1), (0, -1), (1, 0), (-1, 0)]
DIAGONAL_STEPS = [(1, 1), (1, -1), (-1, 1), (-1, -1)]
HEXAGONAL_STEPS = [
    [(0, 1), (0, -1), (1, 0), (1, -1), (-1, 0), (-1, -1)],
    [(0, 1), (0, -1), (1, 0), (1, 1), (-1, 0), (-1, 1)],
]


def walked_to(lattice, steps_from):
    """Return which unit has which neighbours: each once, and none is its own."""
    rows, columns = (1, *lattice.shape)[-2:]
    reached = np.zeros((lattice.n_units, lattice.n_units), bool)
    for unit, (row, column) in enumerate(itertools.product(range(rows), range(columns))):
        for down, right in steps_from(row):
            reached[unit, (row + down) % rows * columns + (column + right) % columns] = True
    np.fill_diagonal(reached, False)
    return reached


@pytest.mark.parametrize("lattice", SMALL_CLOSED, ids=repr)
def test_on_small_closed_lattices_each_neighbour_counts_once(lattice):
    """Where two steps lead to the same unit, or back to where they started, there are fewer."""
    steps = {"ring": SQUARE_STEPS[:2], "torus": SQUARE_STEPS}
    reached = walked_to(lattice, lambda row: steps.get(lattice.topology, HEXAGONAL_STEPS[row % 2]))
    np.testing.assert_array_equal(lattice.adjacent_pairs(), np.argwhere(np.triu(reached)))
    first, second = np.divmod(np.arange(lattice.n_units**2), lattice.n_units)
    np.testing.assert_array_equal(lattice.are_adjacent(first, second), reached.ravel())
    if lattice.topology == "torus":
        eight = walked_to(lattice, lambda row: SQUARE_STEPS + DIAGONAL_STEPS)
        found = lattice.are_adjacent(first, second, diagonals=True)
        np.testing.assert_array_equal(found, eight.ravel())


@pytest.mark.parametrize(
    ("lattice", "neighbours"),
    [
        (Lattice("torus", (2, 2)), 2),
        (Lattice("torus", (3, 3)), 4),
        (Lattice("hexagonal_torus", (2, 2)), 3),
        (Lattice("hexagonal_torus", (4, 3)), 6),
    ],
    ids=repr,
)
def test_the_smallest_tori_have_these_numbers_of_neighbours(lattice, neighbours):
    degrees = np.bincount(lattice.adjacent_pairs().ravel(), minlength=lattice.n_units)
    assert degrees.tolist() == [neighbours] * lattice.n_units


@pytest.mark.parametrize("lattice", LATTICES, ids=repr)
def test_symmetries_are_permutations_that_keep_all_distances(lattice):
    squares = lattice.squared_distances()
    found = list(lattice.symmetries())
    np.testing.assert_array_equal(found[0], np.arange(lattice.n_units))
    assert len({moved.tobytes() for moved in found}) == len(found)
    for moved in found:
        np.testing.assert_array_equal(np.sort(moved), np.arange(lattice.n_units))
        np.testing.assert_array_equal(squares[moved][:, moved], squares)


@pytest.mark.parametrize(
    ("lattice", "number"),
    [
        (Lattice("square", (4, 4)), 8),
        (Lattice("square", (4, 5)), 4),
        (Lattice("hexagonal", (4, 4)), 2),
        (Lattice("hexagonal", (5, 4)), 2),
        (Lattice("torus", (4, 4)), 8 * 16),
        (Lattice("line", (9,)), 2),
        (Lattice("ring", (9,)), 18),
        (Lattice("block", (3, 3, 3)), 48),
    ],
    ids=repr,
)
def test_there_are_as_many_symmetries_as_there_should_be(lattice, number):
    assert sum(1 for _ in lattice.symmetries()) == number


@pytest.mark.parametrize("lattice", LATTICES, ids=repr)
def test_squared_distances_by_offset_are_those_of_all_pairs(lattice):
    by_offset = lattice.squared_distances_by_offset()
    np.testing.assert_array_equal(by_offset.table(), lattice.squared_distances())
    # In proportion to the units, not to their square.
    assert by_offset.values.size <= 2 * 2 ** len(lattice.shape) * lattice.n_units
