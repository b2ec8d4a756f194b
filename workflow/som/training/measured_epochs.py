"""Epochs with their measures: the time that each took, and the errors of the map after it."""

import time
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..engine.online.rule import Report
from ..engine.search.carried import CarriedSearch, carried_search
from ..engine.search.find import find_two_nearest
from ..engine.search.nearest import Nearest
from ..mapping.map_errors import map_errors
from ..model.lattice import Lattice
from ..model.samples import AnySamples
from .epoch import Epoch, TrainingSettings, train_one_epoch

# A row of `history.parquet`, by column; columns that an epoch does not have are left out.
Row = dict[str, float | int | None]


class Search(NamedTuple):
    """The units nearest to the samples on a codebook, and how they were found.

    Attributes
    ----------
    nearest : Nearest
    seconds : float
        That it took.
    carried : CarriedSearch or None
        What makes the search on the next codebook shorter, of samples in memory.
    """

    nearest: Nearest
    seconds: float
    carried: CarriedSearch | None = None


class MeasuredEpoch(NamedTuple):
    """What an epoch made.

    Attributes
    ----------
    codebook : float32 array of shape (n_units, n_features)
    search : Search
        On this codebook: the batch rule starts its next epoch there.
    row : Row
        Of `history.parquet`.
    """

    codebook: NDArray[np.float32]
    search: Search
    row: Row


def measure_start(
    codebook: NDArray[np.float32], samples: AnySamples, lattice: Lattice, settings: TrainingSettings
) -> MeasuredEpoch:
    """Return the initial codebook as epoch 0."""
    return _measured(codebook, samples, lattice, settings, {"epoch": 0}, None)


def train_measured_epoch(
    codebook: NDArray[np.float32],
    samples: AnySamples,
    lattice: Lattice,
    settings: TrainingSettings,
    epoch: Epoch,
    *,
    search: Search | None = None,
    report: Report | None = None,
) -> MeasuredEpoch:
    """Train one epoch and measure it.

    Parameters
    ----------
    codebook, samples, lattice, settings, epoch, report
        As in `train_one_epoch`.
    search : Search, optional
        On `codebook`. The batch rule then does not search, but its time counts.
    """
    started = time.perf_counter()
    trained = train_one_epoch(
        codebook,
        samples,
        lattice,
        settings,
        epoch,
        bmus=search.nearest.bmus if search else None,
        report=report,
    )
    seconds = time.perf_counter() - started
    is_online = settings.rule == "online"
    if search and not is_online:
        seconds += search.seconds
    row: Row = {
        "epoch": epoch.number,
        "learning_rate": epoch.learning_rate if is_online else None,
        "radius": epoch.radius,
        "seconds": seconds,
        "samples_per_second": len(samples) / seconds,
    }
    return _measured(trained, samples, lattice, settings, row, search)


def _measured(
    codebook: NDArray[np.float32],
    samples: AnySamples,
    lattice: Lattice,
    settings: TrainingSettings,
    row: Row,
    before: Search | None,
) -> MeasuredEpoch:
    """Add the map's errors to the row of an epoch; `before` is the search of the epoch before."""
    started = time.perf_counter()
    carried = before.carried if before else None
    if settings.device == "cpu" and isinstance(samples, np.ndarray):
        carried = carried or carried_search(samples, lattice, settings.threads)
        nearest = carried.find(codebook)
    else:
        nearest = find_two_nearest(
            samples, codebook, threads=settings.threads, device=settings.device
        )
    search = Search(nearest, time.perf_counter() - started, carried)
    row = row | map_errors(nearest, lattice)._asdict() | {"codebook_spread": spread(codebook)}
    return MeasuredEpoch(codebook, search, row)


def spread(codebook: NDArray[np.float32]) -> float:
    """Return the root mean square distance of units from their mean: near 0, the map collapsed."""
    return float(np.sqrt(codebook.var(axis=0, dtype=np.float64).sum()))
