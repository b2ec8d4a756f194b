"""What finds the units nearest to the samples of a training job, epoch after epoch."""

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ..engine.online.rule import Report
from ..engine.search.carried import carried_search
from ..engine.search.find import find_two_nearest
from ..engine.search.nearest import Nearest
from ..model.lattice import Lattice
from ..model.samples import AnySamples
from .epoch import TrainingSettings


class Finder(Protocol):
    """Finds the two units nearest to each of its samples, exactly."""

    def find(self, codebook: NDArray[np.float32], report: Report | None = None) -> Nearest:
        """Return them for a codebook of shape (n_units, n_features).

        `report` is called with the number of samples as they are done.
        """


class PlainFinder(NamedTuple):
    """Searches anew each time."""

    samples: AnySamples
    threads: int
    device: str

    def find(self, codebook: NDArray[np.float32], report: Report | None = None) -> Nearest:
        """Return what `find_two_nearest` returns."""
        return find_two_nearest(
            self.samples, codebook, threads=self.threads, device=self.device, report=report
        )


def finder_for(samples: AnySamples, lattice: Lattice, settings: TrainingSettings) -> Finder:
    """Return the fastest way to search again and again.

    Of samples in memory, and on the CPU, bounds are carried over from search to search.
    """
    if settings.device == "cpu" and isinstance(samples, np.ndarray):
        return carried_search(samples, lattice, settings.threads)
    return PlainFinder(samples, settings.threads, settings.device)
