"""python-som: both rules in NumPy, float64; the batch map smoothed one axis at a time.

It uses numba where that is installed, as it is here for NumbaSOM. Its search is then 14× slower, so
numba is hidden from it.
"""

import sys

from python_som import SOM

sys.modules["numba"] = None

RULES = {"online": ("online", ""), "batch": ("batch", "")}


def constant(value, step, n_steps):
    """Keep a value within the epoch."""
    return value


def train(rule, samples, codebook, shape, epochs, threads):
    """Train with the loops behind its `train`, which ends in a slow error measure.

    See `workflow.peers` for the arguments.
    """
    samples = samples.astype(float)
    som = SOM(
        *shape,
        samples.shape[1],
        learning_rate_decay=constant,
        neighborhood_radius_decay=constant,
        min_neighborhood_radius=1e-9,  # its default silently stops at 0.5
    )
    som._weights = codebook.astype(float).reshape(*shape, -1)
    for epoch in epochs:
        som.set_neighborhood_radius(epoch.radius)
        if rule == "batch":
            som._train_batch(samples, 1, verbose=False)
        else:
            som.set_learning_rate(epoch.learning_rate)
            presented = samples[epoch.order]
            som._train_stepwise(presented, len(presented), mode="sequential", verbose=False)
    return som.get_weights()
