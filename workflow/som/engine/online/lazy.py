"""The lazy form, for small radii: the plain rule, but a unit is updated only when it matters.

Late in training α·η is negligible but for a neighbourhood of the winner, and the winner can be
found without looking at every unit:

- The updates of a block's samples are noted, and made, in order, when a unit is about to be
  measured, and at the block's end. They are the plain rule's own operations.
- With the codebook's principal axes, x = (x_p, x_r) and w = (w_p, w_r), a product of the width of a
  few axes bounds every distance from below (see `axes`). Only units whose bound, less what they may
  have moved since the block's start, lies within the smallest distance found are measured in full.

What is left out: steps α·η below `NEGLIGIBLE`. A unit j loses less than Σ_c n_c α·η(c, j) over the
steps left out, n_c the hits of unit c, times the features' range: for a radius R and n̄ hits a unit
at most 2πR² n̄ · 10⁻⁹, that is 1.5·10⁻⁷ R² for MNIST's 24 hits.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...model.lattice import ByOffset
from ..axes import LENGTH_SLACK, SLACK, principal_axes, project
from ..tiles import TILE
from ..workers import Workers, cut
from . import lazy_scan

# α·η below which a step is left out.
NEGLIGIBLE = {torch.float32: 1e-9, torch.float64: 1e-18}
# Principal axes in which distances are bounded.
N_AXES = 64
# Samples whose updates are noted before all units are brought up to date.
BLOCK_SIZE = 128
# Updates that can be noted for a unit.
N_PLACES = 32
# Parts into which the units are cut, so that several threads have some.
N_PARTS = 8


def share_of_steps(steps: ByOffset) -> float:
    """Return the share of the table of α·η that is not negligible."""
    return lazy_scan.count_steps(worthwhile(steps)) / len(steps.rows) ** 2


def worthwhile(steps: ByOffset) -> lazy_scan.Steps:
    """Return the steps that are not negligible."""
    kept = steps.values > NEGLIGIBLE[torch.from_numpy(steps.values).dtype]
    edges = np.diff(np.pad(kept, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    row, start = np.nonzero(edges == 1)
    counts = np.bincount(row, minlength=len(kept))
    return lazy_scan.Steps(
        steps, np.append(0, np.cumsum(counts)), start, np.nonzero(edges == -1)[1]
    )


class Ready(NamedTuple):
    """A block of samples that is ready to be presented.

    Attributes
    ----------
    block : lazy_scan.Block
    projected : Tensor of shape (n_block, n_axes)
        That of the block.
    longest : float
        The largest ‖x‖².
    """

    block: lazy_scan.Block
    projected: Tensor
    longest: float


def make_ready(x: Tensor, axes: Tensor) -> Ready:
    """Return a block of samples (n_block, n_features) with its parts in the axes."""
    found = project(x, axes)
    lengths = lazy_scan.Lengths(found.squares.numpy(), found.least_rests.numpy())
    greatest_rests = found.greatest_rests.numpy()
    block = lazy_scan.Block(x.numpy(), found.parts.numpy(), lengths, greatest_rests)
    return Ready(block, found.parts, found.longest)


def train_lazily(
    state: Tensor,
    steps: ByOffset,
    presented: Callable[[int, int], Tensor],
    starts: range,
    threads: int,
    winners: NDArray[np.int32],
) -> Iterator[int]:
    """Train `state` in place; parameters and results are those of `train_blocks`."""
    axes = principal_axes(state, min(N_AXES, state.shape[1]))

    def prepare(start: int) -> Ready:
        return make_ready(presented(start, min(start + starts.step, starts.stop)), axes)

    with Workers(threads) as workers:
        units = LazyUnits(state, steps, axes, starts.step)
        ready = prepare(starts[0])
        workers.on_parts(units.settle, units.parts, ready, ready)
        for start in starts:
            upcoming = None
            if start != starts[-1]:
                upcoming = workers.ahead(prepare, start + starts.step)
            n_block = len(ready.block.x)
            units.scan(ready, winners[start : start + n_block])
            after = upcoming() if upcoming else None
            workers.on_parts(units.settle, units.parts, ready, after)
            yield n_block
            ready = after or ready


class LazyUnits:
    """The codebook, the updates noted for each unit, and the lengths from which bounds are made."""

    def __init__(self, state: Tensor, steps: ByOffset, axes: Tensor, block_size: int) -> None:
        n_units, dtype = len(state), state.numpy().dtype
        n_tiles = -(-n_units // TILE)
        self.projected = state @ axes
        self.units = lazy_scan.Units(
            vectors=state.numpy(),
            projected=self.projected.numpy(),
            lengths=lazy_scan.Lengths(np.empty(n_units, dtype), np.empty(n_units, dtype)),
            # Above zero where a unit has moved, so that the first call measures all.
            drift=np.ones(n_units, dtype),
            drift_of_tiles=np.zeros(n_tiles, dtype),
        )
        self.steps = worthwhile(steps)
        self.pending = lazy_scan.Pending(
            samples=np.empty((n_units, N_PLACES), np.int32),
            sizes=np.empty((n_units, N_PLACES), dtype),
            counts=np.zeros(n_units, np.int32),
        )
        self.products = torch.empty(block_size, n_units, dtype=state.dtype)
        self.bounds = lazy_scan.Bounds(
            self.products.numpy(), np.empty((block_size, n_tiles), dtype)
        )
        tiles = cut(n_tiles, N_PARTS)
        self.parts = [slice(p.start * TILE, min(p.stop * TILE, n_units)) for p in tiles]

    def settle(self, part: slice, ready: Ready, after: Ready | None) -> None:
        """Make the updates noted for a part of the units; bound its distances to a new block."""
        units = self.units
        lazy_scan.settle(part.start, part.stop, ready.block, units, self.pending)
        if after is not None:
            bounds = self._bounds_of(after)
            products = self.products[: len(after.projected), part]
            torch.mm(after.projected, self.projected[part].T, out=products)
            lengths, slack = after.block.lengths, self._rounding(SLACK, after, part)
            lazy_scan.bound_distances(part.start, part.stop, bounds, lengths, units.lengths, slack)

    def scan(self, ready: Ready, winners: NDArray[np.int32]) -> int:
        """Find the winners of a block and note their updates; return how many were measured."""
        slack = self._rounding(2 * (SLACK + LENGTH_SLACK), ready, slice(None))
        return lazy_scan.scan_lazily(
            ready.block,
            self._bounds_of(ready),
            self.units,
            self.steps,
            self.pending,
            slack,
            winners,
        )

    def _bounds_of(self, ready: Ready) -> lazy_scan.Bounds:
        """Return the bounds as long as the block: the last one may be shorter."""
        n_block = len(ready.projected)
        return lazy_scan.Bounds(self.bounds.of_units[:n_block], self.bounds.of_tiles[:n_block])

    def _rounding(self, n_roundings: int, ready: Ready, part: slice) -> np.floating:
        """Return `n_roundings` of the largest squared norms of a block and a part of the units."""
        squares, rests = (array[part] for array in self.units.lengths)
        longest = ready.longest + np.max(squares + rests**2)
        # In the state's precision, so that the bounds stay in it.
        return squares.dtype.type(n_roundings * np.finfo(squares.dtype).eps * longest)
