"""The plain search, for reference and for a map of one unit: all distances, in NumPy alone."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ...model.samples import Samples, as_features
from .nearest import Nearest


def find_two_nearest_densely(
    samples: Samples,
    codebook: NDArray[np.float32],
    *,
    chunk_size: int = 1024,
    report: Callable[[int], None] | None = None,
) -> Nearest:
    """Find the two nearest units by all distances: the same result, in NumPy alone.

    Scores come from a float64 matrix product, for `chunk_size` samples at once. Where its rounding
    could decide, the distances are measured again by differences. Other parameters are those of
    `find_two_nearest`.
    """
    n_samples, n_units = len(samples), len(codebook)
    result = Nearest.empty(n_samples)
    units = codebook.astype(np.float64)
    # Distances do not change when everything moves by the mean, but their rounding shrinks.
    mean = units.mean(axis=0)
    centred = units - mean
    norms = np.square(centred).sum(axis=1)
    for start in range(0, n_samples, chunk_size):
        part = slice(start, start + chunk_size)
        features = as_features(samples[part], np.float64)
        shifted = features - mean
        scores = shifted @ (-2.0 * centred.T)
        scores += norms
        rows = np.arange(len(features))
        bmus = scores.argmin(axis=1)
        least = scores[rows, bmus]
        if n_units > 1:
            scores[rows, bmus] = np.inf
            seconds = scores.argmin(axis=1)
            scores[rows, bmus] = least
            # 64 roundings of the largest term cover the product's error many times over.
            margin = 64 * np.finfo(float).eps * (np.square(shifted).sum(axis=1) + norms.max())
            close = scores <= (scores[rows, seconds] + margin)[:, None]
            undecided = (close.sum(axis=1) > 2) | (scores[rows, seconds] - least <= margin)
            for row in np.flatnonzero(undecided):
                candidates = np.flatnonzero(close[row])
                exact = np.square(features[row] - units[candidates]).sum(axis=1)
                bmus[row], seconds[row] = candidates[np.argsort(exact, kind="stable")[:2]]
            result.second_bmus[part] = seconds
        result.bmus[part] = bmus
        result.distances[part] = np.sqrt(np.square(features - units[bmus]).sum(axis=1))
        if report:
            report(len(features))
    return result
