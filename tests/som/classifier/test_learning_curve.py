"""Draws of labels: stratified, nested, the same for all features; rows count what they should."""

import numpy as np
import pytest

from workflow.som.classifier.learning_curve import draw_samples, learning_rows, n_draws, sizes_for


@pytest.fixture
def labels():
    return np.random.default_rng(0).integers(0, 10, 1000).astype(np.uint8)


def test_sizes_end_with_all_samples():
    assert sizes_for([3000, 100], 3000) == [100, 3000]
    assert sizes_for([100], 50) == [50]


def test_draws_are_stratified_nested_and_differ(labels):
    small, large = (draw_samples(labels, size, seed=0, draw=1) for size in (100, 400))
    assert set(small) < set(large)
    assert len(set(small)) == 100
    shares = np.bincount(labels) / len(labels)
    assert (np.abs(np.bincount(labels[small], minlength=10) - 100 * shares) <= 1.5).all()
    assert not np.array_equal(small, draw_samples(labels, 100, seed=0, draw=2))
    assert not np.array_equal(small, draw_samples(labels, 100, seed=1, draw=1))
    assert draw_samples(labels, 1000, seed=0, draw=1).tolist() == list(range(1000))


def test_rows_have_the_accuracy_of_what_was_predicted(labels):
    asked = []

    def predict(drawn, draw):
        asked.append((len(drawn), draw))
        # As many right as samples drawn, of 1000.
        return np.where(np.arange(1000) < len(drawn), labels, 11)

    frame = learning_rows(predict, labels, labels, [100, 500, 1000], draws=3, seed=0)
    assert asked == [(100, 0), (100, 1), (100, 2), (500, 0), (1000, 0)]
    np.testing.assert_allclose(frame["test_accuracy"], frame["n_labels"] / 1000)
    assert (
        (frame["low"] <= frame["test_accuracy"]) & (frame["test_accuracy"] <= frame["high"])
    ).all()


@pytest.mark.parametrize("size", [1, 10, 400, 600, 1000])
def test_draws_never_take_half_of_the_samples_in_common(size):
    assert size * n_draws(size, 5, 1000) <= 1000
