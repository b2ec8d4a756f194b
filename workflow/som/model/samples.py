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


def middle_of(samples: Samples) -> NDArray[np.float64]:
    """Return a vector near the mean of samples, of shape (n_features,), to subtract from them.

    It has few binary digits: each feature's mean is rounded to 1/64 of a power of two below the
    feature's range. So nothing is rounded when it is subtracted from features with few digits, such
    as 0 and 1, and exact ties between distances stay exact.

    Examples
    --------
    >>> middle_of(np.array([[0, 7.1], [1, 7.1], [1, 7.1]], dtype=np.float32)).round(6)
    array([0.671875, 7.1     ])
    """
    least, greatest = as_features(np.stack([samples.min(axis=0), samples.max(axis=0)]), np.float64)
    mean = samples.mean(axis=0, dtype=np.float64) / (255 if samples.dtype == np.uint8 else 1)
    ranges = greatest - least
    varies = ranges > 0
    digit = np.exp2(np.floor(np.log2(ranges, where=varies, out=np.zeros_like(ranges)))) / 64
    # As float32, so that it is the same number in every precision.
    return np.where(varies, np.round(mean / digit) * digit, least).astype(np.float32).astype(float)
