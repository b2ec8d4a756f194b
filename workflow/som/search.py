"""The two units nearest to each sample, exactly, and the errors that follow from them."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from workflow.som.features import Samples, as_features
from workflow.som.lattice import Lattice

NO_UNIT = -1


class Nearest(NamedTuple):
    """BMUs, second BMUs (`NO_UNIT` on a map of one unit) and distances, each of (n_samples,)."""

    bmus: NDArray[np.int32]
    second_bmus: NDArray[np.int32]
    distances: NDArray[np.float32]


class MapErrors(NamedTuple):
    """Quantization error, and topographic errors: the lattice's own, 4 and 8 neighbours."""

    quantization_error: float
    topographic_error: float | None
    topographic_error_4: float | None
    topographic_error_8: float | None


def find_two_nearest(
    samples: Samples,
    codebook: NDArray[np.float32],
    *,
    chunk_size: int = 1024,
    report: Callable[[int], None] | None = None,
) -> Nearest:
    """Find the two units nearest to every sample (Euclidean; the lowest index wins a tie).

    Scores come from a float64 matrix product. Where its rounding could decide, the distances are
    measured anew by differences, so the result is that of a float64 loop over all pairs, whatever
    the BLAS or its number of threads.

    Parameters
    ----------
    samples : array of shape (n_samples, n_features)
        Bytes (used as x / 255) or float32.
    codebook : float32 array of shape (n_units, n_features)
    chunk_size : int
        Samples compared at once; bounds the memory at chunk_size × n_units scores.
    report : callable, optional
        Called with the number of samples after each chunk.

    Examples
    --------
    >>> codebook = np.array([[0.0, 0.0], [1.0, 1.0], [1.0, 1.0]], dtype=np.float32)
    >>> nearest = find_two_nearest(np.array([[1.0, 0.5]], dtype=np.float32), codebook)
    >>> nearest.bmus, nearest.second_bmus, nearest.distances
    (array([1], dtype=int32), array([2], dtype=int32), array([0.5], dtype=float32))
    """
    n_samples, n_units = len(samples), len(codebook)
    result = Nearest(
        np.empty(n_samples, np.int32),
        np.full(n_samples, NO_UNIT, np.int32),
        np.empty(n_samples, np.float32),
    )
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


def map_errors(nearest: Nearest, lattice: Lattice) -> MapErrors:
    """Return the quantization error and the topographic errors of a mapped set of samples.

    The topographic error is the share of samples whose two nearest units are not adjacent
    (Kiviluoto 1996); it is undefined (None) for a map of one unit and for no samples.
    """
    if len(nearest.bmus) == 0:
        return MapErrors(float("nan"), None, None, None)
    quantization = float(nearest.distances.mean(dtype=np.float64))
    if lattice.n_units == 1:
        return MapErrors(quantization, None, None, None)
    four, eight = (
        float(1 - lattice.are_adjacent(*nearest[:2], diagonals=diagonals).mean())
        for diagonals in (False, True)
    )
    return MapErrors(quantization, four, four, eight)
