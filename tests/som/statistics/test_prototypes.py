"""The controls: random images are images, and k-means is scikit-learn's or near to it."""

import numpy as np
import pytest
from sklearn.cluster import KMeans

from workflow.som.engine.search.find import find_two_nearest
from workflow.som.files.errors import SomError
from workflow.som.statistics.prototypes import (
    choose_random_images,
    fit_lloyd_k_means,
    fit_mini_batch_k_means,
    take_shuffled_images,
)


def random_samples(n_samples=400, n_features=12):
    generator = np.random.default_rng(0)
    return generator.integers(0, 256, (n_samples, n_features)).astype(np.uint8)


def test_random_images_are_distinct_samples_and_repeat_for_a_seed():
    samples = random_samples()
    chosen = choose_random_images(samples, 50, seed=3)
    assert chosen.dtype == np.float32
    features = {tuple(row) for row in samples.astype(np.float32) / np.float32(255)}
    rows = {tuple(row) for row in chosen}
    assert len(rows) == 50 and rows <= features
    np.testing.assert_array_equal(chosen, choose_random_images(samples, 50, seed=3))
    assert not np.array_equal(chosen, choose_random_images(samples, 50, seed=4))


def test_as_many_prototypes_as_samples_are_all_of_them():
    samples = random_samples(20)
    np.testing.assert_array_equal(
        choose_random_images(samples, 20, seed=0), samples.astype(np.float32) / np.float32(255)
    )


def test_more_prototypes_than_samples_are_refused():
    with pytest.raises(SomError, match=r"21 prototypes cannot be chosen from 20 images; use"):
        fit_lloyd_k_means(random_samples(20), 21, epochs=1, seed=0)


@pytest.mark.parametrize("epochs", [1, 4])
def test_scikit_learn_takes_the_same_steps(epochs):
    samples = random_samples()
    features = samples.astype(np.float32) / np.float32(255)
    peer = KMeans(
        15, init=choose_random_images(samples, 15, seed=5), n_init=1, max_iter=epochs, tol=0,
        algorithm="lloyd",
    )  # fmt: skip
    peer.fit(features.astype(np.float64))
    # scikit-learn's centres are those after its last step, as here.
    found = fit_lloyd_k_means(samples, 15, epochs=epochs, seed=5)
    np.testing.assert_allclose(found, peer.cluster_centers_, atol=1e-6)


def test_each_epoch_brings_prototypes_nearer_whatever_the_threads():
    samples = random_samples()
    errors = []
    for epochs in range(5):
        codebook = fit_lloyd_k_means(samples, 20, epochs=epochs, seed=1, threads=1)
        np.testing.assert_array_equal(
            codebook, fit_lloyd_k_means(samples, 20, epochs=epochs, seed=1, threads=3)
        )
        errors.append(float(np.square(find_two_nearest(samples, codebook).distances).sum()))
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < errors[0]


def test_a_prototype_that_nothing_is_nearest_to_stays():
    # Two equal samples: the second of the two equal prototypes wins none, the lowest index does.
    samples = np.array([[0.0], [0.0], [1.0]], dtype=np.float32)
    np.testing.assert_array_equal(fit_lloyd_k_means(samples, 3, epochs=2, seed=0), [[0], [0], [1]])


def test_every_epoch_is_reported():
    reported = []
    fit_lloyd_k_means(random_samples(30), 5, epochs=3, seed=0, report=reported.append)
    assert reported == [1, 1, 1]


def test_shuffled_images_are_distinct_samples_and_another_draw():
    samples = random_samples(300)
    chosen = take_shuffled_images(samples, 40, seed=0)
    rows = {tuple(row) for row in (samples / np.float32(255)).astype(np.float32)}
    assert len({tuple(row) for row in chosen}) == 40
    assert all(tuple(row) in rows for row in chosen)
    assert not np.array_equal(chosen, take_shuffled_images(samples, 40, seed=1))
    assert not np.array_equal(chosen, choose_random_images(samples, 40, seed=0))
    assert len(take_shuffled_images(samples, 1000, seed=0)) == 300


def test_mini_batch_centres_are_nearer_to_the_samples_than_random_images():
    images = random_samples(300)

    def error(prototypes):
        return np.square(find_two_nearest(images, prototypes).distances).mean()

    centres = fit_mini_batch_k_means(images, 20, seed=0)
    assert centres.shape == (20, 12) and centres.dtype == np.float32
    assert error(centres) < error(take_shuffled_images(images, 20, seed=0))
    np.testing.assert_array_equal(centres, fit_mini_batch_k_means(images, 20, seed=0))
