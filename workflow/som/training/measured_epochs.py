"""Epochs with their measures: the time that each took, and the errors of the map after it."""

import time
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..engine.online.rule import Report
from ..engine.search.nearest import Nearest
from ..mapping.map_errors import map_errors
from ..model.lattice import Lattice
from ..model.samples import AnySamples
from .epoch import Epoch, TrainingSettings, train_one_epoch
from .finders import Finder, finder_for
from .processes import SharedFinder

# A row of `history.parquet`, by column; columns that an epoch does not have are left out.
Row = dict[str, float | int | None]


class Search(NamedTuple):
    """The units nearest to the samples on a codebook.

    Attributes
    ----------
    nearest : Nearest
    seconds : float
        That it took.
    """

    nearest: Nearest
    seconds: float


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
    codebook: NDArray[np.float32], lattice: Lattice, finder: Finder, found: Report | None = None
) -> MeasuredEpoch:
    """Return the initial codebook as epoch 0; `found` as in `train_measured_epoch`."""
    return _measured(codebook, lattice, finder, {"epoch": 0}, found)


def train_measured_epoch(
    codebook: NDArray[np.float32],
    samples: AnySamples,
    lattice: Lattice,
    settings: TrainingSettings,
    epoch: Epoch,
    *,
    finder: Finder | None = None,
    search: Search | None = None,
    report: Report | None = None,
    found: Report | None = None,
) -> MeasuredEpoch:
    """Train one epoch and measure it.

    Parameters
    ----------
    codebook, samples, lattice, settings, epoch, report
        As in `train_one_epoch`.
    finder : Finder, optional
        Of the samples; from epoch to epoch the same one, as what it remembers makes it faster. If
        it is a `SharedFinder`, `samples` are the first process's share.
    search : Search, optional
        On `codebook`. The batch rule then does not search, but its time counts.
    found : callable, optional
        Called with the number of samples as their nearest units are found, after the epoch.
    """
    finder = finder or finder_for(samples, lattice, settings)
    started = time.perf_counter()
    bmus = total = None
    if settings.rule == "batch":
        nearest = search.nearest if search else finder.find(codebook)
        bmus = nearest.bmus[: len(samples)]
        if isinstance(finder, SharedFinder):
            finder.begin_sums()
            total = finder.processes.total
    trained = train_one_epoch(
        codebook, samples, lattice, settings, epoch, bmus=bmus, report=report, total=total
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
    }
    measured = _measured(trained, lattice, finder, row, found)
    n_samples = len(measured.search.nearest.bmus)
    return measured._replace(row=measured.row | {"samples_per_second": n_samples / seconds})


def _measured(
    codebook: NDArray[np.float32],
    lattice: Lattice,
    finder: Finder,
    row: Row,
    found: Report | None,
) -> MeasuredEpoch:
    """Add the map's errors to the row of an epoch."""
    started = time.perf_counter()
    nearest = finder.find(codebook, found)
    search = Search(nearest, time.perf_counter() - started)
    row = row | map_errors(nearest, lattice)._asdict() | {"codebook_spread": spread(codebook)}
    return MeasuredEpoch(codebook, search, row)


def spread(codebook: NDArray[np.float32]) -> float:
    """Return the root mean square distance of units from their mean: near 0, the map collapsed."""
    return float(np.sqrt(codebook.var(axis=0, dtype=np.float64).sum()))
