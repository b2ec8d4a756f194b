"""The distortion against the sum as it is written, and what it must be where R goes to its ends."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from workflow.som.engine.search.find import find_two_nearest
from workflow.som.model.lattice import Lattice
from workflow.som.statistics.quality import distortion as module
from workflow.som.statistics.quality.distortion import distortion


def random_case(shape, *, seed=0, shift=0.0, n_samples=80):
    generator = np.random.default_rng(seed)
    lattice = Lattice("block", shape)
    samples = generator.random((n_samples, 5), dtype=np.float32) + np.float32(shift)
    codebook = generator.random((lattice.n_units, 5), dtype=np.float32) + np.float32(shift)
    return samples, codebook, find_two_nearest(samples, codebook).bmus, lattice


def as_written(samples, codebook, bmus, lattice, radius):
    total = 0.0
    for sample, bmu in zip(samples.astype(float), bmus, strict=True):
        for unit in range(lattice.n_units):
            step = np.square(lattice.positions[bmu] - lattice.positions[unit]).sum()
            weight = np.exp(-step / (2 * radius**2))
            total += weight * np.square(sample - codebook[unit].astype(float)).sum()
    return total / len(samples)


@pytest.mark.parametrize("shape", [(1, 1), (14,), (5, 6), (3, 4, 2)])
@pytest.mark.parametrize("radius", [0.4, 1.5, 50.0])
def test_it_is_the_sum_as_it_is_written(shape, radius, monkeypatch):
    monkeypatch.setattr(module, "CHUNK_SIZE", 7)
    case = random_case(shape)
    assert distortion(*case, radius) == pytest.approx(as_written(*case, radius), rel=1e-12)


def test_bytes_mean_what_they_are_255ths_of():
    samples, codebook, bmus, lattice = random_case((3, 3))
    pixels = np.round(samples * 255).astype(np.uint8)
    scaled = pixels.astype(np.float32) / np.float32(255)
    expected = as_written(scaled, codebook, bmus, lattice, 1.0)
    assert distortion(pixels, codebook, bmus, lattice, 1.0) == pytest.approx(expected, rel=1e-6)


def test_far_from_the_origin_nothing_cancels():
    # Squares of 1e6 with differences of 1: sums of squares would keep four digits.
    case = random_case((4, 4), shift=1000.0)
    assert distortion(*case, 0.7) == pytest.approx(as_written(*case, 0.7), rel=1e-9)


def test_samples_on_the_units_have_no_distortion_but_by_their_neighbours():
    _, codebook, _, lattice = random_case((3, 4))
    found = distortion(codebook, codebook, np.arange(12), lattice, 0.02)
    assert found == 0
    assert distortion(codebook, codebook, np.arange(12), lattice, 1.0) > 0.1


def test_without_neighbours_it_is_the_mean_squared_quantization_error():
    samples, codebook, bmus, lattice = random_case((4, 5))
    squares = np.square(cdist(samples, codebook).min(axis=1)).mean()
    assert distortion(samples, codebook, bmus, lattice, 0.02) == pytest.approx(squares)


def test_with_a_boundless_neighbourhood_every_unit_counts_alike():
    samples, codebook, bmus, lattice = random_case((4, 5))
    squares = np.square(cdist(samples, codebook)).sum(axis=1).mean()
    assert distortion(samples, codebook, bmus, lattice, 1e9) == pytest.approx(squares)


def test_no_samples_have_none():
    samples, codebook, bmus, lattice = random_case((2, 2), n_samples=0)
    assert distortion(samples, codebook, bmus, lattice, 1.0) is None
