"""The two units nearest to each sample, exactly: the way in to the search."""

import os
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ...model.samples import AnySamples, parts_of
from .dense import find_two_nearest_densely
from .nearest import Nearest
from .pruned import search_with_bounds


def find_two_nearest(
    samples: AnySamples,
    codebook: NDArray[np.float32],
    *,
    threads: int | None = None,
    device: str = "cpu",
    report: Callable[[int], None] | None = None,
) -> Nearest:
    """Find the two units nearest to every sample (Euclidean; the lowest index wins a tie).

    Distances that could decide are measured by differences in float64, so the result is that of a
    float64 loop over all pairs, whatever the number of threads. Most others are ruled out by
    bounds (`som.engine.search.pruned`).

    Parameters
    ----------
    samples : array of shape (n_samples, n_features)
        Bytes (used as x / 255) or float32, in memory or in groups that are read in turn.
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
    nearest = Nearest.empty(len(samples))
    if len(codebook) > 1 and not device.startswith("cuda"):
        threads = threads or len(os.sched_getaffinity(0))
        search_with_bounds(samples, codebook, nearest, threads, report)
        return nearest
    for part, rows in parts_of(samples):
        if device.startswith("cuda"):
            from .on_device import find_two_nearest_on_device

            found = find_two_nearest_on_device(rows, codebook, device, report=report)
        else:
            found = find_two_nearest_densely(rows, codebook, report=report)
        for whole, of_part in zip(nearest, found, strict=True):
            whole[part] = of_part
    return nearest


def find_bmus(
    samples: AnySamples,
    codebook: NDArray[np.float32],
    *,
    threads: int | None = None,
    device: str = "cpu",
) -> NDArray[np.int32]:
    """Find the unit nearest to every sample, (n_samples,), as `find_two_nearest` does.

    Without the second nearest fewer units need to be measured.
    """
    if len(codebook) == 1 or device.startswith("cuda"):
        return find_two_nearest(samples, codebook, threads=threads, device=device).bmus
    nearest = Nearest.empty(len(samples))
    threads = threads or len(os.sched_getaffinity(0))
    search_with_bounds(samples, codebook, nearest, threads, with_second=False)
    return nearest.bmus
