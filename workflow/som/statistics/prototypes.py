"""Codebooks without a map, to hold one beside: random images and k-means.

What a map's units recognise is partly owed to their number alone. These controls have as many
prototypes and no lattice.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from workflow.som.engine.search.find import find_bmus
from workflow.som.files.errors import SomError
from workflow.som.model.samples import Samples, as_features


def choose_random_images(samples: Samples, n_prototypes: int, *, seed: int) -> NDArray[np.float32]:
    """Choose samples at random, none twice, as a codebook of shape (n_prototypes, n_features).

    Raises
    ------
    SomError
        If there are not as many samples.
    """
    if n_prototypes > len(samples):
        raise SomError(
            f"{n_prototypes:,} prototypes cannot be chosen from {len(samples):,} images; "
            "use a map with fewer units or a larger data set."
        )
    generator = np.random.default_rng([seed, 1])
    chosen = np.sort(generator.choice(len(samples), n_prototypes, replace=False))
    return as_features(samples[chosen]).astype(np.float32)


def fit_k_means(
    samples: Samples,
    n_prototypes: int,
    *,
    epochs: int,
    seed: int,
    threads: int | None = None,
    report: Callable[[int], None] | None = None,
) -> NDArray[np.float32]:
    """Fit k-means (Lloyd 1982): each prototype moves to the mean of the samples nearest to it.

    That is a map's batch rule without neighbours. It starts from `choose_random_images`, and a
    prototype that no sample is nearest to stays where it is.

    Parameters
    ----------
    samples : array of shape (n_samples, n_features)
        Bytes (used as x / 255) or float32.
    n_prototypes, epochs, seed : int
    threads : int, optional
        As in `find_bmus`; the result does not depend on it.
    report : callable, optional
        Called with 1 after each epoch.

    Returns
    -------
    float32 array of shape (n_prototypes, n_features)

    Examples
    --------
    >>> samples = np.array([[0.0], [0.2], [0.8], [1.0]], dtype=np.float32)
    >>> fit_k_means(samples, 2, epochs=3, seed=0)
    array([[0.1],
           [0.9]], dtype=float32)
    """
    features = as_features(samples)
    codebook = choose_random_images(samples, n_prototypes, seed=seed)
    for _ in range(epochs):
        bmus = find_bmus(samples, codebook, threads=threads)
        order = np.argsort(bmus, kind="stable")
        units, starts, hits = np.unique(bmus[order], return_index=True, return_counts=True)
        sums = np.add.reduceat(features[order], starts, axis=0, dtype=np.float64)
        codebook[units] = sums / hits[:, None]
        if report:
            report(1)
    return codebook
