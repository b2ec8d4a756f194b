"""XPySom: the batch map in NumPy, float32, every sample's neighbourhood written out."""

import numpy as np
from xpysom import XPySom

RULES = {"batch": ("batch", "")}


def train(rule, samples, codebook, shape, epochs, threads):
    """Train one epoch a call; see `workflow.peers`."""
    som = XPySom(
        *shape,
        samples.shape[1],
        std_coeff=1.0,  # its default halves the radius
        decay_function="linear",  # the first of one step: the value itself
        n_parallel=500 * threads,  # its default for so many cores, whatever the machine has
        xp=np,
    )
    som._weights = codebook.reshape(*shape, -1)
    som._learning_rate = 1.0  # cancels
    for epoch in epochs:
        som._sigma = epoch.radius
        som.train(samples, 1)
    return som._weights
