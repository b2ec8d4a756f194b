"""The two units nearest to each sample, exactly, and the errors that follow from them."""

import os
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from workflow.som.features import Samples, as_features
from workflow.som.lattice import Lattice

try:
    from workflow.som.engine.pruned_search import search
except ImportError:  # Without numba all distances are measured: the same result, slower.
    search = None  # type: ignore[assignment]

NO_UNIT = -1


class Nearest(NamedTuple):
    """BMUs, second BMUs (`NO_UNIT` on a map of one unit) and distances, each of (n_samples,)."""

    bmus: NDArray[np.int32]
    second_bmus: NDArray[np.int32]
    distances: NDArray[np.float32]


class MapErrors(NamedTuple):
    """Quantization error, and topographic errors: the lattice's own, 4 and 8 neighbours.

    The last two exist where units lie in square cells, on a plane or a torus.
    """

    quantization_error: float
    topographic_error: float | None
    topographic_error_4: float | None
    topographic_error_8: float | None


def find_two_nearest(
    samples: Samples,
    codebook: NDArray[np.float32],
    *,
    threads: int | None = None,
    device: str = "cpu",
    report: Callable[[int], None] | None = None,
) -> Nearest:
    """Find the two units nearest to every sample (Euclidean; the lowest index wins a tie).

    Distances that could decide are measured by differences in float64, so the result is that of a
    float64 loop over all pairs, whatever the number of threads. Most others are ruled out by
    bounds (`workflow.som.engine.pruned_search`).

    Parameters
    ----------
    samples : array of shape (n_samples, n_features)
        Bytes (used as x / 255) or float32.
    codebook : float32 array of shape (n_units, n_features)
    threads : int, optional
        CPU threads; all that this process may use by default.
    device : str
        A torch device: "cuda" searches there.
    report : callable, optional
        Called with the number of samples as they are done.

    Examples
    --------
    >>> codebook = np.array([[0.0, 0.0], [1.0, 1.0], [1.0, 1.0]], dtype=np.float32)
    >>> nearest = find_two_nearest(np.array([[1.0, 0.5]], dtype=np.float32), codebook)
    >>> nearest.bmus, nearest.second_bmus, nearest.distances
    (array([1], dtype=int32), array([2], dtype=int32), array([0.5], dtype=float32))
    """
    if device.startswith("cuda"):
        from workflow.som.engine.device_search import find_two_nearest_on_device

        return find_two_nearest_on_device(samples, codebook, device, report=report)
    if search is None or len(codebook) == 1:
        return find_two_nearest_densely(samples, codebook, report=report)
    n_samples = len(samples)
    bmus, seconds = np.empty(n_samples, np.int32), np.empty(n_samples, np.int32)
    nearest = Nearest(bmus, seconds, np.empty(n_samples, np.float32))
    search(samples, codebook, nearest, threads or len(os.sched_getaffinity(0)), report)
    return nearest


def find_bmus(
    samples: Samples,
    codebook: NDArray[np.float32],
    *,
    threads: int | None = None,
    device: str = "cpu",
) -> NDArray[np.int32]:
    """Find the unit nearest to every sample, (n_samples,), as `find_two_nearest` does.

    Without the second nearest fewer units need to be measured.
    """
    if search is None or len(codebook) == 1 or device.startswith("cuda"):
        return find_two_nearest(samples, codebook, threads=threads, device=device).bmus
    bmus, seconds = np.empty(len(samples), np.int32), np.empty(len(samples), np.int32)
    results = bmus, seconds, np.empty(len(samples), np.float32)
    threads = threads or len(os.sched_getaffinity(0))
    search(samples, codebook, results, threads, with_second=False)
    return bmus


def find_two_nearest_densely(
    samples: Samples,
    codebook: NDArray[np.float32],
    *,
    chunk_size: int = 1024,
    report: Callable[[int], None] | None = None,
) -> Nearest:
    """Find the two nearest units by all distances: the same result, in NumPy alone.

    Scores come from a float64 matrix product, for `chunk_size` samples at once. Where its rounding
    could decide, the distances are measured anew by differences. Other parameters are those of
    `find_two_nearest`.
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
    own = float(1 - lattice.are_adjacent(*nearest[:2]).mean())
    if lattice.topology not in ("square", "torus"):
        return MapErrors(quantization, own, None, None)
    eight = float(1 - lattice.are_adjacent(*nearest[:2], diagonals=True).mean())
    return MapErrors(quantization, own, own, eight)
