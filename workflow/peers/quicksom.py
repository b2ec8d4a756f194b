"""quicksom: mini-batch steps in PyTorch, float32; with one sample a batch they are the online rule.

Its `fit` shuffles by itself, and ends in a U-matrix. Here its step is called directly, so these
times are below those of `fit`.
"""

import torch
from quicksom.som import SOM

BATCH_SIZE = 20  # its default
RULES = {
    "online": ("online", ""),
    "batch": (
        "mini-batch",
        f"No batch map: each {BATCH_SIZE} samples (its default) move the codebook by the learning "
        "rate times the mean of their online steps.",
    ),
}


def train(rule, samples, codebook, shape, epochs, threads):
    """Train batch by batch in the order given; see `workflow.peers`."""
    samples = torch.from_numpy(samples)
    som = SOM(*shape, samples.shape[1], centroids=torch.from_numpy(codebook))
    for epoch in epochs:
        som.alpha = epoch.learning_rate
        # It divides by 2σ² + 10⁻⁵; this σ makes that 2R².
        som.sigma = (epoch.radius**2 - 0.5e-5) ** 0.5
        presented = samples if epoch.order is None else samples[epoch.order]
        for batch in presented.split(1 if rule == "online" else BATCH_SIZE):
            som(batch, learning_rate_op=1.0)
    return som.centroids.numpy()
