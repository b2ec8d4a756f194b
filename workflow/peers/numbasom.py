"""NumbaSOM: an online rule compiled by Numba, in float64 on one thread.

Its `train` draws the initial map and the samples at random and has a schedule of its own. So its
search and its update are called here, in a loop that is compiled as its own is.
"""

import numpy as np
from numba import njit
from numbasom.core import _adapt, _find_closest

RULES = {
    "online": (
        "online, another kernel",
        "Its neighbourhood is exp(−d⁴ / 2R⁴), cut off at d = R, so it changes fewer units.",
    )
}


@njit
def present(samples, order, lattice, squared_radius, learning_rate):
    """Update `lattice` for one sample after the other."""
    for i in order:
        bmu, _ = _find_closest(i, samples[i], lattice)
        _adapt(lattice, samples[i], bmu, squared_radius, learning_rate)


def train(rule, samples, codebook, shape, epochs, threads):
    """Train in the order given; see `workflow.peers`."""
    samples = samples.astype(float)
    lattice = codebook.astype(float).reshape(*shape, -1)
    for epoch in epochs:
        # What it calls the radius is the square of one.
        present(samples, np.asarray(epoch.order), lattice, epoch.radius**2, epoch.learning_rate)
    return lattice
