"""Which form of the online rule runs when: the one that takes the fewest operations.

The choice depends on numbers of operations alone, never on measured times, so that a run can be
repeated bit for bit.

Early, while the radius is large, virtual units carry the codebook; late, while it is small, the
lazy form touches few units; in between, and where the codebook is rough, the block form runs.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from ...model.lattice import ByOffset
from . import lazy
from .blocks import NotSmoothError, train_blocks
from .virtual import choose_virtual_units

logger = logging.getLogger(__name__)

# A codebook that is not smooth yet is looked at again after so many samples, then after twice as
# many, and so on, this often: a random one is smooth after a few hundred.
FIRST_LOOK, N_LOOKS = 256, 4
# Share of the table of α·η that is worth a step, up to which the lazy form takes less time than the
# matrix products of the block form (measured for 2,500 units of 784 features).
LARGEST_LAZY_SHARE = 0.25
# Below so many units the products are too small for anything but the block form to pay.
LEAST_UNITS = 64
# Second-level cache of a core where the system does not say, in bytes.
USUAL_CACHE = 2**20


def train_in_forms(
    state: Tensor,
    steps: ByOffset,
    presented: Callable[[int, int], Tensor],
    n_samples: int,
    shape: Sequence[int] | None,
    threads: int,
    winners: NDArray[np.int32],
    form: str,
    block_size: int | None = None,
) -> Iterator[int]:
    """Train `state` in place; yield the number of samples of each block as it is done.

    Parameters
    ----------
    state : Tensor of shape (n_units, n_features)
    steps : ByOffset
        α·η(c, j).
    presented : callable
        Returns the features of the samples from a position to another, in presentation order.
    n_samples : int
    shape : sequence of int, optional
        Units along each axis of the lattice, row-major; None if the codebook need not be smooth
        along them, so that virtual units cannot carry it.
    threads : int
    winners : int32 array of shape (n_samples,)
        Receives the BMU of each sample as it is presented.
    form : {"block", "virtual", "lazy"}
        "virtual" starts with blocks until the codebook is smooth.
    block_size : int, optional
        Samples per block, instead of a number that fits the caches.
    """
    if form == "lazy":
        starts = range(0, n_samples, block_size or lazy.BLOCK_SIZE)
        yield from lazy.train_lazily(state, steps, presented, starts, threads, winners)
        return
    size = block_size or choose_block_size(len(state), state.shape[1], state.element_size())
    looks = iter(FIRST_LOOK * 2**number for number in range(N_LOOKS))
    position = 0
    while position < n_samples:
        virtual = None
        if form == "virtual" and shape is not None:
            virtual = choose_virtual_units(state, shape)
        few = None if virtual or form == "block" else next(looks, None)
        starts = range(position, min(n_samples, position + few) if few else n_samples, size)
        n_done = 0
        try:
            for n_block in train_blocks(state, steps, presented, starts, threads, winners, virtual):
                n_done += n_block
                yield n_block
            position = starts.stop
        except NotSmoothError as error:
            # For the log file: the result is what all units would have given.
            logger.debug("Virtual units were off by %s: these samples again by all units.", error)
            yield -n_done
            form = "block"


def choose_form(steps: ByOffset, *, smooth: bool = True) -> str:
    """Return the form for an epoch with the table α·η `steps`.

    `smooth` tells whether the codebook is a smooth function of the place on the lattice.
    """
    # The lazy form's bounds hold for units that are drawn nearer, not for those pushed away.
    if len(steps.rows) < LEAST_UNITS or steps.values.min() < 0:
        return "block"
    if lazy.share_of_steps(steps) <= LARGEST_LAZY_SHARE:
        return "lazy"
    return "virtual" if smooth else "block"


def choose_block_size(n_units: int, n_features: int, item_bytes: int) -> int:
    """Return how many samples make a block: as many as keep the scan within the cache.

    The scan reads the inner products and the updates of a block, n_units each per sample, and the
    products read its features. More samples per block make the matrix products more efficient up to
    about 128, and the scan longer.
    """
    row_bytes = (2 * n_units + n_features) * item_bytes
    return min(128, max(16, int(1.5 * _cache_bytes() / row_bytes) // 16 * 16))


def _cache_bytes() -> int:
    """Return the size of a core's second-level cache."""
    try:
        text = Path("/sys/devices/system/cpu/cpu0/cache/index2/size").read_text(encoding="ascii")
        return int(text.strip().removesuffix("K")) * 1024
    except (OSError, ValueError):
        return USUAL_CACHE
