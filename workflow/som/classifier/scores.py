"""What is measured for one set of features, as tables; and which of the map's models is best."""

import json
import logging
import time
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..config.classifier_settings import Settings
from ..config.feature_set_names import NEAREST_NEIGHBOUR
from ..data.datasets import Images
from ..files.logs import Progress
from ..model.lattice import Lattice
from ..model.samples import Samples
from ..statistics.intervals import wilson_interval
from .feature_sets import make_features
from .features import Array
from .heads import HEADS, batches_and_passes
from .learning_curve import learning_rows, n_draws, sizes_for
from .nearest_neighbour import nearest_neighbour
from .selection import Choice, Predictions, Result, tune_and_predict

logger = logging.getLogger(__name__)

# The head of the learning curve, alone and not as a committee.
CURVE_HEAD = "mlp"


def measure_features(
    name: str,
    training: Images[Samples],
    test: Images[Samples],
    codebook: Array,
    lattice: Lattice,
    settings: Settings,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the scores of every head on one set of features, and their test predictions.

    Parameters
    ----------
    name : str
        A key of `FEATURE_SETS`, or `NEAREST_NEIGHBOUR`, which is its own only head.
    training, test : Images
    codebook : float32 array of shape (n_units, n_features)
    lattice : Lattice
    settings : Settings

    Returns
    -------
    scores, predictions : DataFrames
    """
    if name == NEAREST_NEIGHBOUR:
        started = time.perf_counter()
        labels = nearest_neighbour(training.pixels, training.labels, test.pixels)
        confidence = np.full(len(labels), np.nan, np.float32)
        seconds = time.perf_counter() - started
        results = {name: Result(Choice({}, np.nan), Predictions(labels, confidence), seconds)}
    else:
        results = _measure_heads(name, training, test, codebook, lattice, settings)
    rows = [score_row(name, head, result, test.labels) for head, result in results.items()]
    predictions = [
        pd.DataFrame(
            {
                "features": name,
                "head": head,
                "sample": test.sample,
                "label": test.labels,
                "prediction": result.predictions.labels,
                "confidence": result.predictions.confidence,
            }
        )
        for head, result in results.items()
    ]
    return pd.DataFrame(rows), pd.concat(predictions, ignore_index=True)


def _measure_heads(
    name: str,
    training: Images[Samples],
    test: Images[Samples],
    codebook: Array,
    lattice: Lattice,
    settings: Settings,
) -> dict[str, Result]:
    features = _features(name, training, test, codebook, lattice, settings)
    results = {}
    n_candidates = len(HEADS["mlp"].candidates(features.training))
    n_passes = _passes(len(training.labels), n_candidates, settings)
    for head in HEADS:
        with Progress(total=n_passes if head == "mlp" else None, desc=f"{name}: {head}") as bar:
            results[head] = tune_and_predict(
                head,
                features.training,
                training.labels,
                features.test,
                share=settings.validation_share,
                most=settings.tuning_samples,
                seed=settings.seed,
                hidden_units=settings.hidden_units,
                members=settings.members,
                report=bar.update,
            )
        logger.info("%s, %s: chosen %s", name, head, results[head].choice)
    return results


def _passes(n_samples: int, n_candidates: int, settings: Settings) -> int:
    """Return the passes that the MLPs of one set of features take in all."""
    n_validation = round(settings.validation_share * n_samples)
    n_fitted = min(n_samples - n_validation, settings.tuning_samples)
    tuning = n_candidates * batches_and_passes(n_fitted)[1]
    return tuning + settings.members * batches_and_passes(n_samples)[1]


def _features(
    name: str,
    training: Images[Samples],
    test: Images[Samples],
    codebook: Array,
    lattice: Lattice,
    settings: Settings,
) -> Any:
    total = len(training.labels) + len(test.labels)
    with Progress(total=total, desc=f"{name}: responses", unit_scale=True) as bar:
        return make_features(
            name, training.pixels, test.pixels, codebook, lattice, settings, report=bar.update
        )


def score_row(name: str, head: str, result: Result, labels: NDArray[np.integer]) -> dict[str, Any]:
    """Return how well one head does on one set of features, with Wilson's 95 % interval."""
    n_correct = int((result.predictions.labels == labels).sum())
    low, high = wilson_interval(n_correct, len(labels))
    return {
        "features": name,
        "head": head,
        "parameters": json.dumps(result.choice.parameters),
        "validation_accuracy": result.choice.validation_accuracy,
        "test_accuracy": n_correct / len(labels),
        "low": low,
        "high": high,
        "n_mistakes": len(labels) - n_correct,
        "n_samples": len(labels),
        "seconds": result.seconds,
    }


def measure_learning_curve(
    name: str,
    training: Images[Samples],
    test: Images[Samples],
    codebook: Array,
    lattice: Lattice,
    settings: Settings,
) -> pd.DataFrame:
    """Return the accuracy of one set of features against the number of labels.

    Prototypes and axes come from all training images, without labels; within each draw the head is
    tuned again. Parameters are those of `measure_features`.
    """
    labels, sizes = training.labels, sizes_for(settings.training_sizes, len(training.labels))
    if name == NEAREST_NEIGHBOUR:

        def predict(drawn: NDArray[np.int64], draw: int) -> NDArray[np.uint8]:
            return nearest_neighbour(training.pixels[drawn], labels[drawn], test.pixels)

    else:
        features = _features(name, training, test, codebook, lattice, settings)

        def predict(drawn: NDArray[np.int64], draw: int) -> NDArray[np.uint8]:
            return tune_and_predict(
                CURVE_HEAD,
                features.training[drawn],
                labels[drawn],
                features.test,
                share=settings.validation_share,
                most=settings.tuning_samples,
                seed=settings.seed + draw,
                hidden_units=settings.hidden_units,
                members=1,
            ).predictions.labels

    # The time of a draw is about in proportion to its size.
    total = sum(size * n_draws(size, settings.draws, len(labels)) for size in sizes)
    with Progress(total=total, desc=f"{name}: learning curve", unit_scale=True) as bar:
        rows = learning_rows(
            predict,
            labels,
            test.labels,
            sizes,
            draws=settings.draws,
            seed=settings.seed,
            report=bar.update,
        )
    rows.insert(0, "features", name)
    return rows


def best_of_map(scores: pd.DataFrame) -> pd.Series:
    """Return the row of the map's model that was best on the validation split."""
    of_map = scores[scores["features"].str.startswith("map_")]
    return of_map.iloc[int(of_map["validation_accuracy"].argmax())]


def best_predictions(
    predictions: pd.DataFrame, activations: pd.DataFrame, best: pd.Series
) -> pd.DataFrame:
    """Return the predictions of one model with the BMU of each test sample and its place."""
    chosen = (predictions["features"] == best["features"]) & (predictions["head"] == best["head"])
    frame = predictions[chosen].drop(columns=["features", "head"])
    place = activations[["sample", "bmu", "row", "column"]]
    return frame.merge(place, on="sample", validate="one_to_one").reset_index(drop=True)
