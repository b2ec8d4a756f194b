"""A short training in a process of its own, which says how much memory it took at most.

    python -m workflow.som.benchmark.memory_of_training REQUEST

from the repository's root. REQUEST is a `Request` as JSON; with `null` in its place the process
only imports what training imports. It writes the bytes to standard output.

The process reads its samples, searches, and trains two epochs, each followed by a search, as a
training job does. It writes no results, which takes less memory than that. The online rule presents
only some samples: what an epoch holds does not depend on how many are presented, but for four bytes
each. In the wide epoch it runs in blocks, then by virtual units, in the narrow one in the lazy form
(see `som.engine.online.forms`), where the lattice allows these.
"""

import json
import sys
from typing import NamedTuple

from ..data.datasets import read_images
from ..data.stored import StoredSamples
from ..model.initialisation import starting_codebook
from ..model.lattice import Lattice
from ..model.samples import AnySamples
from ..training.epoch import Epoch, TrainingSettings, presentations, train_one_epoch
from ..training.finders import finder_for
from ..training.measured_epochs import measure_start
from .peak_memory import peak_memory_bytes

SEED = 0
LEARNING_RATE = 0.1


class Request(NamedTuple):
    """A training to measure.

    Attributes
    ----------
    path : str
        A table of images.
    in_parts : bool
        Whether the samples stay in the file.
    rule : {"online", "batch"}
    side : int
        Rows and columns of the map.
    n_presented : int
        Samples of each window that the online rule presents.
    threads : int
    """

    path: str
    in_parts: bool
    rule: str
    side: int
    n_presented: int
    threads: int


def train_briefly(request: Request) -> None:
    """Train a map as `request` says, and forget it."""
    samples: AnySamples = (
        StoredSamples(request.path) if request.in_parts else read_images(request.path).pixels
    )
    lattice = Lattice("square", (request.side, request.side))
    settings = TrainingSettings(
        rule=request.rule, kernel="gaussian", order_seed=SEED, threads=request.threads
    )
    finder = finder_for(samples, lattice, settings)
    # From a random codebook the first search would take minutes. Components of a million samples
    # would, too; and no two units should be the same sample.
    initialisation = "sample" if lattice.n_units <= len(samples) else "pca"
    codebook = starting_codebook(initialisation, SEED, samples, lattice)
    # As in a run, the codebook before an epoch is held until the one after it is measured.
    made = measure_start(codebook, lattice, finder)
    for number, radius in enumerate((request.side / 2, 1.0), start=1):
        codebook, epoch = made.codebook, Epoch(number, LEARNING_RATE, radius)
        if request.rule == "batch":
            bmus = made.search.nearest.bmus
            codebook = train_one_epoch(codebook, samples, lattice, settings, epoch, bmus=bmus)
        else:
            for window, order in presentations(samples, SEED, number):
                order = order[: request.n_presented]
                codebook = train_one_epoch(codebook, window, lattice, settings, epoch, order=order)
                del window  # So that no two of them are in memory.
        made = measure_start(codebook, lattice, finder)


if __name__ == "__main__":
    asked = json.loads(sys.argv[1])
    if asked is not None:
        train_briefly(Request(**asked))
    sys.stdout.write(f"{peak_memory_bytes()}\n")
