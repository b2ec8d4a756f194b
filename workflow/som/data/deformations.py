"""Images deformed at random, as many as are wanted: by affine maps and elastic displacements.

So MNIST8M was made of MNIST: its first images are the originals, and those that follow are deformed
ones, in the same order again and again (Loosli, Canu & Bottou 2007, *Training invariant support
vector machines using selective sampling*). The deformations here are those of Simard, Steinkraus &
Platt 2003 (*Best practices for convolutional neural networks*) in the ranges of Cireşan et al. 2010
(*Deep, big, simple neural nets for handwritten digit recognition*). They turn 1 and 7 by less than
the other digits; here all have one range, because a deformation must not know the label.
"""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..engine.workers import Workers, cut

ANGLE = 15.0  # degrees, at most, by which an image is turned or slanted, to either side
SCALING = 0.15  # share, at most, by which width and height grow or shrink, each by itself
SMOOTHNESS = (5.0, 6.0)  # σ of the Gaussian that smooths the displacements, pixels
STRENGTH = (36.0, 38.0)  # α by which smoothed noise from -1 to 1 is multiplied, pixels
# Pixels from its centre at which the Gaussian is cut off: three of the largest σ.
REACH = 18
# Random numbers of a sample before those of its displacements: whether it is turned or slanted, by
# how much, how wide and how high it gets, σ and α.
N_SETTINGS = 6
# What the metadata of a table say of its deformations.
SETTINGS: dict[str, Any] = {
    "angle": ANGLE,
    "scaling": SCALING,
    "smoothness": SMOOTHNESS,
    "strength": STRENGTH,
}

# SplitMix64 (Steele, Lea & Flood 2014, *Fast splittable pseudorandom number generators*): its n-th
# number is a mix of the bits of start + n·GAMMA, so that each can be had without those before it.
GAMMA = np.uint64(0x9E3779B97F4A7C15)
FIRST_FACTOR, SECOND_FACTOR = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
TO_UNIT = 2.0**-53
TO_NOISE = np.float32(2.0**-23)


def deformed_blocks(
    images: NDArray[np.uint8],
    n_samples: int,
    seed: int,
    *,
    threads: int = 1,
    block_size: int = 4096,
) -> Iterator[NDArray[np.uint8]]:
    """Yield the originals, then deformed ones, until there are `n_samples`.

    Sample i is made of image i mod n_images, and its random numbers depend on `seed` and i alone:
    neither on the other samples, nor on their number, nor on threads or blocks.

    Parameters
    ----------
    images : uint8 array of shape (n_images, height, width)
        Background is 0.
    n_samples : int
        If there are fewer than images, these are the first images.
    seed : int
        From 0 to 2⁶⁴ − 1.
    block_size : int
        Samples of a block; the last one may have fewer.

    Yields
    ------
    uint8 array of shape (n_block, height, width)
    """
    images = np.ascontiguousarray(images)
    with Workers(threads) as workers:
        for first in range(0, n_samples, block_size):
            size = min(block_size, n_samples - first)
            block = np.empty((size, *images.shape[1:]), np.uint8)

            def fill(part: slice, block: NDArray[np.uint8] = block, first: int = first) -> None:
                deform_into(images, np.uint64(seed), first + part.start, block[part])

            workers.on_parts(fill, cut(size, threads))
            yield block


@njit(inline="always")
def mix(state: np.uint64) -> np.uint64:
    """Return the number of SplitMix64 that belongs to a state: its bits, well mixed."""
    state = (state ^ (state >> np.uint64(30))) * FIRST_FACTOR
    state = (state ^ (state >> np.uint64(27))) * SECOND_FACTOR
    return state ^ (state >> np.uint64(31))


# Without fastmath: additions keep their order, so that another processor gives the same bytes.
@njit(cache=True, nogil=True)
def deform_into(
    images: NDArray[np.uint8], seed: np.uint64, first: int, deformed: NDArray[np.uint8]
) -> None:
    """Put samples `first`, `first` + 1, … into `deformed`; see `deformed_blocks`.

    Sample i has the numbers i·m + 1 to (i + 1)·m of the sequence, with m = 6 + 2·height·width.

    Parameters
    ----------
    images : uint8 array of shape (n_images, height, width)
    deformed : uint8 array of shape (n_block, height, width)
        Is overwritten.
    """
    n_images, height, width = images.shape
    n_numbers = N_SETTINGS + 2 * height * width
    settings = np.empty(N_SETTINGS)
    kernel = np.empty(REACH + 1, np.float32)
    # Both displacements side by side: along the columns first, then along the rows.
    noise = np.empty((height, 2 * width), np.float32)
    smoothed = np.empty((height, 2 * width), np.float32)
    turned = np.empty((width, 2 * height), np.float32)
    displacements = np.empty((width, 2 * height), np.float32)
    # With a rim of zeros, wide enough for the four neighbours of any place within it.
    padded = np.zeros((height + 3, width + 3))
    start = mix(seed + GAMMA)
    for place in range(len(deformed)):
        sample = first + place
        image = images[sample % n_images]
        if sample < n_images:
            deformed[place] = image
            continue
        state = start + np.uint64(sample) * np.uint64(n_numbers) * GAMMA
        for number in range(N_SETTINGS):
            state += GAMMA
            settings[number] = np.float64(mix(state) >> np.uint64(11)) * TO_UNIT
        for column in range(0, 2 * width, width):
            for row in range(height):
                for j in range(width):
                    state += GAMMA
                    whole = np.int32(mix(state) >> np.uint64(40))
                    noise[row, column + j] = np.float32(whole) * TO_NOISE - np.float32(1)
        _fill_kernel(_within(SMOOTHNESS, settings[4]), kernel)
        _smooth(noise, kernel, smoothed)
        for row in range(height):
            for column in range(width):
                turned[column, row] = smoothed[row, column]
                turned[column, height + row] = smoothed[row, width + column]
        _smooth(turned, kernel, displacements)
        for row in range(height):
            for column in range(width):
                padded[row + 1, column + 1] = image[row, column]
        _sample(padded, settings, displacements, deformed[place])


@njit(inline="always")
def _within(bounds: tuple[float, float], share: float) -> float:
    """Return the number at this share of the way between two bounds."""
    return bounds[0] + (bounds[1] - bounds[0]) * share


@njit(cache=True, nogil=True)
def _fill_kernel(deviation: float, kernel: NDArray[np.float32]) -> None:
    """Put one half of a Gaussian into `kernel`, of which both halves together have sum 1."""
    total = 1.0
    for distance in range(1, len(kernel)):
        total += 2 * math.exp(-0.5 * (distance / deviation) ** 2)
    for distance in range(len(kernel)):
        kernel[distance] = math.exp(-0.5 * (distance / deviation) ** 2) / total


@njit(cache=True, nogil=True)
def _smooth(
    values: NDArray[np.float32], kernel: NDArray[np.float32], smoothed: NDArray[np.float32]
) -> None:
    """Smooth `values` along their first axis, with zeros beyond their ends."""
    length, n_values = values.shape
    for row in range(length):
        for j in range(n_values):
            smoothed[row, j] = 0
        for other in range(max(0, row - REACH), min(length, row + REACH + 1)):
            weight = kernel[abs(row - other)]
            for j in range(n_values):
                smoothed[row, j] += weight * values[other, j]


@njit(cache=True, nogil=True)
def _sample(
    padded: NDArray[np.float64],
    settings: NDArray[np.float64],
    displacements: NDArray[np.float32],
    deformed: NDArray[np.uint8],
) -> None:
    """Give each pixel the value at the place in the image that it comes from.

    Parameters
    ----------
    padded : array of shape (height + 3, width + 3)
        The image, with a row and a column of zeros before it and two after it.
    settings : array of shape (6,)
        Shares from 0 to 1.
    displacements : array of shape (width, 2 · height)
        The horizontal ones, then the vertical ones; without their factor α.
    deformed : uint8 array of shape (height, width)
        Is overwritten.
    """
    height, width = deformed.shape
    angle = math.radians(_within((-ANGLE, ANGLE), settings[1]))
    wider = 1 / _within((1 - SCALING, 1 + SCALING), settings[2])
    higher = 1 / _within((1 - SCALING, 1 + SCALING), settings[3])
    strength = _within(STRENGTH, settings[5])
    # The way back, from a pixel of the deformed image to its place in the original.
    if settings[0] < 0.5:  # It was turned …
        sine, cosine = math.sin(angle), math.cos(angle)
        x_by_x, x_by_y, y_by_x, y_by_y = cosine, sine, -sine, cosine
    else:  # … or slanted.
        x_by_x, x_by_y, y_by_x, y_by_y = 1.0, -math.tan(angle), 0.0, 1.0
    middle_row, middle_column = (height - 1) / 2, (width - 1) / 2
    for row in range(height):
        for column in range(width):
            x, y = column - middle_column, row - middle_row
            across = wider * (x_by_x * x + x_by_y * y) + middle_column
            down = higher * (y_by_x * x + y_by_y * y) + middle_row
            across += strength * displacements[column, row]
            down += strength * displacements[column, height + row]
            # Beyond the rim all is zero. Counted from the rim on, so that int() rounds down.
            across = min(max(across + 1, 0.0), width + 1.0)
            down = min(max(down + 1, 0.0), height + 1.0)
            left, top = int(across), int(down)
            right_share, lower_share = across - left, down - top
            upper = padded[top, left] * (1 - right_share) + padded[top, left + 1] * right_share
            lower = (
                padded[top + 1, left] * (1 - right_share) + padded[top + 1, left + 1] * right_share
            )
            deformed[row, column] = int(upper * (1 - lower_share) + lower * lower_share + 0.5)
