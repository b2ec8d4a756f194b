"""The classifiers: the same heads, with the same grids, for every set of features."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.neural_network import MLPClassifier

# Dense or sparse rows; SciPy brings no types.
Features = Any
Labels = NDArray[np.integer]
Parameters = Mapping[str, float]

# Mini-batches of an MLP, and passes over the samples; few samples get smaller batches and more.
BATCH_SIZE, LEAST_BATCH_SIZE = 200, 10
EPOCHS, LEAST_STEPS = 20, 500
# Steps of L-BFGS at most: a bound on time, which `tol` mostly undercuts.
LOGISTIC_STEPS = 200


class Classifier(Protocol):
    """What selection asks of a head's model."""

    classes_: NDArray[np.integer]

    def fit(self, features: Features, labels: Labels) -> Any:
        """Learn from features of shape (n_samples, n_features)."""


def batches_and_passes(n_samples: int) -> tuple[int, int]:
    """Return the size of mini-batches and the passes with which an MLP learns from samples.

    Examples
    --------
    >>> batches_and_passes(60_000), batches_and_passes(100)
    ((200, 20), (10, 50))
    """
    batch_size = min(n_samples, max(LEAST_BATCH_SIZE, min(BATCH_SIZE, n_samples // 10)))
    return batch_size, max(EPOCHS, -(-LEAST_STEPS * batch_size // n_samples))


class NoisyMlp:
    """A committee of small multilayer perceptrons that learn from features with noise.

    White noise on the features, drawn again in each pass, is Tikhonov regularisation in the limit
    (Bishop 1995, Neural Computation 7:108); sparse features go without. Each member's weights are
    the mean over the second half of its passes (Polyak and Juditsky 1992), which does what a
    falling learning rate would; the committee averages probabilities.

    Parameters
    ----------
    noise : float
        Standard deviation of the noise; features have about 1.
    hidden_units, members : int
    seed : int
    report : callable, optional
        Called after each pass.
    """

    def __init__(
        self,
        noise: float,
        *,
        hidden_units: int,
        members: int,
        seed: int,
        report: Callable[[], object] | None = None,
    ) -> None:
        self.noise, self.hidden_units = noise, hidden_units
        self.members, self.seed, self.report = members, seed, report
        self.models: list[MLPClassifier] = []

    def fit(self, features: Features, labels: Labels) -> "NoisyMlp":
        """Train the members, each from a seed of its own."""
        self.classes_ = np.unique(labels)
        self.models = [self._member(features, labels, number) for number in range(self.members)]
        return self

    def predict_proba(self, features: Features) -> NDArray[np.floating]:
        """Return the mean probabilities of the classes, (n_samples, n_classes)."""
        parts = [model.predict_proba(features) for model in self.models]
        mean: NDArray[np.floating] = np.mean(parts, axis=0)
        return mean

    def _member(self, features: Features, labels: Labels, number: int) -> MLPClassifier:
        batch_size, epochs = batches_and_passes(len(labels))
        seeds = np.random.SeedSequence([self.seed, number])
        generator = np.random.default_rng(seeds)
        model = MLPClassifier(
            self.hidden_units, batch_size=batch_size, random_state=int(seeds.generate_state(1)[0])
        )
        means: list[NDArray[np.floating]] = []
        for epoch in range(epochs):
            noisy = features
            if self.noise and not issparse(features):
                noisy = generator.standard_normal(features.shape, dtype=np.float32)
                noisy *= np.float32(self.noise)
                noisy += features
            model.partial_fit(noisy, labels, classes=self.classes_)
            means = _updated(means, [*model.coefs_, *model.intercepts_], epoch - epochs // 2)
            if self.report:
                self.report()
        model.coefs_, model.intercepts_ = means[: len(means) // 2], means[len(means) // 2 :]
        return model


def _updated(
    means: list[NDArray[np.floating]], weights: list[NDArray[np.floating]], earlier: int
) -> list[NDArray[np.floating]]:
    """Return the means over `earlier` weights and these; copies, where there are none earlier."""
    if earlier <= 0:
        return [weight.copy() for weight in weights]
    return [
        mean + (weight - mean) / (earlier + 1) for mean, weight in zip(means, weights, strict=True)
    ]


class Head(NamedTuple):
    """A kind of classifier: the values tried, and how one is made of them."""

    grid: tuple[dict[str, float], ...]
    build: Callable[..., Classifier]

    def candidates(self, features: Features) -> tuple[dict[str, float], ...]:
        """Return the values to try: sparse features take no noise, so that none is tried."""
        without = tuple({"noise": 0.0} for values in self.grid[:1] if "noise" in values)
        return without if without and issparse(features) else self.grid


def _logistic(parameters: Parameters, **_: Any) -> Classifier:
    return LogisticRegression(C=parameters["C"], max_iter=LOGISTIC_STEPS, tol=1e-3)


def _ridge(parameters: Parameters, **_: Any) -> Classifier:
    return RidgeClassifier(alpha=parameters["alpha"])


def _mlp(parameters: Parameters, **committee: Any) -> Classifier:
    return NoisyMlp(parameters["noise"], **committee)


HEADS = {
    "logistic": Head(tuple({"C": 10.0**power} for power in range(-3, 3)), _logistic),
    "ridge": Head(tuple({"alpha": 10.0**power} for power in range(-2, 4)), _ridge),
    "mlp": Head(tuple({"noise": value} for value in (0.25, 0.5, 0.75, 1.0, 1.5)), _mlp),
}


def class_probabilities(model: Any, features: Features) -> NDArray[np.floating]:
    """Return probabilities of the classes; for ridge the softmax of its decision values."""
    if hasattr(model, "predict_proba"):
        return np.asarray(model.predict_proba(features))
    values = model.decision_function(features)
    if values.ndim == 1:  # Of two classes scikit-learn gives one value.
        values = np.stack([-values, values], axis=1)
    return np.asarray(softmax(values, axis=1))
