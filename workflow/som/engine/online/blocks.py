"""The block form on CPUs: products by torch, on chunks of the codebook, and the compiled scan.

See `som.engine.online.rule` for the algebra. The codebook is carried by all units, or by
virtual units while it is smooth.
"""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...model.lattice import ByOffset
from ..workers import Workers, cut
from . import block_scan as scan
from .virtual import TOLERANCES, VirtualUnits

# Rows of the codebook that are worked on at a time: they should stay in a core's own cache.
CHUNK_BYTES = 2**21
# The work of a step is cut into this many parts at least, so that two threads have some.
LEAST_PARTS = 2
# Blocks after which the norms are computed again, of units that carry the codebook and of
# interpolated ones: the scan brings them up to date, but its rounding adds up.
BLOCKS_BETWEEN_NORMS, BLOCKS_BETWEEN_INTERPOLATED_NORMS = 16, 64


class NotSmoothError(Exception):
    """The codebook grew too rough for the virtual units that carried it."""


def train_blocks(
    state: Tensor,
    steps: ByOffset | NDArray[np.floating],
    presented: Callable[[int, int], Tensor],
    starts: range,
    threads: int,
    winners: NDArray[np.int32],
    virtual: VirtualUnits | None = None,
    scan_block: Callable[..., None] = scan.scan_block,
) -> Iterator[int]:
    """Train `state` in place with the compiled scan; yield the number of samples of each block.

    Each chunk of the codebook is brought up to date and multiplied with the next block in one go,
    while it is in the cache; the next block is made ready during the scan. Every product has the
    same shape whatever `threads` is, and runs on one thread: the result has the same bits.

    Parameters
    ----------
    state : Tensor of shape (n_units, n_features)
    steps : ByOffset, or what `scan_block` needs in its place
        α·η(c, j).
    presented : callable
        Returns the features of the samples from one position to another, in presentation order.
    starts : range
        Positions at which the blocks start, and before which the last one ends.
    threads : int
    winners : int32 array of shape (n_presented,)
        Receives the BMU of each sample as it is presented.
    virtual : VirtualUnits, optional
        Units that carry the codebook for all.
    scan_block : callable
        The compiled scan, for a rule that finds its updates otherwise than in a table `steps`.

    Raises
    ------
    NotSmoothError
        At the end, if virtual units lost the codebook; `state` is then as it was before.
    """

    def prepare(start: int) -> tuple[Tensor, Tensor]:
        x = presented(start, min(start + starts.step, starts.stop))
        return x, x @ x.T

    with Workers(threads) as workers:
        x, gram = prepare(starts[0])
        carrier = Carrier(state, len(x), workers, virtual)
        carrier.multiply(x)
        updates = torch.empty(len(x), len(state), dtype=state.dtype)
        for number, start in enumerate(starts, start=1):
            is_last = number == len(starts)
            upcoming = None if is_last else workers.ahead(prepare, start + starts.step)
            done = updates[: len(x)]
            scan_block(
                carrier.products[: len(x)].numpy(),
                gram.numpy(),
                carrier.norms.numpy(),
                steps,
                done.numpy(),
                winners[start : start + len(x)],
            )
            after, gram = upcoming() if upcoming else (None, gram)
            carrier.update(x, done, after, number)
            yield len(x)
            x = x if after is None else after
        carrier.finish()


class Carrier:
    """The units that carry the codebook: all of them, or virtual units that stand for all.

    Attributes
    ----------
    products : Tensor of shape (block_size, n_units)
        Inner products of the coming block's samples with all units.
    norms : Tensor of shape (n_units,)
        Squared norms of all units.
    """

    def __init__(
        self, state: Tensor, block_size: int, workers: Workers, virtual: VirtualUnits | None
    ) -> None:
        self.state, self.workers, self.virtual = state, workers, virtual
        self.products = torch.empty(block_size, len(state), dtype=state.dtype)
        self.norms = torch.linalg.vecdot(state, state)
        self.carried = state
        if virtual is not None:
            self.units = torch.cat([virtual.nodes, virtual.witnesses])
            self.carried = state[self.units]
            self.at_nodes = torch.empty(block_size, len(virtual.nodes), dtype=state.dtype)
        self.chunks = cut(
            len(self.carried), max(LEAST_PARTS, -(-self.carried.nbytes // CHUNK_BYTES))
        )

    def multiply(self, x: Tensor) -> None:
        """Compute the inner products of a block with all units."""
        if self.virtual is None:
            self.workers.on_parts(self._multiply_chunk, self.chunks, x)
        else:
            self.workers.on_parts(self._multiply_nodes, cut(len(x), LEAST_PARTS), x)

    def _multiply_chunk(self, chunk: slice, x: Tensor) -> None:
        torch.mm(x, self.carried[chunk].T, out=self.products[: len(x), chunk])

    def _multiply_nodes(self, samples: slice, x: Tensor) -> None:
        assert self.virtual is not None
        nodes = self.carried[: len(self.virtual.nodes)]
        torch.mm(x[samples], nodes.T, out=self.at_nodes[samples])
        self.products[samples] = self.virtual.interpolate(self.at_nodes[samples])

    def update(self, x: Tensor, updates: Tensor, after: Tensor | None, number: int) -> None:
        """Apply the updates (n_block, n_units) of a block, and multiply with the block `after` it.

        `number` counts the blocks.
        """
        if self.virtual is None:
            with_norms = number % BLOCKS_BETWEEN_NORMS == 0
            self.workers.on_parts(self._update_chunk, self.chunks, x, updates, after, with_norms)
            return
        of_carriers = updates[:, self.units]
        self.workers.on_parts(self._update_chunk, self.chunks, x, of_carriers, None, False)
        if after is not None:
            self.multiply(after)
            if number % BLOCKS_BETWEEN_INTERPOLATED_NORMS == 0:
                units = self._interpolated()
                torch.linalg.vecdot(units, units, out=self.norms)

    def _update_chunk(
        self, chunk: slice, x: Tensor, updates: Tensor, after: Tensor | None, with_norms: bool
    ) -> None:
        part = self.carried[chunk]
        shares, kept = updates.new_empty(len(x), len(part)), updates.new_empty(len(part))
        scan.accumulate(updates.numpy(), chunk.start, shares.numpy(), kept.numpy())
        part.mul_(kept[:, None]).addmm_(shares.T, x)
        if after is not None:
            self._multiply_chunk(chunk, after)
        if with_norms:
            self.norms[chunk] = torch.linalg.vecdot(part, part)

    def _interpolated(self) -> Tensor:
        assert self.virtual is not None
        return self.virtual.expand(self.carried[: len(self.virtual.nodes)])

    def finish(self) -> None:
        """Write the codebook back to `state`, if other units carried it.

        Raises
        ------
        NotSmoothError
            If the witnesses are not where interpolation puts them; `state` is as it was before.
        """
        if self.virtual is None:
            return
        units = self._interpolated()
        witnesses = self.carried[len(self.virtual.nodes) :]
        error = (units[self.virtual.witnesses] - witnesses).norm() / witnesses.norm()
        if not error <= 4 * TOLERANCES[self.state.dtype]:
            raise NotSmoothError(f"{error:.1e}")
        units[self.units] = self.carried
        self.state.copy_(units)
