import numpy as np
import pytest

from workflow.som.figures.drawing.tile_order import folds, slices, unit_tiles
from workflow.som.model.lattice import Lattice


def test_no_two_tiles_overlap(any_lattice):
    tiles = unit_tiles(any_lattice)
    apart = np.abs(tiles[:, None] - tiles).max(axis=2)
    np.fill_diagonal(apart, 1)
    assert apart.min() >= 1
    assert tiles.min(axis=0).tolist() == [0, 0]


@pytest.mark.parametrize("n_units", [1, 2, 10, 11, 12, 23, 100, 2500])
def test_neighbours_on_a_folded_line_stay_neighbours(n_units):
    lattice = Lattice("line", (n_units,))
    steps = np.abs(np.diff(unit_tiles(lattice), axis=0))
    turns = np.isin(np.arange(n_units - 1), folds(lattice))
    assert (steps[turns] == [1.25, 0]).all()
    assert (steps[~turns] == [0, 1]).all()
    assert (len(folds(lattice)) > 0) == (n_units > 10)


def test_long_lines_are_about_square():
    height, width = np.ptp(unit_tiles(Lattice("line", (2500,))), axis=0)
    assert 0.9 < height / width < 1.1


def test_units_of_a_slice_lie_together_as_on_a_square_lattice():
    tiles = unit_tiles(Lattice("block", (5, 3, 4))).reshape(5, 12, 2)
    square = unit_tiles(Lattice("square", (3, 4)))
    assert (tiles - tiles[:, :1] == square).all()


def test_slices_of_four_axes_are_a_grid():
    block = slices((2, 3, 4, 5))
    assert block.size.tolist() == [2 * 4 + 1, 3 * 5 + 2]
    assert block.corners.tolist() == [
        [5 * row, 6 * column] for row in (0, 1) for column in range(3)
    ]
    index = np.ravel_multi_index((1, 2, 3, 4), (2, 3, 4, 5))
    assert block.tiles[index].tolist() == [5 + 3, 12 + 4]


@pytest.mark.parametrize("n_slices", [1, 2, 5, 14, 60])
def test_slices_are_wrapped_into_a_map_about_as_high_as_wide(n_slices):
    block = slices((n_slices, 6, 6))
    height, width = block.size
    assert len(block.corners) == n_slices
    # Half or a third of the room is empty at most.
    assert 0.3 < height / width < 3
    assert max(height, width) < 2 * np.sqrt(n_slices) * 7


def test_gaps_grow_with_the_level():
    block = slices((2, 2, 2, 2, 2, 2))
    columns = np.unique(block.tiles[:, 1])
    assert np.diff(columns).tolist() == [1, 2, 1, 3, 1, 2, 1]
