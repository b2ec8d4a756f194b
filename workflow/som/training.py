"""One run: the initial codebook, the order of the samples, and the epochs.

All random numbers are fixed by (seed, epoch), so a run that goes on from a checkpoint needs no
other state. What stands in this module and in what it imports determines the codebook.
"""

import numpy as np
from numpy.typing import NDArray

from workflow.som.engine.batch import update_batch
from workflow.som.engine.online import Report, train_epoch
from workflow.som.features import Samples
from workflow.som.lattice import Lattice, neighbourhood, neighbourhood_factors
from workflow.som.schedule import exponential_decay
from workflow.som.search import find_bmus


def initial_codebook(seed: int, n_units: int, n_features: int) -> NDArray[np.float32]:
    """Return the random codebook that a run starts from, uniform in [0, 1)."""
    return np.random.default_rng([seed, 0]).random((n_units, n_features), dtype=np.float32)


def presentation_order(seed: int, epoch: int, n_samples: int) -> NDArray[np.int64]:
    """Return the order in which epoch `epoch` (1-based) presents the samples."""
    return np.random.default_rng([seed, epoch]).permutation(n_samples)


def train_one_epoch(
    codebook: NDArray[np.float32],
    samples: Samples,
    lattice: Lattice,
    *,
    rule: str,
    seed: int,
    epoch: int,
    learning_rate: float,
    radius: float,
    decay: float,
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
    learning_rate, radius, decay : float
        α₀ (of the online rule), R₀ in grid steps, and the factor of both from epoch to epoch.
    precision, device, threads, report
        As in `workflow.som.engine.online.train_epoch`; the batch rule adds in float64.
    bmus : integer array of shape (n_samples,), optional
        The unit nearest to each sample, if the batch rule need not search for it.
    """
    radius = exponential_decay(radius, decay, epoch)
    if rule == "batch":
        if bmus is None:
            bmus = find_bmus(samples, codebook, threads=threads, device=device)
        if report:
            report(len(samples))
        return update_batch(codebook, samples, bmus, neighbourhood_factors(lattice, radius))
    return train_epoch(
        codebook,
        samples,
        presentation_order(seed, epoch, len(samples)),
        neighbourhood(lattice, radius),
        exponential_decay(learning_rate, decay, epoch),
        shape=lattice.shape,
        precision=precision,
        device=device,
        threads=threads,
        report=report,
    )
