"""The compiled parts of the lazy form: `workflow.som.engine.online.lazy` says what they are for."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from workflow.som.engine.axes import LENGTH_SLACK
from workflow.som.engine.tiles import TILE, bound_tile, most_promising

Array = NDArray[np.floating]
Indices = NDArray[np.integer]


@njit(cache=True, nogil=True, fastmath={"contract"})
def _catch_up(unit: Array, x: Array, samples: Indices, steps: Array, n_pending: int) -> None:
    """Apply pending updates to one unit, in order, as the plain rule does: w += h (x − w)."""
    in_twos = n_pending - n_pending % 2
    for i in range(0, in_twos, 2):
        first, second = x[samples[i]], x[samples[i + 1]]
        h_first, h_second = steps[i], steps[i + 1]
        for d in range(len(unit)):
            w = unit[d]
            w += h_first * (first[d] - w)
            w += h_second * (second[d] - w)
            unit[d] = w
    if in_twos < n_pending:
        last, h = x[samples[in_twos]], steps[in_twos]
        for d in range(len(unit)):
            unit[d] += h * (last[d] - unit[d])


@njit(cache=True, nogil=True)
def _settle_unit(
    j: int,
    x: Array,
    projected: Array,
    units: Array,
    projected_units: Array,
    pending_samples: Indices,
    pending_steps: Array,
    n_pending: Indices,
) -> None:
    """Make the pending updates of unit j, in all features and in the axes."""
    n = n_pending[j]
    if n:
        _catch_up(units[j], x, pending_samples[j], pending_steps[j], n)
        _catch_up(projected_units[j], projected, pending_samples[j], pending_steps[j], n)
        n_pending[j] = 0


@njit(cache=True, nogil=True, fastmath={"contract", "reassoc", "nnan", "nsz"})
def _squared_distance(x: Array, unit: Array) -> np.floating:
    total = x.dtype.type(0)
    for d in range(len(x)):
        step = x[d] - unit[d]
        total += step * step
    return total


@njit(cache=True, nogil=True, fastmath={"contract", "nnan", "nsz"})
def scan_lazily(
    x: Array,
    projected: Array,
    bounds: Array,
    least_of_tiles: Array,
    spreads: Array,
    units: Array,
    projected_units: Array,
    residuals: Array,
    drift: Array,
    drift_of_tiles: Array,
    first_step: Indices,
    step_units: Indices,
    step_sizes: Array,
    pending_samples: Indices,
    pending_steps: Array,
    n_pending: Indices,
    slack: float,
    winners: Indices,
) -> int:
    """Find the winners of a block in order and note their updates; return how many were measured.

    Parameters
    ----------
    x, projected : arrays of shape (n_block, n_features), (n_block, n_axes)
        The block's samples, and in the principal axes.
    bounds : array of shape (n_block, n_units)
        Lower bounds of the squared distances to the units as they were at the block's start.
    least_of_tiles : array of shape (n_block, n_tiles)
        The least of the bounds of each tile of units.
    spreads : array of shape (n_block,)
        ‖x_r‖ at most. An upper bound lies 4 ‖w_r‖ max(‖x_r‖, ‖w_r‖) above the lower one.
    units, projected_units : arrays of shape (n_units, n_features), (n_units, n_axes)
        Brought up to date where the result depends on it.
    residuals : array of shape (n_units,)
        ‖w_r‖ at most.
    drift : array of shape (n_units,)
        Receives a bound on how far each unit has moved since the block's start.
    drift_of_tiles : array of shape (n_tiles,)
        Receives the largest drift of each tile of units.
    first_step, step_units, step_sizes : arrays
        α·η(c, j) where it is not negligible, by rows c (compressed sparse rows).
    pending_samples, pending_steps, n_pending : arrays of shape (n_units, n_places), …, (n_units,)
        Updates noted and not yet made: sample of the block, and α·η.
    slack : float
        What rounding may add to a squared upper bound.
    winners : array of shape (n_block,)
        Receives the BMUs.
    """
    n_block, n_units = bounds.shape
    n_places = pending_samples.shape[1]
    zero, four = bounds.dtype.type(0), bounds.dtype.type(4)
    # A distance just measured is rounded, too.
    upwards = bounds.dtype.type(1 + 64 * np.finfo(bounds.dtype).eps)
    infinite = bounds.dtype.type(np.inf)
    pending = pending_samples, pending_steps, n_pending
    n_tiles = least_of_tiles.shape[1]
    n_measured = 0
    for t in range(n_block):
        row = bounds[t]
        # The most promising unit goes first, so that few others need to be measured.
        guess = most_promising(row, least_of_tiles[t])
        bmu, nearest, reach = -1, infinite, infinite
        for turn in range(-1, n_tiles):
            if turn >= 0:
                limit = reach + drift_of_tiles[turn]
                if least_of_tiles[t, turn] > limit * limit:
                    continue
            start = guess if turn < 0 else turn * TILE
            stop = guess + 1 if turn < 0 else min((turn + 1) * TILE, n_units)
            for j in range(start, stop):
                limit = reach + drift[j]
                if row[j] > limit * limit or (turn >= 0 and j == guess):
                    continue
                _settle_unit(j, x, projected, units, projected_units, *pending)
                distance = _squared_distance(x[t], units[j])
                n_measured += 1
                if distance < nearest or (distance == nearest and j < bmu):
                    bmu, nearest = j, distance
                    reach = np.sqrt(nearest) * upwards
        winners[t] = bmu
        for entry in range(first_step[bmu], first_step[bmu + 1]):
            j, h = step_units[entry], step_sizes[entry]
            if n_pending[j] == n_places:
                _settle_unit(j, x, projected, units, projected_units, *pending)
            pending_samples[j, n_pending[j]] = t
            pending_steps[j, n_pending[j]] = h
            n_pending[j] += 1
            rest = residuals[j]
            farthest = max(zero, row[j]) + four * rest * max(spreads[t], rest) + slack
            drift[j] += h * (np.sqrt(farthest) * upwards + drift[j])
            drift_of_tiles[j // TILE] = max(drift_of_tiles[j // TILE], drift[j])
    return n_measured


@njit(cache=True, nogil=True, fastmath={"contract", "reassoc", "nnan", "nsz"})
def settle(
    start: int,
    stop: int,
    x: Array,
    projected: Array,
    units: Array,
    projected_units: Array,
    residuals: Array,
    drift: Array,
    drift_of_tiles: Array,
    squares: Array,
    pending_samples: Indices,
    pending_steps: Array,
    n_pending: Indices,
) -> None:
    """Make the pending updates of units start … stop − 1, and measure what bounds need of them.

    `start` is the first unit of a tile, and `stop` that of another one or the end.
    `squares` receives ‖w_p‖², `residuals` the most that ‖w_r‖ can be; `drift` is set to zero.
    Other arguments are those of `scan_lazily`.
    """
    pending = pending_samples, pending_steps, n_pending
    for j in range(start, stop):
        _settle_unit(j, x, projected, units, projected_units, *pending)
        if drift[j] > 0:
            measure(j, units, projected_units, squares, residuals)
            drift[j] = 0
    drift_of_tiles[start // TILE : (stop + TILE - 1) // TILE] = 0


@njit(cache=True, nogil=True, fastmath={"contract", "reassoc", "nnan", "nsz"})
def measure(j: int, units: Array, projected_units: Array, squares: Array, residuals: Array) -> None:
    """Measure ‖w_p‖², and ‖w_r‖ at most, of unit j."""
    whole, part = squares.dtype.type(0), squares.dtype.type(0)
    for d in range(units.shape[1]):
        whole += units[j, d] * units[j, d]
    for d in range(projected_units.shape[1]):
        part += projected_units[j, d] * projected_units[j, d]
    squares[j] = part
    rounding = squares.dtype.type(LENGTH_SLACK * np.finfo(squares.dtype).eps) * whole
    residuals[j] = np.sqrt(max(squares.dtype.type(0), whole - part) + rounding)


@njit(cache=True, nogil=True, fastmath={"contract", "nnan", "nsz"})
def bound_distances(
    bounds: Array,
    least_of_tiles: Array,
    start: int,
    stop: int,
    sample_squares: Array,
    spreads: Array,
    squares: Array,
    residuals: Array,
    slack: float,
) -> None:
    """Turn products with units start … stop − 1 into lower bounds, tile by tile (`bound_tile`)."""
    for t in range(bounds.shape[0]):
        square, spread = sample_squares[t] - slack, spreads[t]
        for first in range(start, stop, TILE):
            last = min(first + TILE, stop)
            least_of_tiles[t, first // TILE] = bound_tile(
                bounds[t, first:last], square, spread, squares[first:last], residuals[first:last]
            )
