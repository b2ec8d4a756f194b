"""One epoch of a run: the order of the samples, and the rule.

All random numbers are fixed by (seed, epoch), so a run that goes on from a checkpoint needs no
other state. What stands in this module, in `initialisation`, in `schedule` and in what they import
determines the codebook.
"""

import numpy as np
from numpy.typing import NDArray

from workflow.som.engine.batch import update_batch
from workflow.som.engine.online.printed import train_epoch_as_printed
from workflow.som.engine.online.rule import Report, train_epoch
from workflow.som.engine.search.find import find_bmus
from workflow.som.files.errors import SomError
from workflow.som.model.kernels import neighbourhood, neighbourhood_factors
from workflow.som.model.lattice import HEXAGONAL, Lattice
from workflow.som.model.samples import Samples

# Weights so many times larger than any feature are near no sample.
LARGEST_WEIGHT = 1000


def presentation_order(seed: int, epoch: int, n_samples: int) -> NDArray[np.int64]:
    """Return the order in which epoch `epoch` (1-based) presents the samples."""
    return np.random.default_rng([seed, epoch]).permutation(n_samples)


def train_one_epoch(
    codebook: NDArray[np.float32],
    samples: Samples,
    lattice: Lattice,
    *,
    rule: str,
    kernel: str,
    seed: int,
    epoch: int,
    learning_rate: float,
    radius: float,
    precision: str,
    device: str,
    threads: int,
    bmus: NDArray[np.integer] | None = None,
    report: Report | None = None,
) -> NDArray[np.float32]:
    """Return the codebook after epoch `epoch`, given the one before it.

    Parameters
    ----------
    codebook : float32 array of shape (n_units, n_features)
    samples : array of shape (n_samples, n_features)
    rule : {"online", "batch"}
    kernel : str
        One of `kernels.KERNELS`.
    seed, epoch : int
        They determine the order of the samples.
    learning_rate, radius : float
        α (of the online rule) and R in grid steps that this epoch uses.
    precision, device, threads, report
        As in `workflow.som.engine.online.rule.train_epoch`; the batch rule adds in float64.
    bmus : integer array of shape (n_samples,), optional
        The unit nearest to each sample, if the batch rule need not search for it.

    Raises
    ------
    SomError
        If updates grew without bound.
    """
    if rule == "batch":
        if bmus is None:
            bmus = find_bmus(samples, codebook, threads=threads, device=device)
        if report:
            report(len(samples))
        factors = neighbourhood_factors(lattice, radius, kernel)
        return update_batch(codebook, samples, bmus, factors)
    order = presentation_order(seed, epoch, len(samples))
    if kernel == "printed":
        return train_epoch_as_printed(
            codebook, samples, order, radius, learning_rate,
            precision=precision, threads=threads, report=report,
        )  # fmt: skip
    # On an open lattice of straight rows a smooth kernel makes a smooth codebook.
    is_smooth = kernel == "gaussian" and not (lattice.is_wrapped or lattice.topology in HEXAGONAL)
    result = train_epoch(
        codebook,
        samples,
        order,
        neighbourhood(lattice, radius, kernel),
        learning_rate,
        shape=lattice.shape if is_smooth else None,
        precision=precision,
        device=device,
        threads=threads,
        report=report,
    )
    largest = 1.0 if samples.dtype == np.uint8 else float(np.abs(samples).max())
    # Also where a weight is not a number.
    if not np.abs(result).max() <= LARGEST_WEIGHT * max(largest, 1.0):
        raise SomError(
            f"The codebook grew without bound in epoch {epoch}, since kernel {kernel} pushes units "
            "away: lower learning_rate or choose another kernel."
        )
    return result
