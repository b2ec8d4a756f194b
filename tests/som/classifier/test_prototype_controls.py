"""Prototypes of the controls, and 1-NN against scikit-learn's."""

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from workflow.som.classifier.prototype_controls import (
    k_means_prototypes,
    nearest_neighbour,
    random_prototypes,
)


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 256, (300, 12)).astype(np.uint8)


def test_random_prototypes_are_different_samples(images):
    prototypes = random_prototypes(images, 40, seed=0)
    rows = {tuple(row) for row in (images / np.float32(255)).astype(np.float32)}
    assert len({tuple(row) for row in prototypes}) == 40
    assert all(tuple(row) in rows for row in prototypes)
    assert not np.array_equal(prototypes, random_prototypes(images, 40, seed=1))
    assert len(random_prototypes(images, 1000, seed=0)) == 300


def test_k_means_is_nearer_to_the_samples_than_random_prototypes(images):
    samples = images.astype(np.float64) / 255

    def error(prototypes):
        squares = np.square(samples[:, None] - prototypes).sum(axis=2)
        return squares.min(axis=1).mean()

    centres = k_means_prototypes(images, 20, seed=0)
    assert centres.shape == (20, 12) and centres.dtype == np.float32
    assert error(centres) < error(random_prototypes(images, 20, seed=0))
    np.testing.assert_array_equal(centres, k_means_prototypes(images, 20, seed=0))


def test_nearest_neighbour_is_scikit_learns(images):
    labels = np.random.default_rng(1).integers(0, 10, 250).astype(np.uint8)
    witness = KNeighborsClassifier(1, algorithm="brute").fit(images[:250] / 255.0, labels)
    found = nearest_neighbour(images[:250], labels, images[250:])
    np.testing.assert_array_equal(found, witness.predict(images[250:] / 255.0))
