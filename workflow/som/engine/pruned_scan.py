"""The compiled part of the pruned search: `workflow.som.engine.pruned_search` has the reasons."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.floating]

# Units looked at together when those that may be near are picked out.
TILE = 64


@njit(cache=True, nogil=True, fastmath={"contract", "reassoc", "nnan", "nsz"})
def _squared_distance(x: Array, unit: Array) -> float:
    total = 0.0
    for d in range(len(x)):
        step = np.float64(x[d]) - np.float64(unit[d])
        total += step * step
    return total


@njit(cache=True, nogil=True, fastmath={"contract", "nnan", "nsz"})
def search_block(
    x: Array,
    bounds: Array,
    squares: Array,
    spreads: Array,
    codebook: Array,
    unit_squares: Array,
    residuals: Array,
    slack: float,
    bmus: NDArray[np.int32],
    second_bmus: NDArray[np.int32],
    distances: Array,
) -> int:
    """Find the two nearest units of some samples; return how many distances were measured.

    Parameters
    ----------
    x : float32 array of shape (n_block, n_features)
        The samples as they are, not centred.
    bounds : float32 array of shape (n_block, n_units)
        Inner products of samples and units in the axes; receives the lower bounds.
    squares, spreads : float32 arrays of shape (n_block,)
        ‖x_p‖², and ‖x_r‖ at least.
    codebook : float32 array of shape (n_units, n_features)
        As it is, not centred; n_units is 2 at least.
    unit_squares, residuals : float32 arrays of shape (n_units,)
        ‖w_p‖², and ‖w_r‖ at most.
    slack : float
        What rounding may add to a bound.
    bmus, second_bmus, distances : arrays of shape (n_block,)
        Receive the result.
    """
    n_block, n_units = bounds.shape
    zero, two, infinite = np.float32(0), np.float32(2), np.float32(np.inf)
    n_measured = 0
    for t in range(n_block):
        row = bounds[t]
        square, spread = squares[t] - np.float32(slack), spreads[t]
        for j in range(n_units):
            gap = max(zero, spread - residuals[j])
            row[j] = square - two * row[j] + unit_squares[j] + gap * gap
        # The most promising two go first, so that few others need to be measured.
        guess = _least(row)
        kept, row[guess] = row[guess], infinite
        other = _least(row)
        row[guess] = kept
        nearest, second = _squared_distance(x[t], codebook[guess]), np.inf
        bmu, runner_up = guess, -1
        reach = infinite
        n_measured += 1
        for turn in range(-TILE, n_units, TILE):
            start = other if turn < 0 else turn
            stop = other + 1 if turn < 0 else min(turn + TILE, n_units)
            n_near = 0
            for j in range(start, stop):
                n_near += row[j] <= reach
            if n_near == 0:
                continue
            for j in range(start, stop):
                if row[j] > reach or j == guess or (turn >= 0 and j == other):
                    continue
                distance = _squared_distance(x[t], codebook[j])
                n_measured += 1
                if distance < nearest or (distance == nearest and j < bmu):
                    second, runner_up = nearest, bmu
                    nearest, bmu = distance, j
                elif distance < second or (distance == second and j < runner_up):
                    second, runner_up = distance, j
                # Rounded to float32 it could fall below itself.
                reach = np.float32(second * (1 + 1e-6))
        bmus[t], second_bmus[t], distances[t] = bmu, runner_up, np.sqrt(nearest)
    return n_measured


@njit(cache=True, nogil=True, fastmath={"contract", "nnan", "nsz"})
def _least(row: Array) -> int:
    """Return the position of the least value."""
    first, least = 0, row[0]
    for start in range(0, len(row), TILE):
        least_here = row[start]
        for j in range(start, min(start + TILE, len(row))):
            least_here = min(least_here, row[j])
        if least_here < least:
            first, least = start, least_here
    while row[first] > least:
        first += 1
    return first
