"""A control without any map or prototype: the label of the nearest training image."""

import numpy as np
from numpy.typing import NDArray

from ..engine.search.find import find_bmus
from ..model.samples import Samples, as_features
from .heads import Labels


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
