"""fastersom: the batch map in PyTorch, float32, smoothed along one axis of the map at a time."""

from fastersom import SOM, _som

RULES = {"batch": ("batch", "")}


def train(rule, samples, codebook, shape, epochs, threads):
    """Train in one `fit`, the radius set at the start of each epoch; see `workflow.peers`."""
    som = SOM(*shape, n_epochs=len(epochs.epochs), init=codebook, device="cpu")

    # `fit` takes its epochs from a progress bar. Standing in for it sets the radius, and leaves out
    # of the time what comes before and after the epochs (checks, a last search for the labels).
    def scheduled(*_, **__):
        for number, epoch in enumerate(epochs):
            som._sigma0 = som._sigma1 = epoch.radius
            yield number

    _som.tqdm = scheduled
    return som.fit(samples).weights_
