"""In which order the units of a lattice are laid out as tiles: one row below the other, or slices.

A long line is folded: every other row runs back, so that neighbours on the line touch. So is any
lattice of a single row or column, and a ring where it cannot be drawn as one. A lattice with many
times as many columns as rows, or the other way round, is cut into strips. A block of three axes is
a series of slices, row by row; of four, a grid of slices; of more, a series or a grid of such.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...model.lattice import HEXAGONAL, Lattice

LONGEST_ROW = 10  # units of a line that are not folded
FOLD_GAP = 0.25  # between the rows of a folded line
LONGEST_SIDE = 10  # of a lattice that is not cut, in times of its shorter side
LABEL_ROOM = 0.05  # above a slice, by the width of the map


class Slices(NamedTuple):
    """A block as a grid of parts, one an index of the first axis, or of the first two."""

    tiles: NDArray[np.float64]  # (row, column) of each unit, of shape (n_units, 2)
    size: NDArray[np.float64]  # (rows, columns) of the whole
    corners: NDArray[np.float64]  # (row, column) of each part's first unit, (n_parts, 2)
    n_columns: int  # of parts


def is_linear(lattice: Lattice) -> bool:
    """Return whether units are laid out in one row, open or closed, and folded where it is long.

    Examples
    --------
    >>> [is_linear(Lattice("square", shape)) for shape in ((1, 500), (500, 1), (2, 250), (1, 5))]
    [True, True, False, False]
    """
    is_long_row = max(lattice.shape) == lattice.n_units > LONGEST_ROW
    return len(lattice.shape) == 1 or is_long_row


def unit_tiles(lattice: Lattice) -> NDArray[np.float64]:
    """Return (row, column) of each unit among rectangular tiles, of shape (n_units, 2).

    Fractions of a row are the gaps of a fold, those of a column the shift of hexagonal rows.

    Examples
    --------
    >>> unit_tiles(Lattice("hexagonal", (2, 2))).tolist()
    [[0.0, 0.0], [0.0, 1.0], [1.0, 0.5], [1.0, 1.5]]
    """
    if is_linear(lattice):
        row, column = np.divmod(np.arange(lattice.n_units), _folded_columns(lattice))
        column = np.where(row % 2, _folded_columns(lattice) - 1 - column, column)
        return np.stack([row * (1 + FOLD_GAP), column], axis=1)
    if not lattice.has_rows_and_columns:
        return slices(lattice.shape).tiles
    tiles = slices(lattice.shape).tiles
    places = tiles.copy()
    if lattice.topology in HEXAGONAL:
        tiles[:, 1] += tiles[:, 0] % 2 / 2
    if is_cut(lattice):
        along, across = (0, 1) if lattice.shape[0] > lattice.shape[1] else (1, 0)
        strips = places[:, along] // _strip_length(lattice)
        tiles[:, along] -= strips * _strip_length(lattice)
        tiles[:, across] += strips * (lattice.shape[across] + 1)  # With a gap of one unit.
    return tiles


def is_cut(lattice: Lattice) -> bool:
    """Return whether a lattice is so long and thin that it is laid out in strips.

    Examples
    --------
    >>> [is_cut(Lattice("square", shape)) for shape in ((2, 300), (300, 2), (3, 30), (1, 300))]
    [True, True, False, False]
    """
    is_plane = lattice.has_rows_and_columns and not is_linear(lattice)
    return is_plane and max(lattice.shape) > LONGEST_SIDE * min(lattice.shape)


def folds(lattice: Lattice) -> NDArray[np.int64]:
    """Return the last unit of each row of a folded line but the last, in order."""
    if not is_linear(lattice):
        return np.empty(0, np.int64)
    n_columns = _folded_columns(lattice)
    return np.arange(n_columns - 1, lattice.n_units - 1, n_columns)


def slices(shape: tuple[int, ...]) -> Slices:
    """Lay out a block of one or more axes.

    Examples
    --------
    >>> block = slices((2, 3, 4))  # Two slices of 3 rows and 4 columns, one above the other.
    >>> block.size.tolist(), block.corners.tolist()
    ([7.0, 4.0], [[0.0, 0.0], [4.0, 0.0]])
    """
    if len(shape) <= 2:
        n_rows, n_columns = (1, *shape)[-2:]
        tiles = np.indices((n_rows, n_columns)).reshape(2, -1).T.astype(float)
        return Slices(tiles, np.array([n_rows, n_columns], float), tiles, n_columns)
    is_grid = len(shape) % 2 == 0
    part = slices(shape[2:] if is_grid else shape[1:])
    gap = 2.0 ** ((len(shape) - 3) // 2)
    if is_grid:
        n_rows, n_columns = shape[:2]
        gaps = np.array([gap, gap])
    else:
        n_rows, n_columns, gaps = _wrapped(shape[0], part.size, gap)
    n_parts = math.prod(shape[:2]) if is_grid else shape[0]
    places = np.stack(np.divmod(np.arange(n_parts), n_columns), axis=1)
    corners = places * (part.size + gaps)
    tiles = (corners[:, None] + part.tiles).reshape(-1, 2)
    return Slices(tiles, [n_rows, n_columns] * (part.size + gaps) - gaps, corners, n_columns)


def is_wrapped_in_rows(lattice: Lattice) -> bool:
    """Return whether a map is a series of slices, which only their labels tell apart."""
    return not is_linear(lattice) and len(lattice.shape) % 2 == 1


def label_room(width: float) -> float:
    """Return the height that the labels of slices take on a map of some width."""
    return max(1.0, math.ceil(LABEL_ROOM * width))


def _folded_columns(lattice: Lattice) -> int:
    """Return the units in a row of a folded line."""
    n_units = lattice.n_units
    n_rows = round(math.sqrt(n_units / (1 + FOLD_GAP)))
    return n_units if n_units <= LONGEST_ROW else math.ceil(n_units / n_rows)


def _strip_length(lattice: Lattice) -> int:
    """Return the units along a strip: even, so that hexagonal rows are shifted alike in each."""
    short, long = sorted(lattice.shape)
    n_strips = max(1, round(math.sqrt(long / (short + 1))))
    return 2 * math.ceil(long / n_strips / 2)


def _wrapped(
    n_parts: int, size: NDArray[np.float64], gap: float
) -> tuple[int, int, NDArray[np.float64]]:
    """Return rows, columns and gaps of parts in the arrangement with the least longer side."""

    def arrange(n_columns: int) -> tuple[int, int, NDArray[np.float64]]:
        width = n_columns * (size[1] + gap) - gap
        return -(-n_parts // n_columns), n_columns, np.array([max(gap, label_room(width)), gap])

    def longer_side(n_columns: int) -> float:
        n_rows, _, gaps = arrange(n_columns)
        return float(np.max([n_rows, n_columns] * (size + gaps)))

    return arrange(min(range(1, n_parts + 1), key=longer_side))
