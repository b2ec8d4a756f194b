"""Lower bounds in tiles, so that units whose bounds are all too high are passed over together."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.floating]

# Units in a tile.
TILE = 64


@njit(cache=True, nogil=True, fastmath={"contract", "nnan", "nsz"})
def least(values: Array) -> np.floating:
    """Return the least value."""
    result = values[0]
    for j in range(len(values)):
        value = values[j]
        result = value if value < result else result
    return result


@njit(cache=True, nogil=True, fastmath={"contract", "nnan", "nsz"})
def bound_row(
    row: Array,
    square: np.floating,
    spread: np.floating,
    unit_squares: Array,
    rests: Array,
    least_of_tiles: Array,
    folded: Array,
) -> None:
    """Turn one sample's products with units into lower bounds, and find the least of each tile.

    ‖x − w‖² = ‖x_p − w_p‖² + ‖x_r − w_r‖² ≥ ‖x_p‖² − 2 x_p·w_p + ‖w_p‖² + max(0, ‖x_r‖ − ‖w_r‖)².

    Two plain loops over the row, and halves of a tile laid on each other, are three times as fast
    as a call for each tile.

    Parameters
    ----------
    row : array of shape (n_units,)
        x_p·w_p; receives the bounds.
    square, spread : float
        ‖x_p‖² less what rounding may add to a bound, and ‖x_r‖ at least.
    unit_squares, rests : arrays of shape (n_units,)
        ‖w_p‖², and ‖w_r‖ at most.
    least_of_tiles : array of shape (n_tiles,)
        Receives the least bound of each `TILE` units.
    folded : array of shape (TILE // 2,)
        Room to work in.
    """
    zero, two = row.dtype.type(0), row.dtype.type(2)
    for j in range(len(row)):
        gap = spread - rests[j]
        gap = gap if gap > zero else zero
        row[j] = square - two * row[j] + unit_squares[j] + gap * gap
    n_whole = len(row) // TILE
    for tile in range(n_whole):
        start = tile * TILE
        for j in range(TILE // 2):
            one, other = row[start + j], row[start + TILE // 2 + j]
            folded[j] = one if one < other else other
        least_of_tiles[tile] = least(folded)
    if n_whole * TILE < len(row):
        least_of_tiles[n_whole] = least(row[n_whole * TILE :])


@njit(cache=True, nogil=True, fastmath={"contract", "nnan", "nsz"})
def most_promising(row: Array, least_of_tiles: Array) -> int:
    """Return the position of the least bound of a row, given the least of each tile."""
    tile = 0
    for other in range(len(least_of_tiles)):
        if least_of_tiles[other] < least_of_tiles[tile]:
            tile = other
    unit = tile * TILE
    while row[unit] > least_of_tiles[tile]:
        unit += 1
    return unit
