"""Tuning sees the training set only."""

import inspect

import numpy as np
import pytest

from workflow.som.classifier import selection
from workflow.som.classifier.heads import HEADS
from workflow.som.classifier.selection import (
    predict,
    split,
    stratified_order,
    tune,
    tune_and_predict,
)

OPTIONS = {"share": 0.25, "most": 1000, "seed": 0, "hidden_units": 8, "members": 1}


@pytest.fixture
def labels():
    return np.random.default_rng(0).integers(0, 10, 600).astype(np.uint8)


@pytest.fixture
def samples(labels):
    generator = np.random.default_rng(1)
    centres = generator.standard_normal((10, 6))
    return (centres[labels] + generator.standard_normal((600, 6))).astype(np.float32)


def test_every_beginning_of_a_stratified_order_has_the_labels_shares(labels):
    order = stratified_order(labels, np.random.default_rng(2))
    assert sorted(order) == list(range(len(labels)))
    shares = np.bincount(labels) / len(labels)
    for size in (50, 100, 333):
        expected = shares * size
        assert (np.abs(np.bincount(labels[order[:size]], minlength=10) - expected) <= 1.5).all()


def test_split_parts_share_nothing_and_obey_their_sizes(labels):
    fitted, validation = split(labels, 0.2, 300, seed=0)
    assert len(fitted) == 300 and len(validation) == 120
    assert not set(fitted) & set(validation)
    assert len(split(labels, 0.2, 10_000, seed=0)[0]) == 480
    assert not np.array_equal(fitted, split(labels, 0.2, 300, seed=1)[0])


@pytest.mark.parametrize("head", HEADS)
def test_tuning_finds_the_best_of_the_grid(head, samples, labels):
    choice = tune(head, samples, labels, **OPTIONS)
    fitted, validation = split(labels, 0.25, 1000, seed=0)
    accuracies = []
    for parameters in HEADS[head].grid:
        model = HEADS[head].build(parameters, hidden_units=8, members=1, seed=0)
        model.fit(samples[fitted], labels[fitted])
        found = predict(model, samples[validation]).labels
        accuracies.append((found == labels[validation]).mean())
    assert choice.validation_accuracy == max(accuracies)
    assert choice.parameters == HEADS[head].grid[int(np.argmax(accuracies))]


def test_no_label_of_the_test_set_can_enter():
    for function in (tune, tune_and_predict):
        assert [name for name in inspect.signature(function).parameters if "label" in name] == [
            "labels"
        ]


@pytest.mark.parametrize("head", HEADS)
def test_the_choice_does_not_depend_on_the_test_set(head, samples, labels):
    training, test = slice(0, 400), samples[400:]
    first = tune_and_predict(head, samples[training], labels[training], test, **OPTIONS)
    other = tune_and_predict(head, samples[training], labels[training], test[::-1], **OPTIONS)
    assert first.choice == other.choice
    np.testing.assert_array_equal(first.predictions.labels, other.predictions.labels[::-1])


def test_after_tuning_all_training_samples_are_learnt(samples, labels, monkeypatch):
    seen = []

    class Spy:
        classes_ = np.arange(10)

        def fit(self, features, labels):
            seen.append(len(labels))

        def predict_proba(self, features):
            return np.full((len(features), 10), 0.1)

    spy = selection.HEADS["ridge"]._replace(build=lambda *_, **__: Spy())
    monkeypatch.setitem(selection.HEADS, "ridge", spy)
    tune_and_predict("ridge", samples, labels, samples, **OPTIONS)
    assert seen == [450] * len(spy.grid) + [600]
