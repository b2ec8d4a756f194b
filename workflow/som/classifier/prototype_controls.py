"""Controls: prototypes that no map made, and the nearest training image."""

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import MiniBatchKMeans
from threadpoolctl import threadpool_limits

from workflow.som.classifier.heads import Labels
from workflow.som.engine.search.find import find_bmus
from workflow.som.model.samples import Samples, as_features

# Passes of k-means over the training set at most; it stops where its centres no longer move.
PASSES = 20
K_MEANS_BATCH = 4096


def random_prototypes(samples: Samples, n_prototypes: int, *, seed: int) -> NDArray[np.float32]:
    """Return as many different samples, drawn at random, as prototypes."""
    chosen = np.random.default_rng([seed, 2]).permutation(len(samples))[:n_prototypes]
    return np.asarray(as_features(samples[np.sort(chosen)]), dtype=np.float32)


@threadpool_limits.wrap(limits=1)
def k_means_prototypes(samples: Samples, n_prototypes: int, *, seed: int) -> NDArray[np.float32]:
    """Return as many centres of the samples, by k-means on mini-batches (Sculley 2010)."""
    n_prototypes = min(n_prototypes, len(samples))
    model = MiniBatchKMeans(
        n_prototypes, batch_size=K_MEANS_BATCH, max_iter=PASSES, n_init=1, random_state=seed
    )
    return np.asarray(model.fit(as_features(samples)).cluster_centers_, dtype=np.float32)


def nearest_neighbour(
    training: Samples, labels: Labels, test: Samples, *, threads: int = 1
) -> NDArray[np.uint8]:
    """Return for each test sample the label of the nearest training sample, by exact search.

    Examples
    --------
    >>> training = np.array([[0.0], [1.0]], dtype=np.float32)
    >>> nearest_neighbour(training, np.array([3, 7]), np.array([[0.9]], dtype=np.float32))
    array([7], dtype=uint8)
    """
    codebook = np.asarray(as_features(training), dtype=np.float32)
    return labels[find_bmus(test, codebook, threads=threads)].astype(np.uint8)
