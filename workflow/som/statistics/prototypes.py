"""Controls: prototypes that no map made, random images and k-means centres.

What a map's units recognise is partly owed to their number alone. These controls have as many
prototypes and no lattice. There are two of each kind, which give different prototypes:

=================  ========================  =================================================
kind               used by `worth`           used by the classifier
=================  ========================  =================================================
random images      `choose_random_images`    `take_shuffled_images`: another draw
k-means centres    `fit_lloyd_k_means`       `fit_mini_batch_k_means`: faster, and less exact
=================  ========================  =================================================
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import MiniBatchKMeans
from threadpoolctl import threadpool_limits

from ..engine.search.find import find_bmus
from ..files.errors import SomError
from ..model.samples import Samples, as_features

# Passes of mini-batch k-means over the samples at most; it stops where its centres no longer move.
MOST_PASSES = 20
MINI_BATCH = 4096


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


def take_shuffled_images(samples: Samples, n_prototypes: int, *, seed: int) -> NDArray[np.float32]:
    """Take the first of the shuffled samples as a codebook; where there are fewer, all of them.

    Of the same seed, these are other samples than `choose_random_images` gives.

    Returns
    -------
    float32 array of shape (n_prototypes or n_samples, n_features)
    """
    chosen = np.random.default_rng([seed, 2]).permutation(len(samples))[:n_prototypes]
    return np.asarray(as_features(samples[np.sort(chosen)]), dtype=np.float32)


def fit_lloyd_k_means(
    samples: Samples,
    n_prototypes: int,
    *,
    epochs: int,
    seed: int,
    threads: int | None = None,
    report: Callable[[int], None] | None = None,
) -> NDArray[np.float32]:
    """Fit k-means by Lloyd's steps: each prototype moves to the mean of the samples nearest to it.

    All samples count in each step (Lloyd 1982): a map's batch rule without neighbours. It starts
    from `choose_random_images`, and a prototype that no sample is nearest to stays where it is.

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
    >>> fit_lloyd_k_means(samples, 2, epochs=3, seed=0)
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


@threadpool_limits.wrap(limits=1)
def fit_mini_batch_k_means(
    samples: Samples, n_prototypes: int, *, seed: int
) -> NDArray[np.float32]:
    """Fit k-means on mini-batches (Sculley 2010): each step moves centres towards a few samples.

    It takes a fraction of the time of `fit_lloyd_k_means` and ends at other centres, on average
    less near to the samples. Where there are fewer samples than prototypes, it fits as many.

    Returns
    -------
    float32 array of shape (n_prototypes or n_samples, n_features)
    """
    model = MiniBatchKMeans(
        min(n_prototypes, len(samples)),
        batch_size=MINI_BATCH,
        max_iter=MOST_PASSES,
        n_init=1,
        random_state=seed,
    )
    return np.asarray(model.fit(as_features(samples)).cluster_centers_, dtype=np.float32)
