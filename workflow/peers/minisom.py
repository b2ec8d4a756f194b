"""MiniSom: both rules as NumPy loops over the samples, in float64."""

from minisom import MiniSom

RULES = {"online": ("online", ""), "batch": ("batch", "")}


def constant(value, step, n_steps):
    """Keep a value within the epoch."""
    return value


def train(rule, samples, codebook, shape, epochs, threads):
    """Train with MiniSom's own loops, its decay switched off; see `workflow.peers`."""
    samples = samples.astype(float)
    som = MiniSom(*shape, samples.shape[1], decay_function=constant)
    som._sigma_decay_function = constant
    som._weights = codebook.astype(float).reshape(*shape, -1)
    for epoch in epochs:
        som._sigma = epoch.radius
        if rule == "batch":
            som._learning_rate = 1.0  # it moves a unit by this share of the way to the batch map
            som.train_batch_offline(samples, 1)
        else:
            som._learning_rate = epoch.learning_rate
            som.train(samples[epoch.order], len(epoch.order))
    return som._weights
