"""The article's formula as printed: blocks give the loop's result, and all units become equal."""

import numpy as np
import pytest

from workflow.som.engine.online.printed import (
    train_epoch_as_printed,
    train_epoch_as_printed_plainly,
)
from workflow.som.model.initialisation import random_codebook


def digits(n_samples=400, n_features=30):
    generator = np.random.default_rng(2)
    return generator.integers(0, 256, (n_samples, n_features)).astype(np.uint8)


@pytest.mark.parametrize("radius", [0.5, 1.0, 3.0, 50.0])
@pytest.mark.parametrize("n_units", [1, 3, 70])
@pytest.mark.parametrize("n_samples", [1, 128, 300])
def test_blocks_are_the_loop(radius, n_units, n_samples):
    samples, codebook = digits(n_samples), random_codebook(1, n_units, 30)
    order = np.random.default_rng(0).permutation(n_samples)
    expected = train_epoch_as_printed_plainly(codebook, samples, order, radius, 0.5)
    for precision, tolerance in (("float64", 1e-6), ("float32", 2e-5)):
        counted = []
        found = train_epoch_as_printed(
            codebook, samples, order, radius, 0.5, precision=precision, report=counted.append
        )
        np.testing.assert_allclose(found, expected, atol=tolerance)
        assert sum(counted) == n_samples
        assert found.dtype == np.float32


@pytest.mark.parametrize("threads", [2, 3])
def test_the_number_of_threads_changes_no_bit(threads):
    samples, codebook, order = digits(), random_codebook(1, 50, 30), np.arange(400)
    one = train_epoch_as_printed(codebook, samples, order, 2.0, 0.5)
    more = train_epoch_as_printed(codebook, samples, order, 2.0, 0.5, threads=threads)
    np.testing.assert_array_equal(one, more)


def test_all_units_become_one():
    samples, codebook = digits(), random_codebook(1, 50, 30)
    found = train_epoch_as_printed(codebook, samples, np.arange(400), 50.0, 0.5)
    assert found.std(axis=0).max() < 1e-6 < codebook.std(axis=0).min()
