"""The sequential part of the block form, compiled: `workflow.som.engine.online` has the algebra."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

# Samples that are brought up to date one by one; later ones get their updates together, so that
# their inner products travel through the cache once for SUB_BLOCK updates.
SUB_BLOCK = 16
TILE = 512

Array = NDArray[np.floating]


@njit(cache=True, nogil=True, fastmath={"contract"})
def scan_block(products: Array, gram: Array, norms: Array, steps: Array, updates: Array) -> None:
    """Find the winners of a block in order, and what each does to every unit.

    Parameters
    ----------
    products : array of shape (n_block, n_units)
        Inner products of the block's samples with the units; spoilt.
    gram : array of shape (n_block, n_block)
        Inner products of the block's samples.
    norms : array of shape (n_units,)
        Squared norms of the units; updated.
    steps : array of shape (n_units, n_units)
        α·η(c, j).
    updates : array of shape (n_block, n_units)
        Receives α·η(c_t, j), row t for sample t.
    """
    n_block, n_units = products.shape
    two = norms.dtype.type(2)
    one = norms.dtype.type(1)
    for first in range(0, n_block, SUB_BLOCK):
        last = min(first + SUB_BLOCK, n_block)
        for t in range(first, last):
            bmu = 0
            least = norms[0] - two * products[t, 0]
            for j in range(1, n_units):
                score = norms[j] - two * products[t, j]
                if score < least:
                    least = score
                    bmu = j
            square = gram[t, t]
            for j in range(n_units):
                h = steps[bmu, j]
                keep = one - h
                updates[t, j] = h
                norms[j] = keep * keep * norms[j] + h * (two * keep * products[t, j] + h * square)
            for s in range(t + 1, last):
                g = gram[t, s]
                for j in range(n_units):
                    products[s, j] += updates[t, j] * (g - products[s, j])
        if last < n_block:
            _apply_together(products, gram, updates, first, last)


@njit(cache=True, nogil=True, fastmath={"contract"})
def _apply_together(products: Array, gram: Array, updates: Array, first: int, last: int) -> None:
    """Apply the updates of samples first … last − 1 to the inner products of all later samples.

    It is the same formula as the block's own end, with G in the place of X.
    """
    n_block, n_units = products.shape
    width = last - first  # Always SUB_BLOCK here: only the last sub-block can be shorter.
    share = np.empty((width, TILE), products.dtype)
    kept = np.empty(TILE, products.dtype)
    for start in range(0, n_units, TILE):
        size = min(TILE, n_units - start)
        kept[:] = 1
        for i in range(width - 1, -1, -1):
            for j in range(size):
                h = updates[first + i, start + j]
                share[i, j] = h * kept[j]
                kept[j] -= h * kept[j]
        for s in range(last, n_block):
            row = products[s, start : start + size]
            for j in range(size):
                row[j] *= kept[j]
            for i in range(0, width, 4):
                a, b = gram[first + i, s], gram[first + i + 1, s]
                c, d = gram[first + i + 2, s], gram[first + i + 3, s]
                for j in range(size):
                    row[j] += (a * share[i, j] + b * share[i + 1, j]) + (
                        c * share[i + 2, j] + d * share[i + 3, j]
                    )


@njit(cache=True, nogil=True, fastmath={"contract"})
def accumulate(updates: Array, kept: Array) -> None:
    """Turn the updates H of a block into C and the share ∏(1 − H) of the old codebook, in place.

    Parameters
    ----------
    updates : array of shape (n_block, n_chunk)
        H[t, j]; becomes C[t, j] = H[t, j] ∏_{s>t} (1 − H[s, j]).
    kept : array of shape (n_chunk,)
        Receives ∏_t (1 − H[t, j]).
    """
    kept[:] = 1
    for t in range(updates.shape[0] - 1, -1, -1):
        for j in range(updates.shape[1]):
            h = updates[t, j]
            updates[t, j] = h * kept[j]
            kept[j] -= h * kept[j]
