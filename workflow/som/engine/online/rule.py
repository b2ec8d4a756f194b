"""The online rule: the plain loop as reference, and the choice of the form that runs.

For every sample x in turn, with c the unit nearest to x (the lowest index wins a tie):
w_j ← w_j + h_j (x − w_j), h_j = α·η(c, j), for every unit j.

The plain loop reads and writes the whole codebook for each sample. The block form makes the same
sequence of winners and updates, up to rounding, from matrix products. For a block X of B samples,
and the codebook W at its start, it keeps

    P = X·Wᵀ (B × N),   G = X·Xᵀ (B × B),   n_j = ‖w_j‖²

and brings these scalars up to date after each sample t instead of W:

    n_j    ← (1 − h_j)² n_j + 2 h_j (1 − h_j) P[t, j] + h_j² G[t, t]
    P[s,j] ← (1 − h_j) P[s, j] + h_j G[t, s]   for every later s

At the block's end W ← diag(∏_t (1 − H[t])) W + Cᵀ X with C[t, j] = H[t, j] ∏_{s>t} (1 − H[s, j]).
The algebra is that of block-exact adaptive filters (Benesty & Duhamel 1992).

On CPUs two more forms take its place where they take fewer operations (see `forms`): virtual units
while the codebook is smooth, and the lazy form while the neighbourhood is small. Before blocks, and
on other devices, identical units are trained plainly until they differ, or if that takes long, in
blocks of their own, so that exact ties stay exact (see `plain` and `twins`).
"""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...model.lattice import ByOffset
from ...model.samples import Samples, as_features, middle_of
from ..workers import cut
from .eager import train_blocks_eagerly
from .forms import choose_form, train_in_forms
from .plain import (
    MOST_SAMPLES,
    present_plainly,
    present_while_units_are_identical,
)
from .twins import train_while_units_are_identical

try:
    from .cuda import train_blocks_on_cuda
except ImportError:  # Without Triton the eager form runs on the GPU, too.
    train_blocks_on_cuda = None  # type: ignore[assignment]

Report = Callable[[int], None]

# Samples per block of the eager form.
BLOCK_SIZE = 128
# Bytes of a codebook that are worked on at a time where it is only copied.
CHUNK_BYTES = 2**24


def train_epoch_plainly(
    codebook: NDArray[np.float32],
    samples: Samples,
    order: NDArray[np.integer],
    neighbourhood: NDArray[np.floating] | ByOffset,
    learning_rate: float,
    *,
    precision: str = "float64",
) -> NDArray[np.float32]:
    """Train one epoch sample by sample: the rule as it is written, for reference.

    Parameters and result are those of `train_epoch`.
    """
    state = codebook.astype(precision)
    steps = steps_of(neighbourhood, learning_rate, precision)
    present_plainly(state, steps, samples, order, np.empty(len(order), np.int32))
    return state.astype(np.float32)


def train_epoch(
    codebook: NDArray[np.float32],
    samples: Samples,
    order: NDArray[np.integer],
    neighbourhood: NDArray[np.floating] | ByOffset,
    learning_rate: float,
    *,
    shape: Sequence[int] | None = None,
    precision: str = "float32",
    device: str = "cpu",
    form: str | None = None,
    block_size: int | None = None,
    threads: int = 1,
    winners: NDArray[np.int32] | None = None,
    report: Report | None = None,
) -> NDArray[np.float32]:
    """Train one epoch of the online rule, in the form that takes the fewest operations.

    Parameters
    ----------
    codebook : float32 array of shape (n_units, n_features)
        The codebook before the epoch; it is not changed.
    samples : array of shape (n_samples, n_features)
        Either bytes (used as x / 255) or float32.
    order : integer array
        The samples in the order in which they are presented.
    neighbourhood : array of shape (n_units, n_units), or ByOffset
        η(c, j) for BMU c and unit j; by offset it takes memory in proportion to the units.
    learning_rate : float
        α, 0 ≤ α ≤ 1.
    shape : sequence of int, optional
        Units along each axis of the lattice, row-major, if the codebook is a smooth function of
        the place along them: virtual units are then laid along them.
    precision : {"float32", "float64"}
        Of the state within the epoch.
    device : str
        A torch device. The compiled forms run on "cpu", the Triton kernels on "cuda", and elsewhere
        (MPS) torch operations.
    form : {"eager", "block", "virtual", "lazy"}, optional
        The form to run, instead of the one that is chosen (on "cpu").
    block_size : int, optional
        Samples per block. It changes rounding, not the rule.
    threads : int
        CPU threads. Work is cut the same way for any number, so the result has the same bits.
    winners : int32 array of the length of `order`, optional
        Receives the BMU of each sample as it is presented (by the forms on "cpu").
    report : callable, optional
        Called with the number of samples after each block.

    Returns
    -------
    float32 array of shape (n_units, n_features)
    """
    steps, state = steps_of(neighbourhood, learning_rate, precision), codebook.astype(precision)
    winners = np.empty(len(order), np.int32) if winners is None else winners
    report = report or (lambda n_samples: None)
    if torch.device(device).type == "cpu" and form is None:
        form = choose_form(steps, smooth=shape is not None)
    n_plain = 0
    if form != "lazy":  # The lazy form measures the distances themselves, so exact ties stay exact.
        for n_done in present_while_units_are_identical(state, steps, samples, order, winners):
            n_plain += n_done
            report(n_done)
        order, winners = order[n_plain:], winners[n_plain:]
    # Distances do not change when all moves by the same vector, but their rounding shrinks.
    middle = middle_of(samples)
    carried = torch.from_numpy(state)
    offset = torch.from_numpy(middle).to(device, carried.dtype)
    carried.sub_(offset.cpu())
    if n_plain == MOST_SAMPLES:  # Some units may still be identical.
        n_blocks = 0
        on_cpu = _presenter(samples, order, offset.cpu())
        for n_done in train_while_units_are_identical(
            carried, steps, on_cpu, len(order), threads, winners
        ):
            n_blocks += n_done
            report(n_done)
        order, winners = order[n_blocks:], winners[n_blocks:]
    carried = carried.to(device)
    presented = _presenter(samples, order, offset)
    if carried.is_cuda and train_blocks_on_cuda is not None:
        # torch.tensor copies: arrays read from a table may not be writable.
        on_device = torch.tensor(samples, device=device)
        turns = torch.tensor(order, dtype=torch.int64, device=device)
        done = train_blocks_on_cuda(carried, steps, on_device, offset, turns, block_size)
    elif form is not None and form != "eager":
        done = train_in_forms(
            carried, steps, presented, len(order), shape, threads, winners, form, block_size
        )
    else:
        size = block_size or BLOCK_SIZE
        done = train_blocks_eagerly(carried, steps, presented, len(order), size)
    for n_done in done:
        report(n_done)
    del state
    result = np.empty(carried.shape, np.float32)
    with np.errstate(over="ignore"):  # What grew beyond float32 is infinite, and refused as such.
        for part in cut(len(result), -(-result.nbytes // CHUNK_BYTES)):
            result[part] = carried[part].to("cpu", torch.float64).numpy() + middle
    return result


def steps_of(
    neighbourhood: NDArray[np.floating] | ByOffset, learning_rate: float, precision: str
) -> ByOffset:
    """Return α·η(c, j), in the precision of the state."""
    if not isinstance(neighbourhood, ByOffset):
        neighbourhood = ByOffset.of_table(neighbourhood)
    values = (learning_rate * neighbourhood.values).astype(precision)
    return neighbourhood._replace(values=values)


def _presenter(
    samples: Samples, order: NDArray[np.integer], offset: Tensor
) -> Callable[[int, int], Tensor]:
    """Return a function that gives the features, less `offset`, from a turn to another."""

    def presented(start: int, stop: int) -> Tensor:
        features = torch.from_numpy(as_features(samples[order[start:stop]]))
        return features.to(offset.device, offset.dtype).sub_(offset)

    return presented
