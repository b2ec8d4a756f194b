"""The online rule as it is written, in float64, compiled: the engine is compared with it.

`som.engine.online.rule.train_epoch_plainly` does the same, too slowly for whole epochs.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..engine.workers import Workers, cut

Array = NDArray[np.floating]


class Walk(NamedTuple):
    """What the float64 loop saw on its way.

    Attributes
    ----------
    winners : int32 array of shape (n_samples,)
    squares : array of shape (n_samples,)
        Squared distance of each sample to its winner.
    watched_squares : array of shape (n_samples, n_watched)
        Squared distances to other units, from the state at that moment.
    """

    winners: NDArray[np.int32]
    squares: Array
    watched_squares: Array


def walk(state: Array, x: Array, steps: Array, watched: NDArray[np.integer], threads: int) -> Walk:
    """Train `state` in place, sample by sample, in float64: the rule as it is written.

    It is bound by memory, so a unit that has been updated is measured against the next sample
    while it is in the cache.

    Parameters
    ----------
    state : float64 array of shape (n_units, n_features)
    x : float64 array of shape (n_samples, n_features)
        The samples as they are presented.
    steps : float64 array of shape (n_units, n_units)
        α·η(c, j).
    watched : integer array of shape (n_samples, n_watched)
        Units whose distances from each sample are wanted.
    threads : int
        Units are shared among them; it changes no bit.
    """
    seen = Walk(np.empty(len(x), np.int32), np.empty(len(x)), np.empty(watched.shape))
    parts, nearest = cut(len(state), threads), dict[int, tuple[float, int]]()

    def step(part: slice, sample: Array, h: Array, after: Array) -> None:
        nearest[part.start] = _update_and_measure(state, part.start, part.stop, sample, h, after)

    sample, h = x[0], np.zeros(len(state))  # Nothing is updated before the first sample.
    with Workers(threads) as workers:
        for t, after in enumerate(x):
            workers.on_parts(step, parts, sample, h, after)
            seen.squares[t], bmu = min(nearest.values())  # The lowest index wins a tie.
            seen.winners[t] = bmu
            for number, unit in enumerate(watched[t]):
                seen.watched_squares[t, number] = _squared_distance(after, state[unit])
            sample, h = after, steps[bmu]
        workers.on_parts(step, parts, sample, h, sample)
    return seen


@njit(cache=True, nogil=True)
def _update_and_measure(
    state: Array, start: int, stop: int, sample: Array, h: Array, after: Array
) -> tuple[float, int]:
    """Update some units by a sample; return the least squared distance to the one after, and whose.

    Parameters
    ----------
    state : array of shape (n_units, n_features)
        Units start … stop − 1 are updated.
    sample, after : arrays of shape (n_features,)
    h : array of shape (n_units,)
        α·η of the sample's winner.
    """
    nearest, bmu = np.inf, start
    for j in range(start, stop):
        unit = state[j]
        if h[j] != 0:
            _update(unit, sample, h[j])
        square = _squared_distance(after, unit)
        if square < nearest:
            nearest, bmu = square, j
    return nearest, bmu


@njit(cache=True, nogil=True)
def _update(unit: Array, sample: Array, h: float) -> None:
    # No fused multiply-add here: these are the very operations of `train_epoch_plainly`.
    for d in range(len(unit)):
        unit[d] += h * (sample[d] - unit[d])


@njit(cache=True, nogil=True, fastmath={"contract", "reassoc", "nnan", "nsz"})
def _squared_distance(sample: Array, unit: Array) -> float:
    total = 0.0
    for d in range(len(unit)):
        step = sample[d] - unit[d]
        total += step * step
    return total
