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
def bound_tile(
    bounds: Array, square: np.floating, spread: np.floating, unit_squares: Array, rests: Array
) -> np.floating:
    """Turn one sample's products with a tile of units into lower bounds; return the least.

    ‖x − w‖² = ‖x_p − w_p‖² + ‖x_r − w_r‖² ≥ ‖x_p‖² − 2 x_p·w_p + ‖w_p‖² + max(0, ‖x_r‖ − ‖w_r‖)².

    Parameters
    ----------
    bounds : array of shape (n_tile,)
        x_p·w_p; receives the bounds.
    square, spread : float
        ‖x_p‖² less what rounding may add to a bound, and ‖x_r‖ at least.
    unit_squares, rests : arrays of shape (n_tile,)
        ‖w_p‖², and ‖w_r‖ at most.
    """
    zero, two = bounds.dtype.type(0), bounds.dtype.type(2)
    for j in range(len(bounds)):
        gap = spread - rests[j]
        gap = gap if gap > zero else zero
        bounds[j] = square - two * bounds[j] + unit_squares[j] + gap * gap
    return least(bounds)


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
