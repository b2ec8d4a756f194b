"""Samples as the numbers that the map works on, in memory or read in parts."""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

Samples = NDArray[np.uint8] | NDArray[np.float32]

# Bytes of samples that are read at a time.
PART_BYTES = 2**26


class SamplesInGroups(Protocol):
    """Samples that need not fit into memory: groups of them can be read, and groups in any order.

    Attributes
    ----------
    shape : (n_samples, n_features)
    dtype : numpy.dtype
        Of bytes (used as x / 255) or float32.
    group_sizes : list of int
        How many samples each group has.
    """

    shape: tuple[int, int]
    dtype: np.dtype[Any]
    group_sizes: list[int]

    def __len__(self) -> int: ...

    def read(self, groups: Sequence[int]) -> Samples:
        """Return the samples of some groups, one group after the other."""

    def share(self, groups: slice) -> Self:
        """Return the samples of successive groups alone."""


AnySamples = Samples | SamplesInGroups


def parts_of(samples: AnySamples, part_bytes: int = PART_BYTES) -> Iterator[tuple[slice, Samples]]:
    """Yield samples part by part: where they stand, and the samples.

    Those in memory are one part; of others, successive groups of up to `part_bytes` are.
    """
    if isinstance(samples, np.ndarray):
        yield slice(0, len(samples)), samples
        return
    start = 0
    for groups in groups_within(samples, range(len(samples.group_sizes)), part_bytes):
        part = samples.read(groups)
        yield slice(start, start + len(part)), part
        start += len(part)


def groups_within(
    samples: SamplesInGroups, groups: Sequence[int], most_bytes: int
) -> Iterator[Sequence[int]]:
    """Cut a sequence of groups into stretches of at most `most_bytes`, or of one group."""
    bytes_of_sample = samples.shape[1] * samples.dtype.itemsize
    first, size = 0, 0
    for number, group in enumerate(groups):
        added = samples.group_sizes[group] * bytes_of_sample
        if size and size + added > most_bytes:
            yield groups[first:number]
            first, size = number, 0
        size += added
    if first < len(groups):
        yield groups[first:]


def share_of(samples: AnySamples, number: int, n_shares: int) -> AnySamples:
    """Return one of some successive shares of about the same size: number 0 is the first."""

    def part(length: int) -> slice:
        return slice(length * number // n_shares, length * (number + 1) // n_shares)

    if isinstance(samples, np.ndarray):
        share: Samples = samples[part(len(samples))]
        return share
    return samples.share(part(len(samples.group_sizes)))


def take(samples: AnySamples, numbers: NDArray[np.integer]) -> Samples:
    """Return the samples of some numbers, in their order."""
    if isinstance(samples, np.ndarray):
        chosen: Samples = samples[numbers]
        return chosen
    taken: Samples = np.empty((len(numbers), samples.shape[1]), samples.dtype)
    for part, rows in parts_of(samples):
        is_here = (part.start <= numbers) & (numbers < part.stop)
        taken[is_here] = rows[numbers[is_here] - part.start]
    return taken


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


def full_value(samples: AnySamples) -> float:
    """Return what is 1 as a feature: 255 of bytes, else 1."""
    return 255.0 if samples.dtype == np.uint8 else 1.0


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
    mean = samples.mean(axis=0, dtype=np.float64) / full_value(samples)
    ranges = greatest - least
    varies = ranges > 0
    digit = np.exp2(np.floor(np.log2(ranges, where=varies, out=np.zeros_like(ranges)))) / 64
    # As float32, so that it is the same number in every precision.
    return np.where(varies, np.round(mean / digit) * digit, least).astype(np.float32).astype(float)
