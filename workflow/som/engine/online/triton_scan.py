"""The sequential part of the block form on a GPU: one launch per block, one program per launch.

`som.engine.online.rule` has the algebra. A launch costs a few microseconds and a barrier
within a program some dozens of nanoseconds, so the samples of a block must not be launches.
"""

from typing import NamedTuple

import torch
import triton
import triton.language as tl
from torch import Tensor

from ...model.lattice import ByOffset

# Units that are worked on at a time: a tile is held in registers, eight numbers a thread.
MAX_TILE = {torch.float32: 8192, torch.float64: 4096}
UNITS_PER_THREAD = 8
THREADS_PER_WARP = 32


@triton.jit
def _scan_kernel(
    products: tl.tensor,
    gram: tl.tensor,
    norms: tl.tensor,
    steps: tl.tensor,
    rows: tl.tensor,
    columns: tl.tensor,
    segments: tl.tensor,
    updates: tl.tensor,
    n_block: int,
    n_units: tl.constexpr,
    length: tl.constexpr,
    products_stride: tl.constexpr,
    gram_stride: tl.constexpr,
    steps_stride: tl.constexpr,
    updates_stride: tl.constexpr,
    tile: tl.constexpr,
) -> None:
    """Scan a block; `scan_block` describes the arguments, strides are those of rows.

    The inner products of sample t are brought up to date when its turn comes, from the updates of
    the samples before it: every earlier update is read once, and nothing later is written. That is
    half the traffic of updating all later rows after each sample, in the same order of additions.

    Which thread holds which unit of a tile is the compiler's choice, and may differ from load to
    load. So there is a barrier wherever a pass reads values that an earlier pass wrote. Within a
    pass a unit's values are in registers, and nothing is read after it is written.
    """
    number = norms.dtype.element_ty
    lanes = tl.arange(0, tile)
    for t in range(n_block):
        least = tl.full((), float("inf"), number)
        bmu = tl.full((), 0, tl.int32)
        for start in range(0, n_units, tile):  # Inner products, and the winner.
            units = start + lanes
            exists = units < n_units
            norm = tl.load(norms + units, mask=exists, other=float("inf"))
            product = tl.load(products + t * products_stride + units, mask=exists, other=0)
            # Moving pointers: a third fewer instructions than an address from every s.
            earlier, inner = updates + units, gram + t
            for _ in range(t):
                h = tl.load(earlier, mask=exists, other=0)
                product += h * (tl.load(inner) - product)
                earlier += updates_stride
                inner += gram_stride
            tl.store(products + t * products_stride + units, product, mask=exists)
            score, lane = tl.min(
                norm - 2 * product, axis=0, return_indices=True, return_indices_tie_break_left=True
            )
            # Strictly less: of equal scores in two tiles the lower index stays, and scores that are
            # not finite never lead to an index out of range.
            bmu = tl.where(score < least, start + lane, bmu)
            least = tl.where(score < least, score, least)
        tl.debug_barrier()  # Products of t are complete, and no thread reads old norms any more.
        square = tl.load(gram + t * gram_stride + t)
        first_row, first_column = tl.load(rows + bmu), tl.load(columns + bmu)
        for start in range(0, n_units, tile):  # What the sample does to every unit.
            units = start + lanes
            exists = units < n_units
            row = first_row + tl.load(segments + units // length, mask=exists, other=0)
            place = row * steps_stride + first_column + units % length
            h = tl.load(steps + place, mask=exists, other=0)
            product = tl.load(products + t * products_stride + units, mask=exists, other=0)
            norm = tl.load(norms + units, mask=exists, other=0)
            keep = 1 - h
            norm = keep * keep * norm + h * (2 * keep * product + h * square)
            tl.store(norms + units, norm, mask=exists)
            tl.store(updates + t * updates_stride + units, h, mask=exists)
        tl.debug_barrier()  # Norms and updates are there for the next sample.


class StepsOnDevice(NamedTuple):
    """A `ByOffset` on a device."""

    values: Tensor
    rows: Tensor
    columns: Tensor
    segments: Tensor
    length: int


def steps_on(device: torch.device, steps: ByOffset) -> StepsOnDevice:
    """Return a copy on a device."""
    arrays = (steps.values, steps.rows, steps.columns, steps.segments)
    values, rows, columns, segments = (torch.tensor(array, device=device) for array in arrays)
    return StepsOnDevice(values, rows, columns, segments, steps.length)


def scan_block(
    products: Tensor, gram: Tensor, norms: Tensor, steps: StepsOnDevice, updates: Tensor
) -> None:
    """Find the winners of a block in order, and the update of every unit by each.

    It does what `block_scan.scan_block` does, and returns before it is done, as
    every launch. All tensors are on one device and of one type, float32 or float64; rows may lie
    apart, their elements are contiguous.

    Parameters
    ----------
    products : Tensor of shape (n_block, n_units)
        Inner products of the block's samples with the units; spoilt.
    gram : Tensor of shape (n_block, n_block)
        Inner products of the block's samples.
    norms : Tensor of shape (n_units,)
        Squared norms of the units; updated.
    steps : StepsOnDevice
        α·η(c, j).
    updates : Tensor of shape (n_block, n_units)
        Receives α·η(c_t, j), row t for sample t.
    """
    n_block, n_units = products.shape
    tile = min(triton.next_power_of_2(n_units), MAX_TILE[norms.dtype])
    tile = max(tile, THREADS_PER_WARP)
    _scan_kernel[(1,)](
        products,
        gram,
        norms,
        steps.values,
        steps.rows,
        steps.columns,
        steps.segments,
        updates,
        n_block,
        # Constants of the compiled code, so that it can load four numbers at once where rows are
        # multiples of four; a map of another size is compiled again.
        n_units=n_units,
        length=steps.length,
        products_stride=products.stride(0),
        gram_stride=gram.stride(0),
        steps_stride=steps.values.stride(0),
        updates_stride=updates.stride(0),
        tile=tile,
        num_warps=max(1, tile // (UNITS_PER_THREAD * THREADS_PER_WARP)),
        # No software pipelining, which reads ahead: rows are written between one read and the next.
        num_stages=1,
        # The default, which Triton 3.9 warns of changing.
        enable_fp_fusion=True,
    )
