"""The block form on a CUDA device: five launches per block, replayed as one CUDA graph.

The algebra stands in `rule`. A block's launches are: gather the samples, move on in the order, one
product [P | G] = X·[W; X]ᵀ, the scan, and the update of the codebook with its new norms. The update
applies the rule itself, sample by sample, to a piece of the codebook in registers. That is twice
the arithmetic of C and Cᵀ·X, but one launch and one pass over W in place of several; and α·η = 1
is nothing special.

The kernels compute every number in one program in a fixed order, without atomic additions, and
cuBLAS repeats its bits where shapes, library and device are the same.
"""

from collections.abc import Callable, Iterator

import numpy as np
import torch
import triton
import triton.language as tl
from torch import Tensor

from ...model.lattice import ByOffset
from ...model.samples import as_features
from ..search.on_device import true_float32
from .triton_scan import scan_block, steps_on

# A block's updates are read again for each of its samples: they should stay in the L1 cache of the
# one multiprocessor that scans (256 KB on an H100 or H200, less on others).
CACHE_BYTES = 160 * 1024
BLOCK_SIZES = 16, 64

# Between two reports the device runs free; by estimate for a few thousandths of a second.
SAMPLES_PER_REPORT = 2048

GATHER_TILE = 1024
# With four warps a thread then holds 8 × 4 numbers, and loads eight to change 32.
UPDATE_UNITS, UPDATE_FEATURES = 8, 512


@triton.jit
def _gather_kernel(
    samples: tl.tensor,
    order: tl.tensor,
    position: tl.tensor,
    levels: tl.tensor,
    offset: tl.tensor,
    block: tl.tensor,
    n_features: tl.constexpr,
    are_bytes: tl.constexpr,
    tile: tl.constexpr,
) -> None:
    """Write features − offset of sample order[position + i] to row i of the block: one program i.

    Bytes are looked up in `levels`, which holds b / 255 as the CPU rounds it.
    """
    row = tl.program_id(0)
    sample = tl.load(order + tl.load(position) + row)
    for start in range(0, n_features, tile):
        columns = start + tl.arange(0, tile)
        exists = columns < n_features
        value = tl.load(samples + sample * n_features + columns, mask=exists, other=0)
        if are_bytes:
            value = tl.load(levels + value.to(tl.int32), mask=exists, other=0)
        value = value.to(block.dtype.element_ty)
        value -= tl.load(offset + columns, mask=exists, other=0)
        tl.store(block + row * n_features + columns, value, mask=exists)


@triton.jit
def _update_kernel(
    state: tl.tensor,
    block: tl.tensor,
    updates: tl.tensor,
    norms: tl.tensor,
    n_block: int,
    n_units: tl.constexpr,
    n_features: tl.constexpr,
    tile_units: tl.constexpr,
    tile_features: tl.constexpr,
) -> None:
    """Apply a block's updates to some units, sample after sample, and write their new norms."""
    units = tl.program_id(0) * tile_units + tl.arange(0, tile_units)[:, None]
    exists = units < n_units
    squares = tl.zeros((tile_units, tile_features), norms.dtype.element_ty)
    for start in range(0, n_features, tile_features):
        columns = start + tl.arange(0, tile_features)[None, :]
        inside = columns < n_features
        # Beyond 2³¹ elements 32 bits would not do.
        part = state + units.to(tl.int64) * n_features + columns
        w = tl.load(part, mask=exists & inside, other=0)
        for t in range(n_block):
            h = tl.load(updates + t * n_units + units, mask=exists, other=0)
            x = tl.load(block + t * n_features + columns, mask=inside, other=0)
            w += h * (x - w)
        tl.store(part, w, mask=exists & inside)
        squares += w * w
    norm = tl.sum(squares, axis=1)
    unit = tl.program_id(0) * tile_units + tl.arange(0, tile_units)
    tl.store(norms + unit, norm, mask=unit < n_units)


def choose_block_size(n_units: int, dtype: torch.dtype) -> int:
    """Return how many samples a block has: a guess, not a measurement.

    A longer block shares its launches among more samples, a shorter one keeps the scan's traffic,
    which grows with its length, in the cache.
    """
    fitting = CACHE_BYTES // (n_units * dtype.itemsize)
    least, most = BLOCK_SIZES
    return max(least, min(most, fitting // least * least))


def train_blocks_on_cuda(
    state: Tensor,
    steps: ByOffset,
    samples: Tensor,
    offset: Tensor,
    order: Tensor,
    block_size: int | None = None,
) -> Iterator[int]:
    """Train `state` in place; yield numbers of samples that are done, some thousands at a time.

    On another device than CUDA the same launches run one by one, without a graph: on "cpu" this
    needs Triton's interpreter (TRITON_INTERPRET=1), and serves tests only.

    Parameters
    ----------
    state : Tensor of shape (n_units, n_features)
        The codebook minus `offset`, float32 or float64; holds the result when all is done.
    steps : ByOffset
        α·η(c, j), of the type of `state`.
    samples : Tensor of shape (n_samples, n_features)
        Bytes (used as x / 255) or float32, contiguous. It is not changed, so that one copy on the
        device serves all epochs.
    offset : Tensor of shape (n_features,)
        What is subtracted from every sample, of the type of `state`.
    order : int64 Tensor of shape (n_presented,)
        The samples in the order in which they are presented.
    block_size : int, optional
        Samples per block; `choose_block_size` by default.
    """
    size = block_size or choose_block_size(len(state), state.dtype)
    run_block, trained = _prepare(state, steps, samples, offset, order, size)
    n_full, n_rest = divmod(len(order), size)
    # The products of a graph keep the precision that they had when it was captured.
    with true_float32():
        run = run_block
        if n_full:
            # The first block also compiles the kernels and lets cuBLAS allocate, which must not
            # happen during a capture.
            run_block(size)
            if state.is_cuda and n_full > 1:
                run = _capture(run_block, size)
    unreported = size if n_full else 0
    for _ in range(1, n_full):
        run(size)
        unreported += size
        if unreported >= SAMPLES_PER_REPORT:
            _wait_for(state.device)
            yield unreported
            unreported = 0
    if n_rest:
        with true_float32():
            run_block(n_rest)
    state.copy_(trained)
    _wait_for(state.device)
    if unreported + n_rest:
        yield unreported + n_rest


def _prepare(
    state: Tensor, steps: ByOffset, samples: Tensor, offset: Tensor, order: Tensor, size: int
) -> tuple[Callable[[int], None], Tensor]:
    """Return a function that trains the next block of up to `size` samples, and its codebook.

    All its tensors stay where they are from block to block, as a graph demands; the place in the
    order is a number on the device.
    """
    n_units, n_features = state.shape
    # W and X lie one below the other, so that one product gives P and G.
    stacked = torch.cat([state, state.new_zeros(size, n_features)])
    trained, block = stacked[:n_units], stacked[n_units:]
    products = state.new_empty(size, n_units + size)
    updates = state.new_empty(size, n_units)
    norms = state.new_empty(n_units)
    samples, order = samples.contiguous(), order.contiguous()
    on_device = steps_on(state.device, steps)
    levels = torch.from_numpy(as_features(np.arange(256, dtype=np.uint8))).to(state.device)
    position = torch.zeros(1, dtype=torch.int64, device=state.device)

    def update(n_block: int) -> None:
        _update_kernel[(triton.cdiv(n_units, UPDATE_UNITS),)](
            trained,
            block,
            updates,
            norms,
            n_block,
            n_units=n_units,
            n_features=n_features,
            tile_units=UPDATE_UNITS,
            tile_features=UPDATE_FEATURES,
            num_warps=4,
            num_stages=1,
            enable_fp_fusion=True,
        )

    def run_block(n_block: int) -> None:
        _gather_kernel[(n_block,)](
            samples,
            order,
            position,
            levels,
            offset,
            block,
            n_features=n_features,
            are_bytes=samples.dtype == torch.uint8,
            tile=GATHER_TILE,
            enable_fp_fusion=True,
        )
        position.add_(n_block)
        end = n_units + n_block
        torch.mm(block[:n_block], stacked[:end].T, out=products[:n_block, :end])
        inner = products[:n_block]
        scan_block(inner[:, :n_units], inner[:, n_units:end], norms, on_device, updates[:n_block])
        update(n_block)

    update(0)  # No samples, but the norms.
    return run_block, trained


def _capture(run_block: Callable[[int], None], size: int) -> Callable[[int], None]:
    """Return a function that replays the launches of a full block as one."""
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        run_block(size)
    return lambda _: graph.replay()


def _wait_for(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
