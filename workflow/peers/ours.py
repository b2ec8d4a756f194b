"""The engine of this project, driven as its peers are: for the environment of the project."""

import numpy as np

from workflow.som.engine.batch import update_batch
from workflow.som.engine.online.rule import train_epoch
from workflow.som.engine.search.find import find_bmus
from workflow.som.model.kernels import neighbourhood_by_offset, neighbourhood_factors
from workflow.som.model.lattice import Lattice

RULES = {"online": ("online", ""), "batch": ("batch", "")}
VERSION = "this checkout"
TAKES_BYTES = True


def train(rule, samples, codebook, shape, epochs, threads):
    """Train epoch by epoch, in the form that the engine chooses; see `workflow.peers`."""
    lattice = Lattice("square", shape)
    codebook = codebook.astype(np.float32)
    for epoch in epochs:
        if rule == "batch":
            bmus = find_bmus(samples, codebook, threads=threads)
            factors = neighbourhood_factors(lattice, epoch.radius)
            codebook = update_batch(codebook, samples, bmus, factors)
        else:
            eta = neighbourhood_by_offset(lattice, epoch.radius)
            codebook = train_epoch(
                codebook, samples, epoch.order, eta, epoch.learning_rate,
                shape=shape, threads=threads,
            )  # fmt: skip
    return codebook
