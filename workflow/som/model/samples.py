"""Samples as the numbers that the map works on."""

import numpy as np
from numpy.typing import DTypeLike, NDArray

Samples = NDArray[np.uint8] | NDArray[np.float32]


def as_features(samples: Samples, dtype: DTypeLike = np.float32) -> NDArray[np.floating]:
    """Return samples as floating-point features: bytes become x / 255 in float32.

    Examples
    --------
    >>> as_features(np.array([0, 51, 255], dtype=np.uint8))
    array([0. , 0.2, 1. ], dtype=float32)
    """
    if samples.dtype == np.uint8:
        return (samples.astype(np.float32) / np.float32(255)).astype(dtype, copy=False)
    return samples.astype(dtype, copy=False)
