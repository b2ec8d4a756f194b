"""One epoch of a run: the order of the samples, and the rule.

Samples that are not in memory are presented to the online rule window by window: groups of samples
in a random order, as many as a window holds, whose samples are then shuffled together.

All random numbers are fixed by (seed, epoch), so a run that goes on from a checkpoint needs no
other state. The code of this module, of `initialisation`, of `schedule` and of all that they import
determines the codebook.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..engine.batch import Total, update_batch
from ..engine.online.printed import train_epoch_as_printed
from ..engine.online.rule import Report, train_epoch
from ..engine.search.find import find_bmus
from ..files.errors import SomError
from ..model.kernels import neighbourhood_by_offset, neighbourhood_factors
from ..model.lattice import HEXAGONAL, Lattice
from ..model.samples import AnySamples, Samples, groups_within

# Bytes of samples that are shuffled together where not all are in memory. It determines the order.
WINDOW_BYTES = 2**29
# Weights so many times larger than any feature are near no sample.
LARGEST_WEIGHT = 1000


@dataclass(frozen=True, kw_only=True)
class TrainingSettings:
    """What all epochs of a run have in common, next to the samples and the lattice.

    Parameters
    ----------
    rule : {"online", "batch"}
    kernel : str
        One of `kernels.KERNELS`.
    order_seed : int
        With the epoch's number it determines the order of the samples.
    precision, device, threads
        As in `som.engine.online.rule.train_epoch`; the batch rule adds in float64.
    """

    rule: str
    kernel: str
    order_seed: int
    precision: str = "float32"
    device: str = "cpu"
    threads: int = 1


class Epoch(NamedTuple):
    """One epoch of a schedule: its number (from 1), α (of the online rule), R in grid steps."""

    number: int
    learning_rate: float
    radius: float


def presentation_order(seed: int, epoch: int, n_samples: int) -> NDArray[np.int64]:
    """Return the order in which epoch `epoch` (1-based) presents the samples."""
    return np.random.default_rng([seed, epoch]).permutation(n_samples)


def presentations(
    samples: AnySamples, seed: int, epoch: int
) -> Iterator[tuple[Samples, NDArray[np.int64]]]:
    """Yield samples in memory, and the order in which they are presented, window by window.

    Samples that are in memory are one window, in the order of `presentation_order`.
    """
    if isinstance(samples, np.ndarray):
        yield samples, presentation_order(seed, epoch, len(samples))
        return
    generator = np.random.default_rng([seed, epoch])
    groups = generator.permutation(len(samples.group_sizes)).tolist()
    for window in groups_within(samples, groups, WINDOW_BYTES):
        n_samples = sum(samples.group_sizes[group] for group in window)
        yield samples.read(window), generator.permutation(n_samples)


def train_one_epoch(
    codebook: NDArray[np.float32],
    samples: AnySamples,
    lattice: Lattice,
    settings: TrainingSettings,
    epoch: Epoch,
    *,
    bmus: NDArray[np.integer] | None = None,
    order: NDArray[np.integer] | None = None,
    report: Report | None = None,
    total: Total | None = None,
) -> NDArray[np.float32]:
    """Return the codebook after an epoch, given the one before it.

    Parameters
    ----------
    codebook : float32 array of shape (n_units, n_features)
    samples : array of shape (n_samples, n_features)
        Bytes (used as x / 255) or float32, in memory or in groups that are read in turn.
    lattice : Lattice
    settings : TrainingSettings
    epoch : Epoch
    bmus : integer array of shape (n_samples,), optional
        The unit nearest to each sample, if the batch rule need not search for it.
    order : integer array, optional
        The samples, which are in memory, in the order in which the online rule presents them,
        instead of `presentation_order`.
    report : callable, optional
        Called with the number of samples after each block.
    total : callable, optional
        As in `update_batch`: the samples are this process's share of those of the batch rule.

    Raises
    ------
    SomError
        If updates grew without bound.
    """
    if settings.rule == "batch":
        if bmus is None:
            bmus = find_bmus(samples, codebook, threads=settings.threads, device=settings.device)
        if report:
            report(len(samples))
        factors = neighbourhood_factors(lattice, epoch.radius, settings.kernel)
        return update_batch(codebook, samples, bmus, factors, total=total)
    if order is not None:
        assert isinstance(samples, np.ndarray)
        return _present(codebook, samples, order, lattice, settings, epoch, report)
    for window, turns in presentations(samples, settings.order_seed, epoch.number):
        codebook = _present(codebook, window, turns, lattice, settings, epoch, report)
        del window  # So that no two of them are in memory.
    return codebook


def _present(
    codebook: NDArray[np.float32],
    samples: Samples,
    order: NDArray[np.integer],
    lattice: Lattice,
    settings: TrainingSettings,
    epoch: Epoch,
    report: Report | None,
) -> NDArray[np.float32]:
    """Return the codebook after the online rule has presented samples in some order."""
    if settings.kernel == "printed":
        return train_epoch_as_printed(
            codebook,
            samples,
            order,
            epoch.radius,
            epoch.learning_rate,
            precision=settings.precision,
            threads=settings.threads,
            report=report,
        )
    result = train_epoch(
        codebook,
        samples,
        order,
        neighbourhood_by_offset(lattice, epoch.radius, settings.kernel),
        epoch.learning_rate,
        shape=lattice.shape if _is_smooth(settings.kernel, lattice) else None,
        precision=settings.precision,
        device=settings.device,
        threads=settings.threads,
        report=report,
    )
    _check_growth(result, samples, settings.kernel, epoch.number)
    return result


def _is_smooth(kernel: str, lattice: Lattice) -> bool:
    """Return whether the codebook is a smooth function of the place along the lattice's axes.

    On an open lattice of straight rows a smooth kernel makes a smooth codebook.
    """
    return kernel == "gaussian" and not (lattice.is_wrapped or lattice.topology in HEXAGONAL)


def _check_growth(
    codebook: NDArray[np.float32], samples: Samples, kernel: str, number: int
) -> None:
    """Refuse a codebook with weights far beyond any feature, or that are not numbers."""
    largest = 1.0 if samples.dtype == np.uint8 else float(np.abs(samples).max())
    # Also where a weight is not a number.
    if not np.abs(codebook).max() <= LARGEST_WEIGHT * max(largest, 1.0):
        raise SomError(
            f"The codebook grew without bound in epoch {number}, since kernel {kernel} pushes "
            "units away: lower learning_rate or choose another kernel."
        )
