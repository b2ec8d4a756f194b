"""Parameters chosen on a part of the training set; the test set is scored once, at the end."""

import time
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from .heads import HEADS, Features, Labels, class_probabilities


class Choice(NamedTuple):
    """The parameters chosen and the validation accuracy that they reached."""

    parameters: dict[str, float]
    validation_accuracy: float


class Predictions(NamedTuple):
    """Predicted labels and the probability given to them, each of (n_samples,)."""

    labels: NDArray[np.uint8]
    confidence: NDArray[np.float32]


class Result(NamedTuple):
    """What one head makes of one set of features."""

    choice: Choice
    predictions: Predictions
    seconds: float


def stratified_order(labels: Labels, generator: np.random.Generator) -> NDArray[np.int64]:
    """Return a random order of samples of which every beginning has the labels' shares.

    Examples
    --------
    >>> labels = np.array([0] * 6 + [1] * 3)
    >>> order = stratified_order(labels, np.random.default_rng(0))
    >>> labels[order].tolist()
    [0, 1, 0, 0, 1, 0, 0, 1, 0]
    """
    shuffled = generator.permutation(len(labels))
    # How far each sample stands in the shuffled row of its own label, from 0 to 1.
    places = np.empty(len(labels))
    for label in np.unique(labels):
        members = np.flatnonzero(labels[shuffled] == label)
        places[members] = (np.arange(len(members)) + 0.5) / len(members)
    return shuffled[np.argsort(places, kind="stable")]


def split(
    labels: Labels, share: float, most: int, *, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Split samples, stratified by label, into at most `most` to fit on and a share to validate."""
    order = stratified_order(labels, np.random.default_rng([seed, 4]))
    n_validation = max(round(share * len(labels)), 1)
    return np.sort(order[n_validation:][:most]), np.sort(order[:n_validation])


@threadpool_limits.wrap(limits=1)
def tune(
    head: str,
    features: Features,
    labels: Labels,
    *,
    share: float,
    most: int,
    seed: int,
    **committee: Any,
) -> Choice:
    """Choose a head's parameters on a validation part of the training set; the first of equals.

    Parameters
    ----------
    head : str
        A key of `HEADS`.
    features, labels : arrays of n_samples
        Of the training set, and nothing else.
    share : float
        Part of the samples that validates.
    most : int
        Samples to fit on at most: a bound on the time of tuning.
    seed : int
    **committee
        Of `NoisyMlp`; one member is enough to choose.
    """
    fitted, validation = split(labels, share, most, seed=seed)
    choices = []
    for parameters in HEADS[head].candidates(features):
        model = HEADS[head].build(parameters, **{**committee, "members": 1, "seed": seed})
        model.fit(features[fitted], labels[fitted])
        found = predict(model, features[validation]).labels
        choices.append(Choice(parameters, float((found == labels[validation]).mean())))
    return max(choices, key=lambda choice: choice.validation_accuracy)


def predict(model: Any, features: Features) -> Predictions:
    """Return a model's predictions, and the probability that it gives to each."""
    probabilities = class_probabilities(model, features)
    best = probabilities.argmax(axis=1)
    confidence = probabilities[np.arange(len(best)), best]
    return Predictions(model.classes_[best].astype(np.uint8), confidence.astype(np.float32))


@threadpool_limits.wrap(limits=1)
def tune_and_predict(
    head: str,
    training: Features,
    labels: Labels,
    test: Features,
    *,
    share: float,
    most: int,
    seed: int,
    **committee: Any,
) -> Result:
    """Tune a head on the training set, fit it on all of that, and predict the test set once.

    No label of the test set comes in here.
    """
    started = time.perf_counter()
    choice = tune(head, training, labels, share=share, most=most, seed=seed, **committee)
    model = HEADS[head].build(choice.parameters, **{**committee, "seed": seed})
    model.fit(training, labels)
    return Result(choice, predict(model, test), time.perf_counter() - started)
