"""The block form for codebooks in which units are identical, and stay so for long.

Two units with the same vector are equally near to every sample, and the lower index wins. Matrix
products round otherwise for each unit, so the scan here does not trust them between such units: it
keeps a list of which unit is the first of those identical with each. Units stay identical as long
as every sample moves them by the same share, or lies on them. So the list follows from the updates,
and from the winners' vectors where a sample may lie on several units.

Most identical units part after a few samples, and are trained plainly until then (see `plain`).
With a kernel that is constant near the winner, as the bubble, they may stay together for epochs.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from numba import njit
from numpy.typing import NDArray
from torch import Tensor

from ...model.lattice import ByOffset
from .block_scan import _catch_up, write_steps
from .blocks import train_blocks
from .plain import first_of_identical

BLOCK_SIZE = 128
# Samples after which it is looked again whether any units are still identical.
STRETCH = 4096
# Squared distances below this share of the sample's square may be zero: they are looked at exactly.
NEAR = 1e-3


def train_while_units_are_identical(
    state: Tensor,
    steps: ByOffset,
    presented: Callable[[int, int], Tensor],
    n_samples: int,
    threads: int,
    winners: NDArray[np.int32],
) -> Iterator[int]:
    """Train `state` in place while units are identical; yield numbers of samples as they are done.

    Parameters are those of `som.engine.online.forms.train_in_forms`, on the CPU.
    """
    first = first_of_identical(state.numpy())
    chain = np.empty_like(first)
    start = position = 0

    def scan(*arrays: NDArray[Any]) -> None:
        nonlocal position
        block = presented(position, position + len(arrays[0])).numpy()
        position += len(block)
        scan_block_of_twins(*arrays, block, state.numpy(), first, chain)

    while start < n_samples and (first < np.arange(len(first))).any():
        stop = min(start + STRETCH, n_samples)
        starts = range(start, stop, BLOCK_SIZE)
        yield from train_blocks(state, steps, presented, starts, threads, winners, None, scan)
        # The products of two identical units may have been rounded otherwise.
        state.copy_(state[torch.from_numpy(first)])
        start = stop


@njit(cache=True, nogil=True, fastmath={"contract", "nnan", "nsz"})
def scan_block_of_twins(
    products: NDArray[np.floating],
    gram: NDArray[np.floating],
    norms: NDArray[np.floating],
    steps: ByOffset,
    updates: NDArray[np.floating],
    winners: NDArray[np.integer],
    block: NDArray[np.floating],
    state: NDArray[np.floating],
    first: NDArray[np.integer],
    chain: NDArray[np.integer],
) -> None:
    """Do what `block_scan.scan_block` does, and bring `first` up to date after each sample.

    Parameters
    ----------
    block : array of shape (n_block, n_features)
        The block's samples.
    state : array of shape (n_units, n_features)
        The codebook before the block.
    first : array of shape (n_units,)
        The lowest index of the units identical with each.
    chain : array of shape (n_units,)
        Room to work in.
    """
    n_block, n_units = products.shape
    two = norms.dtype.type(2)
    one = norms.dtype.type(1)
    for t in range(n_block):
        _catch_up(products, gram, updates, t, 0, n_units)
        bmu = 0
        for j in range(n_units):
            if norms[j] - two * products[t, j] < norms[bmu] - two * products[t, bmu]:
                bmu = j
        bmu = first[bmu]
        winners[t] = bmu
        square = gram[t, t]
        squared_distance = norms[bmu] - two * products[t, bmu] + square
        lies_on_it = squared_distance <= NEAR * square and _lies_on(block, state, updates, t, bmu)
        write_steps(steps, bmu, updates[t])
        for j in range(n_units):
            h = updates[t, j]
            keep = one - h
            norms[j] = keep * keep * norms[j] + h * (two * keep * products[t, j] + h * square)
        _part(first, chain, updates[t], bmu if lies_on_it else -1)


@njit(cache=True, nogil=True)
def _lies_on(
    block: NDArray[np.floating],
    state: NDArray[np.floating],
    updates: NDArray[np.floating],
    t: int,
    unit: int,
) -> bool:
    """Return whether sample t is a unit's vector, after the updates by the samples before it."""
    for i in range(state.shape[1]):
        weight = state[unit, i]
        for s in range(t):
            weight += updates[s, unit] * (block[s, i] - weight)
        if weight != block[t, i]:
            return False
    return True


@njit(cache=True, nogil=True)
def _part(
    first: NDArray[np.integer],
    chain: NDArray[np.integer],
    step: NDArray[np.floating],
    together: int,
) -> None:
    """Part the units that are moved by different shares `step` from those they were equal to.

    The units that leave the same first unit are linked in `chain`, one for each share. Those equal
    to unit `together` stay so.
    """
    for j in range(len(first)):
        before = first[j]
        if before == j:
            chain[j] = -1
        elif before != together and step[j] != step[before]:
            other = chain[before]
            while other != -1 and step[other] != step[j]:
                other = chain[other]
            if other == -1:
                chain[j] = chain[before]
                chain[before] = j
                other = j
            first[j] = other
