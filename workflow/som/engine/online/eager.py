"""The block form in torch operations: runs on any device, and is read first.

See `som.engine.online.rule` for the algebra.
"""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from ...model.lattice import ByOffset


def train_blocks_eagerly(
    state: Tensor,
    steps: ByOffset,
    presented: Callable[[int, int], Tensor],
    n_samples: int,
    block_size: int,
) -> Iterator[int]:
    """Train `state` in place, block by block; yield the number of samples of each."""
    rows, segments = torch.from_numpy(steps.rows), torch.from_numpy(steps.segments)
    columns, along = torch.from_numpy(steps.columns), torch.arange(steps.length)
    values = torch.from_numpy(steps.values).flatten().to(state.device)
    width = steps.values.shape[1]
    firsts = (rows * width + columns).to(state.device)
    # Where a unit's number lies, from that of the first unit on.
    places = (segments[:, None] * width + along).flatten().to(state.device)
    for start in range(0, n_samples, block_size):
        x = presented(start, min(start + block_size, n_samples))
        products, gram = x @ state.T, x @ x.T
        norms = torch.linalg.vecdot(state, state)
        updates = torch.empty_like(products)
        for t in range(len(x)):
            h = values[firsts[torch.argmin(norms - 2 * products[t])] + places]
            norms = (1 - h) ** 2 * norms + 2 * h * (1 - h) * products[t] + h**2 * gram[t, t]
            later = products[t + 1 :]
            later += h * (gram[t, t + 1 :, None] - later)
            updates[t] = h
        kept = torch.ones_like(norms)
        for t in reversed(range(len(x))):
            h = updates[t].clone()
            updates[t] *= kept
            kept *= 1 - h
        state.mul_(kept[:, None]).addmm_(updates.T, x)
        yield len(x)
