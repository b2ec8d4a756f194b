"""The sequential part of the block form, compiled. The algebra stands in `rule`."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ...model.lattice import ByOffset

# Units brought up to date together: a few rows of this length stay in the first-level cache.
TILE = 512

Array = NDArray[np.floating]
Indices = NDArray[np.integer]


@njit(cache=True, nogil=True, fastmath={"contract", "nnan", "nsz"})
def scan_block(
    products: Array, gram: Array, norms: Array, steps: ByOffset, updates: Array, winners: Indices
) -> None:
    """Find the winners of a block in order, and the update of every unit by each.

    The inner products of a sample are brought up to date when its turn comes, by all earlier
    updates at once: a row is then read and written once, not once for every earlier sample.

    Parameters
    ----------
    products : array of shape (n_block, n_units)
        Inner products of the block's samples with the units; spoilt.
    gram : array of shape (n_block, n_block)
        Inner products of the block's samples.
    norms : array of shape (n_units,)
        Squared norms of the units; updated.
    steps : ByOffset
        α·η(c, j).
    updates : array of shape (n_block, n_units)
        Receives α·η(c_t, j), row t for sample t.
    winners : array of shape (n_block,)
        Receives the BMUs c_t.
    """
    n_block, n_units = products.shape
    two = norms.dtype.type(2)
    one = norms.dtype.type(1)
    for t in range(n_block):
        least, bmu = norms.dtype.type(np.inf), 0
        for start in range(0, n_units, TILE):
            stop = min(start + TILE, n_units)
            row = products[t, start:stop]
            _catch_up(products, gram, updates, t, start, stop)
            tile = norms[start:stop]
            least_here = norms.dtype.type(np.inf)
            for j in range(stop - start):
                least_here = min(least_here, tile[j] - two * row[j])
            if least_here < least:
                least, bmu = least_here, start
        while norms[bmu] - two * products[t, bmu] > least:
            bmu += 1
        winners[t] = bmu
        square = gram[t, t]
        write_steps(steps, bmu, updates[t])
        for j in range(n_units):
            h = updates[t, j]
            keep = one - h
            norms[j] = keep * keep * norms[j] + h * (two * keep * products[t, j] + h * square)


@njit(cache=True, nogil=True, fastmath={"contract", "nnan", "nsz"})
def scan_block_as_printed(
    products: Array, gram: Array, norms: Array, steps: Array, updates: Array, winners: Indices
) -> None:
    """Do what `scan_block` does for the rule as it is printed (see `printed`).

    `steps` holds α and R: an update is α·exp(−‖x − w_j‖ / 2R²), wherever the BMU is.
    """
    n_block, n_units = products.shape
    zero, one, two = norms.dtype.type(0), norms.dtype.type(1), norms.dtype.type(2)
    learning_rate, scale = steps[0], -one / (two * steps[1] * steps[1])
    for t in range(n_block):
        _catch_up(products, gram, updates, t, 0, n_units)
        square = gram[t, t]
        least, bmu = norms.dtype.type(np.inf), 0
        for j in range(n_units):
            distance = norms[j] - two * products[t, j]
            if distance < least:
                least, bmu = distance, j
            h = learning_rate * np.exp(scale * np.sqrt(max(distance + square, zero)))
            keep = one - h
            updates[t, j] = h
            norms[j] = keep * keep * norms[j] + h * (two * keep * products[t, j] + h * square)
        winners[t] = bmu


@njit(cache=True, nogil=True)
def write_steps(steps: ByOffset, bmu: int, row: Array) -> None:
    """Write α·η(bmu, j) of all units j to `row` (n_units,); `ByOffset` says where they lie."""
    length, first, column = steps.length, steps.rows[bmu], steps.columns[bmu]
    for i in range(len(steps.segments)):
        found = steps.values[first + steps.segments[i]]
        for j in range(length):
            row[i * length + j] = found[column + j]


@njit(cache=True, nogil=True, fastmath={"contract", "nnan", "nsz"})
def _catch_up(products: Array, gram: Array, updates: Array, t: int, start: int, stop: int) -> None:
    """Apply the updates of samples 0 … t − 1 to sample t's inner products with a tile of units.

    Four at a time, so that the row passes through the registers once for four of them.
    """
    row = products[t, start:stop]
    in_fours = t - t % 4
    for i in range(0, in_fours, 4):
        a, b, c, d = gram[t, i], gram[t, i + 1], gram[t, i + 2], gram[t, i + 3]
        h_a, h_b = updates[i, start:stop], updates[i + 1, start:stop]
        h_c, h_d = updates[i + 2, start:stop], updates[i + 3, start:stop]
        for j in range(len(row)):
            p = row[j]
            p += h_a[j] * (a - p)
            p += h_b[j] * (b - p)
            p += h_c[j] * (c - p)
            p += h_d[j] * (d - p)
            row[j] = p
    for i in range(in_fours, t):
        a, h_a = gram[t, i], updates[i, start:stop]
        for j in range(len(row)):
            row[j] += h_a[j] * (a - row[j])


@njit(cache=True, nogil=True, fastmath={"contract"})
def accumulate(updates: Array, start: int, shares: Array, kept: Array) -> None:
    """Turn the updates H of a block into shares C of its samples and ∏(1 − H) of the old codebook.

    Parameters
    ----------
    updates : array of shape (n_block, n_units)
        H[t, j].
    start : int
        The first of the units that are wanted.
    shares : array of shape (n_block, n_chunk)
        Receives C[t, j] = H[t, j] ∏_{s>t} (1 − H[s, j]) of the units from `start` on.
    kept : array of shape (n_chunk,)
        Receives ∏_t (1 − H[t, j]).
    """
    n_block, n_chunk = shares.shape
    kept[:] = 1
    for t in range(n_block - 1, -1, -1):
        row = updates[t, start : start + n_chunk]
        for j in range(n_chunk):
            share = row[j] * kept[j]
            shares[t, j] = share
            kept[j] -= share
