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
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from workflow.som.engine.axes import LENGTH_SLACK, SLACK, Projected, principal_axes, project
from workflow.som.engine.online import lazy_scan
from workflow.som.engine.tiles import TILE
from workflow.som.engine.workers import Workers, cut

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


def share_of_steps(steps: Tensor) -> float:
    """Return the share of the table of α·η that is not negligible."""
    return float((steps > NEGLIGIBLE[steps.dtype]).double().mean())


class Block(NamedTuple):
    """A block of samples, ready to be presented: (n_block, n_features), and in principal axes."""

    x: Tensor
    projected: Projected


def train_lazily(
    state: Tensor,
    steps: Tensor,
    presented: Callable[[int, int], Tensor],
    starts: range,
    threads: int,
    winners: NDArray[np.int32],
) -> Iterator[int]:
    """Train `state` in place; parameters and results are those of `train_blocks`."""
    axes = principal_axes(state, min(N_AXES, state.shape[1]))

    def prepare(start: int) -> Block:
        x = presented(start, min(start + starts.step, starts.stop))
        return Block(x, project(x, axes))

    with Workers(threads) as workers:
        units = LazyUnits(state, steps, axes, starts.step)
        ready = prepare(starts[0])
        workers.on_parts(units.settle, units.parts, ready, ready)
        for start in starts:
            upcoming = None
            if start != starts[-1]:
                upcoming = workers.ahead(prepare, start + starts.step)
            units.scan(ready, winners[start : start + len(ready.x)])
            after = upcoming() if upcoming else None
            workers.on_parts(units.settle, units.parts, ready, after)
            yield len(ready.x)
            ready = after or ready


class LazyUnits:
    """The codebook, the updates that are noted for each unit, and what bounds need of it."""

    def __init__(self, state: Tensor, steps: Tensor, axes: Tensor, block_size: int) -> None:
        n_units, dtype = len(state), state.numpy().dtype
        self.state, self.projected = state, state @ axes
        kept = steps > NEGLIGIBLE[steps.dtype]
        self.steps = (
            np.concatenate([[0], np.cumsum(kept.sum(1).numpy())]),
            kept.nonzero()[:, 1].to(torch.int32).numpy(),
            steps[kept].numpy(),
        )
        self.noted = (
            np.empty((n_units, N_PLACES), np.int32),
            np.empty((n_units, N_PLACES), dtype),
            np.zeros(n_units, np.int32),
        )
        self.squares, self.residuals = np.empty(n_units, dtype), np.empty(n_units, dtype)
        # Above zero where a unit has moved, so that the first call measures all.
        self.drift = np.ones(n_units, dtype)
        n_tiles = -(-n_units // TILE)
        self.drift_of_tiles = np.zeros(n_tiles, dtype)
        self.bounds = torch.empty(block_size, n_units, dtype=state.dtype)
        self.least_of_tiles = np.empty((block_size, n_tiles), dtype)
        tiles = cut(n_tiles, N_PARTS)
        self.parts = [slice(p.start * TILE, min(p.stop * TILE, n_units)) for p in tiles]

    def settle(self, part: slice, block: Block, after: Block | None) -> None:
        """Make the updates noted for a part of the units; bound its distances to a new block."""
        lazy_scan.settle(
            part.start, part.stop, block.x.numpy(), block.projected.parts.numpy(),
            *self._units(), self.squares, *self.noted,
        )  # fmt: skip
        if after is not None:
            found, bounds = after.projected, self.bounds[: len(after.x)]
            torch.mm(found.parts, self.projected[part].T, out=bounds[:, part])
            lazy_scan.bound_distances(
                bounds.numpy(), self.least_of_tiles, part.start, part.stop, found.squares.numpy(),
                found.least_rests.numpy(), self.squares, self.residuals,
                self._rounding(SLACK, after, part),
            )  # fmt: skip

    def scan(self, block: Block, winners: NDArray[np.int32]) -> int:
        """Find the winners of a block and note their updates; return how many were measured."""
        found = block.projected
        return lazy_scan.scan_lazily(
            block.x.numpy(), found.parts.numpy(), self.bounds.numpy()[: len(block.x)],
            self.least_of_tiles, found.greatest_rests.numpy(), *self._units(), *self.steps,
            *self.noted, self._rounding(2 * (SLACK + LENGTH_SLACK), block, slice(None)), winners,
        )  # fmt: skip

    def _units(self) -> tuple[NDArray[Any], ...]:
        moving = self.residuals, self.drift, self.drift_of_tiles
        return self.state.numpy(), self.projected.numpy(), *moving

    def _rounding(self, n_roundings: int, block: Block, part: slice) -> np.floating:
        """Return `n_roundings` of the largest squared norms of a block and a part of the units."""
        longest = np.max(self.squares[part] + self.residuals[part] ** 2)
        scale = self.squares.dtype.type  # In the state's precision, so that the bounds stay in it.
        return scale(
            n_roundings * np.finfo(self.squares.dtype).eps * (block.projected.longest + longest)
        )
