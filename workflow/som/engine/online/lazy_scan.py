"""The compiled parts of the lazy form: `lazy` explains their purpose."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ...model.lattice import ByOffset
from ..axes import LENGTH_SLACK
from ..tiles import TILE, bound_row, most_promising

Array = NDArray[np.floating]
Indices = NDArray[np.integer]


class Lengths(NamedTuple):
    """Lengths of vectors within the principal axes and outside them.

    Attributes
    ----------
    squares : array of shape (n,)
        ‖x_p‖² or ‖w_p‖².
    rests : array of shape (n,)
        ‖x_r‖ at least, or ‖w_r‖ at most.
    """

    squares: Array
    rests: Array


class Block(NamedTuple):
    """The samples of a block, in presentation order, as they are and in the principal axes.

    Attributes
    ----------
    x : array of shape (n_block, n_features)
    projected : array of shape (n_block, n_axes)
        x_p.
    lengths : Lengths
    greatest_rests : array of shape (n_block,)
        ‖x_r‖ at most.
    """

    x: Array
    projected: Array
    lengths: Lengths
    greatest_rests: Array


class Units(NamedTuple):
    """The codebook, up to date where the result depends on it, and lengths for the bounds.

    Attributes
    ----------
    vectors : array of shape (n_units, n_features)
        w.
    projected : array of shape (n_units, n_axes)
        w_p.
    lengths : Lengths
        At the block's start.
    drift : array of shape (n_units,)
        How far each unit has moved since the block's start, at most.
    drift_of_tiles : array of shape (n_tiles,)
        The largest drift of each tile of units.
    """

    vectors: Array
    projected: Array
    lengths: Lengths
    drift: Array
    drift_of_tiles: Array


class Bounds(NamedTuple):
    """Lower bounds of the squared distances from a block to the units, as they were at its start.

    Attributes
    ----------
    of_units : array of shape (n_block, n_units)
    of_tiles : array of shape (n_block, n_tiles)
        The least bound of each tile of units.
    """

    of_units: Array
    of_tiles: Array


class Steps(NamedTuple):
    """α·η(c, j), and the offsets at which it is not negligible, as runs along the last axis.

    Attributes
    ----------
    sizes : ByOffset
    firsts : integer array of shape (n_rows + 1,)
        The runs of row i of `sizes.values` are numbers firsts[i] to firsts[i + 1].
    starts, stops : integer arrays of shape (n_runs,)
    """

    sizes: ByOffset
    firsts: Indices
    starts: Indices
    stops: Indices


class Pending(NamedTuple):
    """Updates that are noted for each unit and not made yet.

    Attributes
    ----------
    samples : integer array of shape (n_units, n_places)
        Position in the block.
    sizes : array of shape (n_units, n_places)
        α·η.
    counts : integer array of shape (n_units,)
        How many are noted.
    """

    samples: Indices
    sizes: Array
    counts: Indices


@njit(cache=True, nogil=True, fastmath={"contract"})
def _catch_up(unit: Array, x: Array, samples: Indices, sizes: Array, n_pending: int) -> None:
    """Apply pending updates to one unit, in order, as the plain rule does: w += h (x − w)."""
    in_twos = n_pending - n_pending % 2
    for i in range(0, in_twos, 2):
        first, second = x[samples[i]], x[samples[i + 1]]
        h_first, h_second = sizes[i], sizes[i + 1]
        for d in range(len(unit)):
            w = unit[d]
            w += h_first * (first[d] - w)
            w += h_second * (second[d] - w)
            unit[d] = w
    if in_twos < n_pending:
        last, h = x[samples[in_twos]], sizes[in_twos]
        for d in range(len(unit)):
            unit[d] += h * (last[d] - unit[d])


# Inlined: a call would hand on every array of the tuples, for each unit.
@njit(inline="always")
def _settle_unit(j: int, block: Block, units: Units, pending: Pending) -> None:
    """Make the pending updates of unit j, in all features and in the axes."""
    n = pending.counts[j]
    if n:
        samples, sizes = pending.samples[j], pending.sizes[j]
        _catch_up(units.vectors[j], block.x, samples, sizes, n)
        _catch_up(units.projected[j], block.projected, samples, sizes, n)
        pending.counts[j] = 0


@njit(cache=True, nogil=True, fastmath={"contract", "reassoc", "nnan", "nsz"})
def _squared_distance(x: Array, unit: Array) -> np.floating:
    total = x.dtype.type(0)
    for d in range(len(x)):
        step = x[d] - unit[d]
        total += step * step
    return total


@njit(cache=True, nogil=True, fastmath={"contract", "nnan", "nsz"})
def scan_lazily(
    block: Block,
    bounds: Bounds,
    units: Units,
    steps: Steps,
    pending: Pending,
    slack: float,
    winners: Indices,
) -> int:
    """Find the winners of a block in order and note their updates; return how many were measured.

    Parameters
    ----------
    block, bounds, steps
        They are read.
    units
        `drift` and `drift_of_tiles` are raised; vectors are brought up to date where needed.
    pending
        Receives the updates.
    slack : float
        What rounding may add to a squared upper bound.
    winners : array of shape (n_block,)
        Receives the BMUs.
    """
    n_block, n_units = bounds.of_units.shape
    n_places = pending.samples.shape[1]
    number = bounds.of_units.dtype.type
    zero, four, infinite = number(0), number(4), number(np.inf)
    # A distance just measured is rounded, too.
    upwards = number(1 + 64 * np.finfo(bounds.of_units.dtype).eps)
    n_tiles = bounds.of_tiles.shape[1]
    drift, drift_of_tiles = units.drift, units.drift_of_tiles
    n_measured = 0
    for t in range(n_block):
        row, least_of_tiles = bounds.of_units[t], bounds.of_tiles[t]
        # The most promising unit goes first, so that few others need to be measured.
        guess = most_promising(row, least_of_tiles)
        bmu, nearest, reach = -1, infinite, infinite
        for turn in range(-1, n_tiles):
            if turn >= 0:
                limit = reach + drift_of_tiles[turn]
                if least_of_tiles[turn] > limit * limit:
                    continue
            start = guess if turn < 0 else turn * TILE
            stop = guess + 1 if turn < 0 else min((turn + 1) * TILE, n_units)
            for j in range(start, stop):
                limit = reach + drift[j]
                if row[j] > limit * limit or (turn >= 0 and j == guess):
                    continue
                _settle_unit(j, block, units, pending)
                distance = _squared_distance(block.x[t], units.vectors[j])
                n_measured += 1
                if distance < nearest or (distance == nearest and j < bmu):
                    bmu, nearest = j, distance
                    reach = np.sqrt(nearest) * upwards
        winners[t] = bmu
        length, column = steps.sizes.length, steps.sizes.columns[bmu]
        for segment in range(len(steps.sizes.segments)):
            place = steps.sizes.rows[bmu] + steps.sizes.segments[segment]
            for run in range(steps.firsts[place], steps.firsts[place + 1]):
                start = max(steps.starts[run], column)
                for at in range(start, min(steps.stops[run], column + length)):
                    j, h = segment * length + at - column, steps.sizes.values[place, at]
                    if pending.counts[j] == n_places:
                        _settle_unit(j, block, units, pending)
                    pending.samples[j, pending.counts[j]] = t
                    pending.sizes[j, pending.counts[j]] = h
                    pending.counts[j] += 1
                    # An upper bound lies 4 ‖w_r‖ max(‖x_r‖, ‖w_r‖) above the lower one.
                    rest = units.lengths.rests[j]
                    gap = four * rest * max(block.greatest_rests[t], rest)
                    farthest = max(zero, row[j]) + gap + slack
                    drift[j] += h * (np.sqrt(farthest) * upwards + drift[j])
                    drift_of_tiles[j // TILE] = max(drift_of_tiles[j // TILE], drift[j])
    return n_measured


@njit(cache=True, nogil=True)
def count_steps(steps: Steps) -> int:
    """Return how many pairs of units have a step that is not negligible."""
    total, length = 0, steps.sizes.length
    for unit in range(len(steps.sizes.rows)):
        column = steps.sizes.columns[unit]
        for segment in range(len(steps.sizes.segments)):
            place = steps.sizes.rows[unit] + steps.sizes.segments[segment]
            for run in range(steps.firsts[place], steps.firsts[place + 1]):
                start = max(steps.starts[run], column)
                total += max(0, min(steps.stops[run], column + length) - start)
    return total


@njit(cache=True, nogil=True, fastmath={"contract", "reassoc", "nnan", "nsz"})
def settle(start: int, stop: int, block: Block, units: Units, pending: Pending) -> None:
    """Make the pending updates of units start … stop − 1, and measure their lengths for the bounds.

    `start` is the first unit of a tile, and `stop` that of another one or the end. Afterwards
    `drift` is zero.
    """
    for j in range(start, stop):
        _settle_unit(j, block, units, pending)
        if units.drift[j] > 0:
            _measure(j, units)
            units.drift[j] = 0
    units.drift_of_tiles[start // TILE : (stop + TILE - 1) // TILE] = 0


@njit(inline="always")
def _measure(j: int, units: Units) -> None:
    """Measure ‖w_p‖², and ‖w_r‖ at most, of unit j."""
    vectors, projected, squares = units.vectors, units.projected, units.lengths.squares
    whole, part = squares.dtype.type(0), squares.dtype.type(0)
    for d in range(vectors.shape[1]):
        whole += vectors[j, d] * vectors[j, d]
    for d in range(projected.shape[1]):
        part += projected[j, d] * projected[j, d]
    squares[j] = part
    rounding = squares.dtype.type(LENGTH_SLACK * np.finfo(squares.dtype).eps) * whole
    units.lengths.rests[j] = np.sqrt(max(squares.dtype.type(0), whole - part) + rounding)


@njit(cache=True, nogil=True, fastmath={"contract", "nnan", "nsz"})
def bound_distances(
    start: int, stop: int, bounds: Bounds, samples: Lengths, units: Lengths, slack: float
) -> None:
    """Turn products with units start … stop − 1 into lower bounds, tile by tile (`bound_row`).

    `bounds.of_units` holds x_p·w_p on entry; `slack` is what rounding may add to a bound.
    """
    squares, rests = units.squares[start:stop], units.rests[start:stop]
    folded = np.empty(TILE // 2, squares.dtype)
    for t in range(len(bounds.of_units)):
        square, rest = samples.squares[t] - slack, samples.rests[t]
        of_tiles = bounds.of_tiles[t, start // TILE :]
        bound_row(bounds.of_units[t, start:stop], square, rest, squares, rests, of_tiles, folded)
