"""The batch rule: all units at once, from all samples (Kohonen 1997; Cottrell & Fort 1986).

w_j ← Σ_c h(c, j) S_c / Σ_c h(c, j) n_c, with S_c and n_c the sum and number of the samples whose
BMU is unit c. A unit whose denominator vanishes keeps its vector.

An epoch is a search, sums by unit, and a smoothing over the lattice. The search is the one that
measures the errors of the epoch before, so it need not be made twice. Where the neighbourhood is a
product of one along each axis of the lattice, the smoothing is a small product along each.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..model.kernels import Factors, HexagonalFactors
from ..model.lattice import ByOffset
from ..model.samples import AnySamples, Samples, as_features, full_value, parts_of
from .workers import cut

# Adds up an array over processes.
Total = Callable[[NDArray[Any]], NDArray[Any]]

# Bytes of sums that are worked on at a time: of large maps only some features.
SUMS_BYTES = 2**27
# Bytes of the rows of a table that are held at a time.
TABLE_BYTES = 2**26
WEIGHTED_AT_A_TIME = 4096  # samples, whose weighted features are held in memory


def update_plainly(
    codebook: NDArray[np.float32],
    samples: Samples,
    bmus: NDArray[np.integer],
    neighbourhood: NDArray[np.floating],
) -> NDArray[np.float32]:
    """Return the codebook after a batch epoch: the rule as it is written, for reference.

    Parameters
    ----------
    codebook : float32 array of shape (n_units, n_features)
    samples : array of shape (n_samples, n_features)
        Bytes (used as x / 255) or float32.
    bmus : integer array of shape (n_samples,)
        The unit of `codebook` nearest to each sample.
    neighbourhood : array of shape (n_units, n_units)
        h(c, j) for BMU c and unit j.
    """
    result = codebook.copy()
    features = as_features(samples, np.float64)
    for unit in range(len(codebook)):
        weights = neighbourhood[bmus, unit]
        if weights.sum() > 0:
            result[unit] = (weights[:, None] * features).sum(axis=0) / weights.sum()
    return result


def update_batch(
    codebook: NDArray[np.float32],
    samples: AnySamples,
    bmus: NDArray[np.integer],
    factors: Factors,
    weights: NDArray[np.floating] | None = None,
    total: Total | None = None,
) -> NDArray[np.float32]:
    """Return the codebook after a batch epoch.

    Parameters
    ----------
    codebook, samples, bmus
        As in `update_plainly`.
    factors : Factors
        From `neighbourhood_factors`: h(c, j), as a product where it is one. Symmetric.
    weights : array of shape (n_samples,), optional
        How often each sample counts.
    total : callable, optional
        Returns the sum of an array over all processes that share the samples.
    """
    n_units = len(codebook)
    total = total or (lambda of_all: of_all)
    hits = total(np.bincount(bmus, weights, minlength=n_units))
    denominators = smooth(hits[:, None].astype(np.float64), factors)
    reached = denominators[:, 0] > 0
    result = codebook.copy()
    for part in feature_parts(codebook):
        sums = total(sums_by_unit(samples, bmus, n_units, weights, part))
        numerators = smooth(sums / full_value(samples), factors)
        result[reached, part] = numerators[reached] / denominators[reached]
    return result


def feature_parts(codebook: NDArray[np.float32]) -> list[slice]:
    """Return the features whose sums are worked on together, of shape (n_units, n_features)."""
    return cut(codebook.shape[1], -(-8 * codebook.size // SUMS_BYTES))


def sums_by_unit(
    samples: AnySamples,
    bmus: NDArray[np.integer],
    n_units: int,
    weights: NDArray[np.floating] | None = None,
    features: slice = slice(None),
) -> NDArray[Any]:
    """Return the sum of each unit's samples, of shape (n_units, n_features).

    Without weights, bytes are added as whole numbers (int64), so that their sums are exact; a
    feature is their 255th part. With `weights` (n_samples,) a sample counts so many times. Of some
    `features` alone the result has fewer columns.
    """
    width = len(range(*features.indices(samples.shape[1])))
    whole = weights is None and samples.dtype == np.uint8
    sums: NDArray[Any] = np.zeros((n_units, width), np.int64 if whole else np.float64)
    for part, rows in parts_of(samples):
        of_part = rows[:, features]
        if weights is None:
            _add_by_unit(of_part, bmus[part], sums)
            continue
        for start in range(0, len(rows), WEIGHTED_AT_A_TIME):
            some = slice(start, start + WEIGHTED_AT_A_TIME)
            shares = weights[part][some, None]
            weighted = of_part[some].astype(np.float64) * shares
            _add_by_unit(weighted, bmus[part][some], sums)
    return sums


@njit(cache=True, nogil=True)
def _add_by_unit(
    samples: NDArray[np.generic], bmus: NDArray[np.integer], sums: NDArray[Any]
) -> None:
    """Add each sample (n_samples, n_features) to the row of its BMU in `sums` (n_units, …)."""
    for i in range(len(bmus)):
        row, sample = sums[bmus[i]], samples[i]
        for d in range(len(sample)):
            row[d] += sample[d]


def smooth(values: NDArray[np.float64], factors: Factors) -> NDArray[np.float64]:
    """Return Σ_c h(c, j) values_c for every unit j, of shape (n_units, n_columns).

    Examples
    --------
    >>> along_rows, along_columns = np.array([[1.0, 0.5], [0.5, 1.0]]), np.ones((1, 1))
    >>> smooth(np.array([[4.0], [0.0]]), [along_rows, along_columns])
    array([[4.],
           [2.]])
    """
    if isinstance(factors, ByOffset):
        return _smooth_by_rows(values, factors)
    if isinstance(factors, HexagonalFactors):
        return _smooth_hexagonally(values, factors)
    grid = values.reshape(*(len(factor) for factor in factors), -1)
    for axis, factor in enumerate(factors):
        along = np.moveaxis(grid, axis, 0)
        product = factor.T @ along.reshape(len(factor), -1)
        grid = np.moveaxis(product.reshape(along.shape), 0, axis)
    return grid.reshape(values.shape)


def _smooth_by_rows(values: NDArray[np.float64], table: ByOffset) -> NDArray[np.float64]:
    """Smooth with some rows of the table at a time, which is symmetric."""
    n_units = len(values)
    size = max(1, TABLE_BYTES // (8 * n_units))
    result = np.empty_like(values)
    for start in range(0, n_units, size):
        stop = min(start + size, n_units)
        result[start:stop] = np.stack([table.row(unit) for unit in range(start, stop)]) @ values
    return result


def _smooth_hexagonally(
    values: NDArray[np.float64], factors: HexagonalFactors
) -> NDArray[np.float64]:
    """Smooth along the half columns of even and odd rows, and then along the rows."""
    n_rows, n_columns = len(factors.rows), factors.columns.shape[2]
    grid = values.reshape(n_rows, n_columns, -1)
    result = np.empty_like(grid)
    moved = np.empty_like(grid)
    for target in range(min(2, n_rows)):
        for source in range(min(2, n_rows)):
            along = factors.columns[source, target].T
            np.matmul(along, grid[source::2], out=moved[source::2])
        product = factors.rows[:, target::2].T @ moved.reshape(n_rows, -1)
        result[target::2] = product.reshape(-1, n_columns, grid.shape[2])
    return result.reshape(values.shape)
