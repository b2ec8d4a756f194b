"""One epoch of the online rule on a ring in the plane, compiled; a step takes time for few units.

The rule is that of `engine.online.rule`, w_j ← w_j + α·η(d) (x − w_j), with d the distance
on the ring, min(|c − j|, M − |c − j|). Where η is cut off nothing is touched, and the winner is
found among the few units near a sample, without looking at the others: the plane is cut into square
cells, each with a list of the units in it. Winners are exact.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.integer]

# Above the rounding of a cell's edge, for coordinates of about 1.
SLACK = 1e-12
NONE = -1


@njit(cache=True, nogil=True)
def train_ring_epoch(
    ring: Floats,
    samples: Floats,
    order: Indices,
    steps: Floats,
    winners: Indices,
    size: float,
) -> None:
    """Present every sample once, in order, to a ring; change the ring in place.

    Parameters
    ----------
    ring : float64 array of shape (n_units, 2)
        Positions of the units, coordinates of about 1 at most; updated.
    samples : float64 array of shape (n_samples, 2)
    order : integer array
        The samples in the order in which they are presented.
    steps : float64 array of shape (reach + 1,)
        α·η of the ring distances 0 … reach; beyond, nothing moves. 2·reach + 1 ≤ n_units.
    winners : integer array of shape (n_samples,)
        On entry a guess of each sample's winner, any unit at all: a good one makes the search
        short. On return the winner of each presented sample at its turn.
    size : float
        Edge of a cell of the grid. It changes the time, nothing else.
    """
    n_units, reach = len(ring), len(steps) - 1
    left = min(ring[:, 0].min(), samples[:, 0].min())
    below = min(ring[:, 1].min(), samples[:, 1].min())
    right = max(ring[:, 0].max(), samples[:, 0].max())
    above = max(ring[:, 1].max(), samples[:, 1].max())
    # No unit leaves this rectangle: a step goes towards a sample, and not past it.
    n_columns, n_rows = int((right - left) / size) + 2, int((above - below) / size) + 2
    cells = np.empty(n_units, np.int32)
    first = np.full(n_columns * n_rows, NONE, np.int32)
    following, previous = np.empty(n_units, np.int32), np.empty(n_units, np.int32)
    for j in range(n_units):
        column, row = int((ring[j, 0] - left) / size), int((ring[j, 1] - below) / size)
        _insert(j, row * n_columns + column, cells, first, following, previous)
    for sample in order:
        x, y = samples[sample, 0], samples[sample, 1]
        bmu = _find_nearest(
            x, y, winners[sample], ring, first, following, left, below, size, n_columns, n_rows
        )
        winners[sample] = bmu
        for offset in range(-reach, reach + 1):
            j = bmu + offset
            if j < 0:
                j += n_units
            elif j >= n_units:
                j -= n_units
            h = steps[abs(offset)]
            ring[j, 0] += h * (x - ring[j, 0])
            ring[j, 1] += h * (y - ring[j, 1])
            column, row = int((ring[j, 0] - left) / size), int((ring[j, 1] - below) / size)
            cell = row * n_columns + column
            if cell != cells[j]:
                _remove(j, cells, first, following, previous)
                _insert(j, cell, cells, first, following, previous)


@njit(cache=True, nogil=True)
def _insert(
    j: int, cell: int, cells: Indices, first: Indices, following: Indices, previous: Indices
) -> None:
    """Put a unit at the front of a cell's list."""
    cells[j], previous[j], following[j] = cell, NONE, first[cell]
    if first[cell] != NONE:
        previous[first[cell]] = j
    first[cell] = j


@njit(cache=True, nogil=True)
def _remove(j: int, cells: Indices, first: Indices, following: Indices, previous: Indices) -> None:
    """Take a unit out of its cell's list."""
    if previous[j] == NONE:
        first[cells[j]] = following[j]
    else:
        following[previous[j]] = following[j]
    if following[j] != NONE:
        previous[following[j]] = previous[j]


@njit(cache=True, nogil=True)
def _find_nearest(
    x: float, y: float, guess: int, ring: Floats, first: Indices, following: Indices,
    left: float, below: float, size: float, n_columns: int, n_rows: int,
) -> int:  # fmt: skip
    """Return the unit nearest to a point, the lowest index of those that tie.

    Cells are looked at in squares around the point's own, until a square lies further away than
    the nearest unit so far.
    """
    nearest = guess
    least = (x - ring[guess, 0]) ** 2 + (y - ring[guess, 1]) ** 2
    column, row = int((x - left) / size), int((y - below) / size)
    # To the edges of the point's own cell; squares further out are whole cells away.
    dx, dy = (x - left) - column * size, (y - below) - row * size
    margin = min(min(dx, size - dx), min(dy, size - dy)) - SLACK
    furthest = max(max(column, n_columns - 1 - column), max(row, n_rows - 1 - row))
    for around in range(furthest + 1):
        if around:
            distance = margin + (around - 1) * size
            if distance > 0 and distance * distance > least:
                break
        for r in range(max(row - around, 0), min(row + around, n_rows - 1) + 1):
            stride = 1 if abs(r - row) == around else max(2 * around, 1)
            for c in range(column - around, column + around + 1, stride):
                if c < 0 or c >= n_columns:
                    continue
                j = first[r * n_columns + c]
                while j != NONE:
                    d = (x - ring[j, 0]) ** 2 + (y - ring[j, 1]) ** 2
                    if d < least or (d == least and j < nearest):
                        least, nearest = d, j
                    j = following[j]
    return nearest
