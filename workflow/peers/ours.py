"""The engine of this project, driven as its peers are: for the environment of the project.

In training a batch epoch's search starts from what the one before has left (see
`som.engine.search.carried`). So it has searched the codebooks of the epochs before, outside the
times. An epoch's time is that of its own search, for the two nearest units as in training, and of
the update.
"""

import numpy as np

from workflow.som.engine.batch import update_batch
from workflow.som.engine.online.rule import train_epoch
from workflow.som.engine.search.carried import carried_search
from workflow.som.model.kernels import neighbourhood_by_offset, neighbourhood_factors
from workflow.som.model.lattice import Lattice

RULES = {"online": ("online", ""), "batch": ("batch", "")}
VERSION = "this checkout"
TAKES_BYTES = True


def train(rule, samples, codebook, shape, epochs, threads):
    """Train epoch by epoch, in the form that the engine chooses; see `workflow.peers`."""
    lattice = Lattice("square", shape)
    codebook = codebook.astype(np.float32)
    search = carried_search(samples, lattice, threads)
    for earlier in epochs.earlier:
        search.find(earlier)
    for epoch in epochs:
        if rule == "batch":
            bmus = search.find(codebook).bmus
            factors = neighbourhood_factors(lattice, epoch.radius)
            codebook = update_batch(codebook, samples, bmus, factors)
        else:
            eta = neighbourhood_by_offset(lattice, epoch.radius)
            codebook = train_epoch(
                codebook, samples, epoch.order, eta, epoch.learning_rate,
                shape=shape, threads=threads,
            )  # fmt: skip
    return codebook
