"""The block form on CPUs: products by torch, on chunks of the codebook, and the compiled scan.

See `workflow.som.engine.online` for the algebra.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import torch
from torch import Tensor

from workflow.som.engine import scan

# Rows of the codebook that one thread works on at a time: they should stay in its own cache.
CHUNK_BYTES = 2**20


def _prepare_thread() -> None:
    """Keep a worker to one thread, and its arithmetic clear of denormal numbers.

    Far from the BMU α·η falls below 10⁻³⁸, where a processor is a hundred times slower and nothing
    in the map would change.
    """
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)


def train_blocks(
    state: Tensor, steps: Tensor, block: Callable[[int], Tensor], starts: range, threads: int
) -> Iterator[int]:
    """Train `state` in place with the compiled scan.

    Each chunk of the codebook is brought up to date and multiplied with the next block in one go,
    while it is in the cache; the next block is made ready during the scan. Every product has the
    same shape whatever `threads` is, and runs on one thread: the result has the same bits.
    """
    n_units, n_features = state.shape
    chunk_size = max(1, CHUNK_BYTES // (n_features * state.element_size()))
    chunks = [slice(start, start + chunk_size) for start in range(0, n_units, chunk_size)]
    norms = torch.empty(n_units, dtype=state.dtype)

    def multiply(chunk: slice, x: Tensor) -> None:
        part = state[chunk]
        torch.mm(x, part.T, out=products[: len(x), chunk])
        norms[chunk] = torch.linalg.vecdot(part, part)

    def update(chunk: slice, x: Tensor, updates: Tensor, after: Tensor | None) -> None:
        part, kept = updates[:, chunk], torch.empty(len(state[chunk]), dtype=state.dtype)
        scan.accumulate(part.numpy(), kept.numpy())
        state[chunk].mul_(kept[:, None]).addmm_(part.T, x)
        if after is not None:
            multiply(chunk, after)

    def prepare(start: int) -> tuple[Tensor, Tensor]:
        x = block(start)
        return x, x @ x.T

    with ThreadPoolExecutor(threads, initializer=_prepare_thread) as pool:

        def on_chunks(task: Callable[..., None], *arguments: Tensor | None) -> None:
            list(pool.map(lambda chunk: task(chunk, *arguments), chunks))

        x, gram = pool.submit(prepare, starts[0]).result()
        products = torch.empty(len(x), n_units, dtype=state.dtype)
        updates = torch.empty_like(products)
        on_chunks(multiply, x)
        for start in starts:
            upcoming = None if start == starts[-1] else pool.submit(prepare, start + starts.step)
            done = updates[: len(x)]
            arrays = products[: len(x)], gram, norms, steps, done
            pool.submit(scan.scan_block, *(array.numpy() for array in arrays)).result()
            after, gram = upcoming.result() if upcoming else (None, gram)
            on_chunks(update, x, done, after)
            yield len(x)
            if after is not None:
                x = after
