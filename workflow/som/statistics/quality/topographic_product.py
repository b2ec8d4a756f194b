"""The topographic product: whether the lattice has the dimension that the codebook asks for."""

import numpy as np
from numpy.typing import NDArray

from ...model.lattice import Lattice
from .distances import squared_distances

# Units whose distances are kept at once.
CHUNK_SIZE = 512


def topographic_product(codebook: NDArray[np.floating], lattice: Lattice) -> float | None:
    """Return P of Bauer & Pawelzik (1992): below 0 means too few dimensions, above 0 too many.

    For unit j let a_l be its l-th neighbour on the lattice and v_l the one in the space of the
    samples, d_A and d_V the distances there: P is the mean over j and k of
    (1 / 2k) Σ_{l ≤ k} ln [d_V(j, a_l) / d_V(j, v_l) · d_A(j, a_l) / d_A(j, v_l)].

    Notes
    -----
    Most lattice distances are tied, and the order within a tie changes P. Here P is its mean over
    all orders of every tie, exactly: the sum of logarithms is linear, so that each member of a tie
    stands for the mean of the tie. No numbering of the units matters then. Distances in the space
    of the samples are compared in float32, so that rounding parts no equal ones.

    P tells dimensions, not order: a lattice laid on its own positions in disorder gives almost 0.

    Units that share the vector of j have d_V = 0, of which there is no logarithm: they are left
    out of the neighbours of j, in both orders. The mean is over the ranks that remain; without any
    (one unit, all vectors equal) P is undefined (None).

    Examples
    --------
    >>> line = Lattice("square", (1, 4))
    >>> topographic_product(np.array([[0.0], [1.0], [2.0], [3.0]]), line)
    0.0
    >>> around_a_square = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, 0.0]])
    >>> topographic_product(around_a_square, line) < 0
    True
    """
    n_units = lattice.n_units
    units = codebook - codebook.mean(axis=0, dtype=np.float64)
    on_lattice = lattice.squared_distances()
    harmonic = np.concatenate([[0.0], np.cumsum(1 / np.arange(1, n_units + 1))])
    total, n_ranks = 0.0, 0
    for start in range(0, n_units, CHUNK_SIZE):
        in_space = squared_distances(units[start : start + CHUNK_SIZE], units)
        for row, squares in enumerate(in_space, start=start):
            others = squares > 0
            others[row] = False
            n_others = int(others.sum())
            if n_others:
                # Σ_k (1 / 2k) Σ_{l ≤ k} x_l = Σ_l x_l Σ_{k ≥ l} 1 / 2k; half of a log of squares.
                weights = (harmonic[n_others] - harmonic[:n_others]) / 4
                total += float(weights @ _log_ratios(on_lattice[row, others], squares[others]))
                n_ranks += n_others
    return total / n_ranks if n_ranks else None


def _log_ratios(
    on_lattice: NDArray[np.float64], in_space: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return ln of the four squared distances' ratio at each rank l, of shape (n_others,)."""
    log_lattice, log_space = np.log(on_lattice), np.log(in_space)
    by_lattice, in_lattice_order = _sort_with_means(on_lattice, log_space)
    by_space, in_space_order = _sort_with_means(in_space.astype(np.float32), log_lattice)
    ratios: NDArray[np.float64] = in_lattice_order - log_space[by_space]
    ratios += log_lattice[by_lattice] - in_space_order
    return ratios


def _sort_with_means(
    keys: NDArray[np.floating], values: NDArray[np.float64]
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return the order of the keys, and in it the values' means over equal keys."""
    order = np.argsort(keys, kind="stable")
    starts = np.flatnonzero(np.diff(keys[order], prepend=-1.0))
    sizes = np.diff(starts, append=len(keys))
    means = np.add.reduceat(values[order], starts) / sizes
    return order, np.repeat(means, sizes)
