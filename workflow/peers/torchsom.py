"""TorchSOM: mini-batch steps in PyTorch, float32; with one sample a batch they are the online rule.

Its `fit` shuffles by itself, and searches twice more a batch for the errors it reports. Here its
search and its update are called directly, so these times are below those of `fit`.
"""

import torch
from torchsom import SOM

BATCH_SIZE = 5  # its default
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
    som = SOM(*shape, samples.shape[1], device="cpu", search_backend="torch")
    som.weights.data = torch.from_numpy(codebook).reshape(*shape, -1)
    for epoch in epochs:
        presented = samples if epoch.order is None else samples[epoch.order]
        for batch in presented.split(1 if rule == "online" else BATCH_SIZE):
            bmus = som.identify_bmus(batch)
            som._update_weights(batch, bmus, epoch.learning_rate, epoch.radius)
    return som.weights.numpy()
