"""Trustworthiness and continuity: whether neighbours on the map are so in truth, and conversely.

T(k) = 1 − 2 / (n k (2n − 3k − 1)) Σ_i Σ_j max(0, r(i, j) − k) over the k samples j nearest to i on
the map, with r(i, j) the rank of j among the samples nearest to i in the space of the samples.
Continuity exchanges the two spaces (Venna & Kaski 2001; Kaski et al. 2003).

On the map the distance of two samples is that of their BMUs, so nearly all are tied: the samples
of a unit, the units at one step. Both measures are therefore their expected values over random
orders within every tie, computed exactly. A tie of t samples behind a nearer ones holds the ranks
a + 1 … a + t: each member is among the k nearest with probability (k − a) / t (kept in [0, 1]),
and exceeds k by the mean of max(0, rank − k) over those ranks. Identical samples are treated so in
their own space too. A map with more than k samples on a unit cannot reach 1: it does not say which
of them are the nearest.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...model.lattice import Lattice
from ...model.samples import Samples
from .distances import squared_distances

# Samples whose distances to all others are kept at once.
CHUNK_SIZE = 256


class Preservation(NamedTuple):
    """Both measures for one number of neighbours; None where it is not below n_samples / 2."""

    n_neighbours: int
    trustworthiness: float | None
    continuity: float | None


class _Ranks(NamedTuple):
    """How many are nearer, and how many as near (itself included), each of (n_others,)."""

    nearer: NDArray[np.integer]
    tied: NDArray[np.integer]

    def shares(self, ks: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the probabilities to be among the k nearest, of shape (n_ks, n_others)."""
        return np.clip((ks[:, None] - self.nearer) / np.maximum(self.tied, 1), 0, 1)

    def excesses(self, ks: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the expected max(0, rank − k), of shape (n_ks, n_others)."""
        below = np.maximum(self.nearer - ks[:, None], 0)
        upto = np.maximum(self.nearer + self.tied - ks[:, None], 0)
        sums = upto * (upto + 1) // 2 - below * (below + 1) // 2
        return sums / np.maximum(self.tied, 1)


def trustworthiness(
    samples: Samples, bmus: NDArray[np.integer], lattice: Lattice, n_neighbours: int
) -> float | None:
    """Return the trustworthiness of a map: `measure_preservation` for one k."""
    return measure_preservation(samples, bmus, lattice, [n_neighbours])[0].trustworthiness


def continuity(
    samples: Samples, bmus: NDArray[np.integer], lattice: Lattice, n_neighbours: int
) -> float | None:
    """Return the continuity of a map: `measure_preservation` for one k."""
    return measure_preservation(samples, bmus, lattice, [n_neighbours])[0].continuity


def measure_preservation(
    samples: Samples,
    bmus: NDArray[np.integer],
    lattice: Lattice,
    n_neighbours: Sequence[int],
    *,
    report: Callable[[int], None] | None = None,
) -> list[Preservation]:
    """Return trustworthiness and continuity for several numbers of neighbours at once.

    Parameters
    ----------
    samples : array of shape (n_samples, n_features)
        Bytes, whose distances are exact, or floating point, whose distances are compared in
        float32, so that rounding parts no equal ones.
    bmus : integer array of shape (n_samples,)
    lattice : Lattice
    n_neighbours : sequence of int
        The ks. One that is not from 1 to below n_samples / 2 has no value (None).
    report : callable, optional
        Called with the number of samples as they are done.

    Examples
    --------
    >>> samples = np.array([[0], [1], [2], [5]], dtype=np.uint8)
    >>> in_order = measure_preservation(samples, np.arange(4), Lattice("square", (1, 4)), [1, 2])
    >>> [tuple(values) for values in in_order]
    [(1, 0.8125, 0.875), (2, None, None)]
    """
    n_samples = len(samples)
    ks = np.unique([k for k in n_neighbours if 0 < k < n_samples / 2]).astype(np.int64)
    intruding, missing = np.zeros(len(ks)), np.zeros(len(ks))
    if len(ks):
        intruding, missing = _sum_excesses(samples, bmus, lattice, ks, report)
    scale = 2 / (n_samples * ks * (2.0 * n_samples - 3 * ks - 1))
    found = {
        int(k): Preservation(int(k), float(trust), float(kept))
        for k, trust, kept in zip(ks, 1 - scale * intruding, 1 - scale * missing, strict=True)
    }
    return [found.get(k, Preservation(k, None, None)) for k in n_neighbours]


def _sum_excesses(
    samples: Samples,
    bmus: NDArray[np.integer],
    lattice: Lattice,
    ks: NDArray[np.int64],
    report: Callable[[int], None] | None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the expected sums of excess ranks: of intruders and of the missing, each (n_ks,).

    `ks` ascend.
    """
    intruding, missing = np.zeros(len(ks)), np.zeros(len(ks))
    on_lattice = lattice.squared_distances()
    hits = np.bincount(bmus, minlength=lattice.n_units)
    features, compared = _features(samples)
    order = np.argsort(bmus, kind="stable")  # The samples of a unit share its ranks.
    unit = -1
    for start in range(0, len(order), CHUNK_SIZE):
        chunk = order[start : start + CHUNK_SIZE]
        rows = squared_distances(features[chunk], features).astype(compared, copy=False)
        rows[np.arange(len(chunk)), chunk] = np.inf  # A sample is not its own neighbour.
        for sample, row, in_order in zip(chunk, rows, np.sort(rows, axis=1), strict=True):
            if bmus[sample] != unit:
                unit = bmus[sample]
                of_units = _ranks_of_units(on_lattice[unit], hits, unit)
                shares, excesses = of_units.shares(ks), of_units.excesses(ks)
                near_on_map = np.flatnonzero(shares[-1, bmus] > 0)
            others = near_on_map[near_on_map != sample]
            ranks = _ranks_in(in_order, row[others])
            intruding += (shares[:, bmus[others]] * ranks.excesses(ks)).sum(axis=1)
            others = np.flatnonzero(row <= in_order[ks[-1] - 1])
            ranks = _ranks_in(in_order, row[others])
            missing += (ranks.shares(ks) * excesses[:, bmus[others]]).sum(axis=1)
        if report:
            report(len(chunk))
    return intruding, missing


def _features(samples: Samples) -> tuple[NDArray[np.float64], type[np.floating]]:
    """Return the vectors to measure distances of, and the type in which these are compared."""
    if samples.dtype == np.uint8:
        return samples.astype(np.float64), np.float64  # Whole numbers: products are exact.
    return samples - samples.mean(axis=0, dtype=np.float64), np.float32


def _ranks_of_units(squares: NDArray[np.float64], hits: NDArray[np.int64], unit: int) -> _Ranks:
    """Return the ranks that samples on each unit have for a sample on `unit`."""
    others = hits.copy()
    others[unit] -= 1
    distances, classes = np.unique(squares, return_inverse=True)
    sizes = np.bincount(classes, others, minlength=len(distances)).astype(np.int64)
    return _Ranks((np.cumsum(sizes) - sizes)[classes], sizes[classes])


def _ranks_in(in_order: NDArray[np.floating], values: NDArray[np.floating]) -> _Ranks:
    nearer = np.searchsorted(in_order, values, side="left")
    return _Ranks(nearer, np.searchsorted(in_order, values, side="right") - nearer)
