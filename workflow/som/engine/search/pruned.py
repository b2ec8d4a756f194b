"""The two nearest units, exactly, below the cost of all distances.

A product as wide as a few principal axes of the codebook bounds every distance from below (see
`axes`); only units whose bound does not exceed the second smallest distance found are measured, in
float64. So the result does not depend on the axes, nor on rounding in the bounds. Bounds are made
and used for a few samples at a time, while they are in the cache: nothing of the size
samples × units exists.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...model.samples import AnySamples, Samples, as_features, parts_of
from ..axes import SLACK, Projected, principal_axes, project
from ..workers import Workers
from .nearest import Nearest
from .pruned_scan import Vectors, search_block

# Numbers of axes that are tried; with all features as axes the search is the dense one.
N_AXES = (16, 24, 32, 48, 64)
# Samples on which they are tried.
N_TRIED = 128
# Measuring a distance in float64, against a term of a matrix product: operations that take as long.
COST_OF_MEASURING = 8
# Bounds of a block, in bytes: they should stay in a core's second-level cache.
BOUNDS_BYTES = 2**20
# Samples of a block at least, whatever the cache: products of fewer take longer.
LEAST_BLOCK = 16


class Bounds(NamedTuple):
    """What bounds need of a codebook: its mean, axes (None: the features), and itself in these."""

    mean: Tensor
    axes: Tensor | None
    units: Projected

    def project(self, features: NDArray[np.float32]) -> tuple[Projected, np.float32]:
        """Return samples in the axes, and what rounding may add to a squared bound of any."""
        projected = project(torch.from_numpy(features) - self.mean, self.axes)
        epsilon = float(np.finfo(np.float32).eps)
        return projected, np.float32(SLACK * epsilon * (projected.longest + self.units.longest))


def search_with_bounds(
    samples: AnySamples,
    codebook: NDArray[np.float32],
    found: Nearest,
    threads: int,
    report: Callable[[int], None] | None = None,
    *,
    with_second: bool = True,
) -> float:
    """Write BMUs, second BMUs and distances of all samples to `found`.

    Parameters
    ----------
    samples : array of shape (n_samples, n_features)
        Bytes (used as x / 255) or float32, in memory or in groups that are read in turn.
    codebook : float32 array of shape (n_units, n_features)
        Of two units or more.
    found : Nearest
        Receives the result.
    threads : int
    report : callable, optional
        Called with the number of samples as they are done.
    with_second : bool
        Whether second BMUs are wanted; without them fewer units need to be measured.

    Returns
    -------
    float
        Mean number of distances that were measured for a sample.
    """
    units = torch.from_numpy(np.require(codebook, requirements=["C", "W"]))
    size = max(LEAST_BLOCK, BOUNDS_BYTES // (4 * len(codebook)))
    bounds, n_measured = None, 0
    with Workers(threads) as workers:
        # Some blocks for each thread between two reports.
        step = size * 4 * workers.threads
        for place, rows in parts_of(samples):
            bounds = bounds or choose_bounds(rows, units, with_second)
            search = _Search(units, bounds, with_second, rows, found.of_part(place))
            for start in range(0, len(rows), step):
                stop = min(start + step, len(rows))
                firsts = range(start, stop, size)
                parts = [slice(first, min(first + size, stop)) for first in firsts]
                workers.on_parts(search.of_part, parts)
                if report:
                    report(stop - start)
            n_measured += sum(search.measured)
    return n_measured / max(1, len(samples))


class _Search:
    """The search for the nearest units of some samples, block by block."""

    def __init__(
        self, units: Tensor, bounds: Bounds, with_second: bool, samples: Samples, found: Nearest
    ) -> None:
        self.units, self.bounds, self.with_second = units, bounds, with_second
        self.samples, self.found = samples, found
        self.measured: list[int] = []

    def of_part(self, part: slice) -> None:
        """Search for some of the samples, and note how many distances were measured."""
        samples, found = self.samples[part], self.found.of_part(part)
        n_measured = _search_part(samples, self.units, self.bounds, found, self.with_second)
        self.measured.append(n_measured)


def choose_bounds(samples: Samples, units: Tensor, with_second: bool = True) -> Bounds:
    """Return bounds with as many axes as take the least time, by trial on a few samples."""
    mean, centred = _centred(units)
    n_features = units.shape[1]
    tried = samples[:: max(1, len(samples) // N_TRIED)][:N_TRIED]
    best = Bounds(mean, None, project(centred, None))
    least = _cost(best, tried, units, with_second)
    widths = [width for width in N_AXES if 2 * width <= n_features]
    axes = principal_axes(centred, max(widths)) if widths else centred
    for width in widths:
        bounds = _bounds_in(axes[:, :width].contiguous(), mean, centred)
        cost = _cost(bounds, tried, units, with_second)
        if cost >= least and best.axes is not None:
            break  # With still more axes the product alone takes longer.
        if cost < least:
            best, least = bounds, cost
    return best


def bounds_with(units: Tensor, n_axes: int) -> Bounds:
    """Return bounds with a given number of axes."""
    mean, centred = _centred(units)
    return _bounds_in(principal_axes(centred, n_axes), mean, centred)


def _centred(units: Tensor) -> tuple[Tensor, Tensor]:
    mean = units.mean(dim=0, dtype=torch.float64).float()
    return mean, units - mean


def _bounds_in(axes: Tensor, mean: Tensor, centred: Tensor) -> Bounds:
    projected = project(centred, axes)
    # The rest itself, not a difference of squares: it is short, and the bound hangs on it.
    rests = torch.linalg.vector_norm(centred - projected.parts @ axes.T, dim=1)
    return Bounds(mean, axes, projected._replace(greatest_rests=rests))


def _cost(bounds: Bounds, samples: Samples, units: Tensor, with_second: bool) -> float:
    """Return the operations that a sample takes."""
    found = Nearest.empty(len(samples))
    n_measured = _search_part(samples, units, bounds, found, with_second)
    measuring = COST_OF_MEASURING * n_measured / max(1, len(samples)) * units.shape[1]
    return bounds.units.parts.numel() + measuring


def _search_part(
    samples: Samples, units: Tensor, bounds: Bounds, found: Nearest, with_second: bool
) -> int:
    # torch warns of arrays that cannot be written to, such as a table's.
    features = np.require(as_features(samples), requirements=["C", "W"])
    projected, slack = bounds.project(features)
    of_units = bounds.units
    return search_block(
        Vectors(features, projected.squares.numpy(), projected.least_rests.numpy()),
        Vectors(units.numpy(), of_units.squares.numpy(), of_units.greatest_rests.numpy()),
        (projected.parts @ of_units.parts.T).numpy(),
        slack,
        with_second,
        found,
    )
