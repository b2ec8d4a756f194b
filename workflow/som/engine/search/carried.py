"""The search epoch after epoch: bounds from one codebook serve for the next, as units hardly move.

Of a sample x and a patch of units, the least distance to any of them, but for the two nearest of
all, falls at most by the largest drift ‖w − w'‖ of these units (triangle inequality; Elkan 2003,
Hamerly 2010, by groups as in Ding et al. 2015). The distances to the last two winners are measured.
Patches whose bound lies above the second of these cannot hold a nearer unit; in the others, bounds
in principal axes say which units to measure (see `som.engine.axes`), in float64. So the result is
that of `find_two_nearest`, whatever was carried over. Nothing needs to be stored: a search that
knows nothing starts with `find_two_nearest`, and makes its bounds again.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from ...model.lattice import Lattice
from ...model.samples import Samples
from ..workers import Workers
from . import carried_scan as scan
from .find import find_two_nearest
from .nearest import Nearest
from .pruned import Bounds, bounds_with, choose_bounds

# Samples that are worked on together.
BLOCK = 256
# Searches after which the number of axes is tried again.
TRIED_EVERY = 8
# Bounds of more bytes are not kept.
MOST_BYTES = 2**28


class Patches(NamedTuple):
    """Units in an order in which those of a patch follow one another.

    Attributes
    ----------
    order : int64 array of shape (n_units,)
    starts : int64 array of shape (n_patches + 1,)
        Patch i are the units order[starts[i]] to order[starts[i + 1] − 1].
    """

    order: NDArray[np.int64]
    starts: NDArray[np.int64]


def patches_of(labels: NDArray[np.integer]) -> Patches:
    """Return patches from a number for each unit, the same for those of a patch.

    Examples
    --------
    >>> patches_of(np.array([0, 1, 1, 0])).order.tolist()
    [0, 3, 1, 2]
    """
    _, counts = np.unique(labels, return_counts=True)
    return Patches(np.argsort(labels, kind="stable"), np.append(0, np.cumsum(counts)))


def carried_search(samples: Samples, lattice: Lattice, threads: int) -> "CarriedSearch":
    """Return a search for maps on a lattice, whose patches are parts of it."""
    return CarriedSearch(samples, threads, patches_of(lattice.patches(scan.PATCH)))


class CarriedSearch:
    """The two nearest units of the same samples, on one codebook after the other.

    Parameters
    ----------
    samples : array of shape (n_samples, n_features)
        Bytes (used as x / 255) or float32.
    threads : int
    patches : Patches, optional
        The nearer to each other the units of a patch, the better; by default units of successive
        numbers.
    """

    def __init__(self, samples: Samples, threads: int, patches: Patches | None = None) -> None:
        self.samples, self.threads, self.patches = samples, threads, patches
        self.full = np.float32(255 if samples.dtype == np.uint8 else 1)
        self.nearest: Nearest | None = None
        self.codebook: NDArray[np.float32] | None = None
        # Of each sample and patch; None: nothing is carried.
        self.bounds: NDArray[np.float32] | None = None
        self.n_axes = self.age = 0

    def find(
        self, codebook: NDArray[np.float32], report: Callable[[int], None] | None = None
    ) -> Nearest:
        """Return what `find_two_nearest` returns, and remember it."""
        last, self.codebook = self.codebook, codebook.copy()
        patches = self.patches or patches_of(np.arange(len(codebook)) // scan.PATCH)
        n_patches = len(patches.starts) - 1
        fits = len(self.samples) * n_patches * 4 <= MOST_BYTES and len(codebook) > 2 * scan.PATCH
        units = None
        if last is not None and last.shape == codebook.shape and fits:
            units = self._units(patches)
        if units is None or last is None or self.nearest is None:
            self.bounds = None
            self.nearest = find_two_nearest(
                self.samples, codebook, threads=self.threads, report=report
            )
            return self.nearest
        if self.bounds is None:
            self.bounds = np.zeros((len(self.samples), n_patches), np.float32)
        before = self.nearest
        self.nearest = Nearest(
            before.bmus.copy(), before.second_bmus.copy(), before.distances.copy()
        )
        self._refine(units, _drift(last, codebook, patches), report)
        return self.nearest

    def _units(self, patches: Patches) -> "_Units | None":
        """Return the codebook in axes; None where the dense search is the best."""
        assert self.codebook is not None
        units = torch.from_numpy(self.codebook)
        if self.age % TRIED_EVERY:
            bounds = bounds_with(units, self.n_axes)
        else:
            bounds = choose_bounds(self.samples, units)
        if bounds.axes is None:
            self.age = 0
            return None
        self.n_axes, self.age = bounds.axes.shape[1], self.age + 1
        return _Units(self.codebook, bounds, patches)

    def _refine(
        self,
        units: "_Units",
        drift: NDArray[np.float32],
        report: Callable[[int], None] | None,
    ) -> None:
        """Bring bounds and the two nearest units up to date."""
        assert self.nearest is not None and self.bounds is not None
        bounds, nearest, n_samples = self.bounds, self.nearest, len(self.samples)
        squares = np.empty((n_samples, 2))

        def refine_part(part: slice) -> None:
            found, room = nearest.of_part(part), np.empty(part.stop - part.start, np.int64)
            x = np.empty((len(room), self.samples.shape[1]), np.float32)
            n_left = scan.sweep(
                *(self.samples[part], self.full, x, units.codebook, bounds[part], drift),
                *(found.bmus, found.second_bmus, squares[part], room),
            )
            if n_left:
                projected = units.project(x[:n_left])
                scan.refine(
                    *(room[:n_left], x, *projected, units.tables, units.codebook),
                    *(bounds[part], found.bmus, found.second_bmus, squares[part]),
                )
            np.sqrt(squares[part, 0], out=found.distances, casting="same_kind")

        with Workers(self.threads) as workers:
            step = BLOCK * 16 * workers.threads
            for start in range(0, n_samples, step):
                stop = min(start + step, n_samples)
                firsts = range(start, stop, BLOCK)
                parts = [slice(first, min(first + BLOCK, stop)) for first in firsts]
                workers.on_parts(refine_part, parts)
                if report:
                    report(stop - start)


class _Units:
    """A codebook in principal axes, patch by patch, as `carried_scan` reads it."""

    def __init__(self, codebook: NDArray[np.float32], bounds: Bounds, patches: Patches) -> None:
        self.codebook, self.bounds = codebook, bounds
        projected, (order, starts) = bounds.units, patches
        parts, rests = projected.parts.numpy(), projected.greatest_rests.numpy()
        n_patches = len(starts) - 1
        # Patches of fewer units are filled up with some that are infinitely far.
        places = starts[:-1, None] + np.arange(scan.PATCH)
        is_there = places < starts[1:, None]
        of_place = order[np.minimum(places, len(order) - 1)]
        of_each = np.empty(len(order), np.int64)
        of_each[order] = np.repeat(np.arange(n_patches), np.diff(starts))
        sums = np.add.reduceat(parts[order], starts[:-1])
        centres = sums / np.diff(starts)[:, None].astype(np.float32)
        away = np.linalg.norm(parts - centres[of_each], axis=1) * np.float32(1 + 1e-5)
        self.centres = torch.from_numpy(np.ascontiguousarray(centres.T))
        self.tables = scan.Tables(
            np.ascontiguousarray(parts[of_place].transpose(0, 2, 1)),
            np.where(is_there, projected.squares.numpy()[of_place], np.float32(np.inf)),
            rests[of_place],
            np.where(is_there, of_place, -1),
            of_each,
            np.square(centres).sum(axis=1),
            np.maximum.reduceat(away[order], starts[:-1]),
            np.maximum.reduceat(rests[order], starts[:-1]),
        )

    def project(self, x: NDArray[np.float32]) -> tuple[Any, ...]:
        """Return what `refine` takes of samples, from x_p to what rounding may add to a bound."""
        samples, slack = self.bounds.project(x)
        towards = (samples.parts @ self.centres).numpy()
        lengths = samples.squares.numpy(), samples.least_rests.numpy()
        return samples.parts.numpy(), towards, *lengths, slack


def _drift(
    last: NDArray[np.float32], codebook: NDArray[np.float32], patches: Patches
) -> NDArray[np.float32]:
    """Return how far any unit of each patch has moved, rounded up."""
    moved = np.sqrt(np.square(codebook.astype(np.float64) - last).sum(axis=1)) * (1 + 1e-6)
    most = np.maximum.reduceat(moved[patches.order], patches.starts[:-1])
    return np.nextafter(most.astype(np.float32), np.float32(np.inf))
