"""The online rule as it is written, sample by sample: the reference, and used for identical units.

Two units with the same vector are equally near to every sample, and the lower index wins. The block
form gets distances from matrix products, which round otherwise for each unit, so it would choose
either. As it is written the rule does the same to both units, and the tie stays exact. Identical
units come from equal samples in the first codebook; their updates soon tell them apart.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ...model.lattice import ByOffset
from ...model.samples import Samples, as_features

# Samples after which identical units are looked for again; then twice as many, and so on.
FIRST_LOOK, N_LOOKS = 16, 4
MOST_SAMPLES = FIRST_LOOK * (2**N_LOOKS - 1)


def present_plainly(
    state: NDArray[np.floating],
    steps: ByOffset,
    samples: Samples,
    order: NDArray[np.integer],
    winners: NDArray[np.int32],
) -> None:
    """Change `state` by each sample in turn, as the rule is written.

    Parameters
    ----------
    state : array of shape (n_units, n_features)
    steps : ByOffset
        α·η(c, j).
    samples : array of shape (n_samples, n_features)
        Either bytes (used as x / 255) or float32.
    order : integer array of shape (n_presented,)
    winners : int32 array of shape (n_presented,)
        Receives the BMUs.
    """
    for turn, sample in enumerate(order):
        x = as_features(samples[sample], state.dtype)
        squared_distances = np.square(x - state).sum(axis=1)
        bmu = int(np.argmin(squared_distances))
        state += steps.row(bmu)[:, None] * (x - state)
        winners[turn] = bmu


def present_while_units_are_identical(
    state: NDArray[np.floating],
    steps: ByOffset,
    samples: Samples,
    order: NDArray[np.integer],
    winners: NDArray[np.int32],
) -> Iterator[int]:
    """Present some samples plainly while units are identical; yield how many, as they are done.

    If some are identical after `MOST_SAMPLES`, they may be so for long: `twins` trains such.
    Parameters are those of `present_plainly`.
    """
    start, look = 0, FIRST_LOOK
    for _ in range(N_LOOKS):
        if start >= len(order) or not has_identical_units(state):
            break
        part = slice(start, start + look)
        present_plainly(state, steps, samples, order[part], winners[part])
        yield len(order[part])
        start, look = start + look, 2 * look


def has_identical_units(codebook: NDArray[np.floating]) -> bool:
    """Return whether two rows of a codebook (n_units, n_features) are the same vector."""
    return bool((first_of_identical(codebook) < np.arange(len(codebook))).any())


def first_of_identical(codebook: NDArray[np.floating]) -> NDArray[np.int64]:
    """Return, for each unit, the lowest index of a unit with the same vector.

    Examples
    --------
    >>> first_of_identical(np.array([[0.0, 1.0], [1.0, 0.0], [-0.0, 1.0]]))
    array([0, 1, 0])
    """
    firsts: dict[bytes, int] = {}
    # Adding 0 turns −0 into 0: other bits for the same number.
    rows = codebook + 0
    return np.array([firsts.setdefault(row.tobytes(), unit) for unit, row in enumerate(rows)])
