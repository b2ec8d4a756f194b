"""The compiled part of the pruned search: `som.engine.search.pruned` has the reasons."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..tiles import TILE, bound_row, least, most_promising
from .nearest import Nearest

Array = NDArray[np.floating]


class Vectors(NamedTuple):
    """Samples or units, and their lengths within the principal axes and outside them.

    Attributes
    ----------
    whole : float32 array of shape (n, n_features)
        x or w as it is, not centred.
    squares : float32 array of shape (n,)
        ‖x_p‖² or ‖w_p‖².
    rests : float32 array of shape (n,)
        ‖x_r‖ at least, or ‖w_r‖ at most.
    """

    whole: Array
    squares: Array
    rests: Array


@njit(cache=True, nogil=True, fastmath={"contract", "reassoc", "nnan", "nsz"})
def _squared_distance(x: Array, unit: Array) -> float:
    total = 0.0
    for d in range(len(x)):
        step = np.float64(x[d]) - np.float64(unit[d])
        total += step * step
    return total


@njit(cache=True, nogil=True, fastmath={"contract", "nnan", "nsz"})
def search_block(
    samples: Vectors,
    units: Vectors,
    bounds: Array,
    slack: float,
    with_second: bool,
    found: Nearest,
) -> int:
    """Find the nearest units of some samples; return how many distances were measured.

    Parameters
    ----------
    samples, units : Vectors
        Of n_block samples, and of two units or more.
    bounds : float32 array of shape (n_block, n_units)
        Inner products x_p·w_p; receives the lower bounds.
    slack : float
        What rounding may add to a bound.
    with_second : bool
        Whether the second nearest unit is wanted; else `found.second_bmus` means nothing.
    found : Nearest
        Receives the result.
    """
    x, codebook = samples.whole, units.whole
    n_block, n_units = bounds.shape
    n_tiles = (n_units + TILE - 1) // TILE
    infinite = np.float32(np.inf)
    least_of_tiles, folded = np.empty(n_tiles, np.float32), np.empty(TILE // 2, np.float32)
    n_measured = 0
    for t in range(n_block):
        row = bounds[t]
        square, rest = samples.squares[t] - np.float32(slack), samples.rests[t]
        bound_row(row, square, rest, units.squares, units.rests, least_of_tiles, folded)
        # The most promising two go first, so that few others need to be measured.
        guess = most_promising(row, least_of_tiles)
        tile, kept = guess // TILE, row[guess]
        least_kept, row[guess] = least_of_tiles[tile], infinite
        least_of_tiles[tile] = least(row[tile * TILE : min((tile + 1) * TILE, n_units)])
        other = most_promising(row, least_of_tiles)
        row[guess], least_of_tiles[tile] = kept, least_kept

        nearest, bmu = _squared_distance(x[t], codebook[guess]), guess
        second, runner_up = _squared_distance(x[t], codebook[other]), other
        if second < nearest or (second == nearest and other < guess):
            nearest, second, bmu, runner_up = second, nearest, other, guess
        n_measured += 2
        # Rounded to float32 it could fall below itself.
        reach = np.float32((second if with_second else nearest) * (1 + 1e-6))
        for tile in range(n_tiles):
            if least_of_tiles[tile] > reach:
                continue
            for j in range(tile * TILE, min((tile + 1) * TILE, n_units)):
                if row[j] > reach or j in (guess, other):
                    continue
                distance = _squared_distance(x[t], codebook[j])
                n_measured += 1
                if distance < nearest or (distance == nearest and j < bmu):
                    second, runner_up = nearest, bmu
                    nearest, bmu = distance, j
                elif distance < second or (distance == second and j < runner_up):
                    second, runner_up = distance, j
                reach = np.float32((second if with_second else nearest) * (1 + 1e-6))
        found.bmus[t], found.second_bmus[t] = bmu, runner_up
        found.distances[t] = np.sqrt(nearest)
    return n_measured
