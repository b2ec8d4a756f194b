"""Somoclu: the batch map in C++ with OpenMP, float32, every pair of sample and unit summed."""

import time

from somoclu import Somoclu

RULES = {"batch": ("batch", "")}


def train(rule, samples, codebook, shape, epochs, threads):
    """Train one epoch a call; see `workflow.peers`.

    Every call ends in a search and a U-matrix that a long training has only once. A call without
    epochs does just these, so its time is taken off twice: for itself and within the epoch's call.
    """
    rows, columns = shape
    som = Somoclu(
        columns,
        rows,
        initialcodebook=codebook,
        compactsupport=False,  # its default cuts the Gaussian off at the radius
        std_coeff=1.0,  # its default halves the radius
    )
    som.update_data(samples)
    for epoch in epochs:
        som.train(
            epochs=1,
            radius0=epoch.radius,
            radiusN=epoch.radius,
            radiuscooling="exponential",  # the linear one divides by the number of epochs less one
            scale0=1.0,  # cancels
            scaleN=1.0,
            scalecooling="exponential",
        )
        start = time.perf_counter()
        som.train(epochs=0)
        epochs.discount(2 * (time.perf_counter() - start))
    return som.codebook
