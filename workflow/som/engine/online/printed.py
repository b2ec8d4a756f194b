"""The article's rule as its formula is printed: the neighbourhood looks at distances in data space.

w_j ← w_j + α·exp(−‖x − w_j‖ / 2R²)·(x − w_j), for every unit j. The winner has no part in it, nor
has the lattice: no map can come of it. It is here to show that, next to the rule that the article's
text describes (see README).
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...model.samples import Samples, as_features, middle_of
from .block_scan import scan_block_as_printed
from .blocks import train_blocks
from .rule import Report

BLOCK_SIZE = 128


def train_epoch_as_printed_plainly(
    codebook: NDArray[np.float32],
    samples: Samples,
    order: NDArray[np.integer],
    radius: float,
    learning_rate: float,
    *,
    precision: str = "float64",
) -> NDArray[np.float32]:
    """Train one epoch sample by sample: the formula as it is printed, for reference.

    Parameters and result are those of `train_epoch_as_printed`.
    """
    state = codebook.astype(precision)
    for sample in order:
        x = as_features(samples[sample], state.dtype)
        distances = np.linalg.norm(x - state, axis=1)
        h = learning_rate * np.exp(-distances / (2 * radius**2))
        state += h[:, None] * (x - state)
    return state.astype(np.float32)


def train_epoch_as_printed(
    codebook: NDArray[np.float32],
    samples: Samples,
    order: NDArray[np.integer],
    radius: float,
    learning_rate: float,
    *,
    precision: str = "float32",
    threads: int = 1,
    report: Report | None = None,
) -> NDArray[np.float32]:
    """Train one epoch of the rule as it is printed, on CPUs, in blocks.

    Parameters
    ----------
    radius : float
        R of the printed formula, in which it divides a distance between images.
    codebook, samples, order, learning_rate, precision, threads, report
        As in `som.engine.online.rule.train_epoch`.
    """
    dtype = getattr(torch, precision)
    middle = middle_of(samples)
    state, offset = (
        torch.from_numpy(codebook - middle).to(dtype),
        torch.from_numpy(middle).to(dtype),
    )

    def presented(start: int, stop: int) -> Tensor:
        return torch.from_numpy(as_features(samples[order[start:stop]])).to(dtype).sub_(offset)

    steps = np.array([learning_rate, radius], dtype=precision)
    winners = np.empty(len(order), np.int32)
    for n_samples in train_blocks(
        state, steps, presented, range(0, len(order), BLOCK_SIZE), threads, winners,
        scan_block=scan_block_as_printed,
    ):  # fmt: skip
        if report:
            report(n_samples)
    return (state.to(torch.float64).numpy() + middle).astype(np.float32)
