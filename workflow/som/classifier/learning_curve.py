"""Accuracy against the number of labels: the same head, learning from ever more images."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..statistics.intervals import wilson_interval
from .heads import Labels
from .selection import stratified_order

# Predicts test labels from the samples that were drawn, and the number of the draw.
Predictor = Callable[[NDArray[np.int64], int], NDArray[np.uint8]]


def sizes_for(sizes: Sequence[int], n_samples: int) -> list[int]:
    """Return the sizes below the number of training samples, and all of them last.

    Examples
    --------
    >>> sizes_for([100, 1000, 10_000], 4000)
    [100, 1000, 4000]
    """
    return [*sorted(size for size in sizes if size < n_samples), n_samples]


def n_draws(size: int, most: int, n_samples: int) -> int:
    """Return how often a size is drawn: fewer times where draws would overlap much.

    Examples
    --------
    >>> [n_draws(size, 5, 60_000) for size in (100, 10_000, 30_000, 60_000)]
    [5, 3, 1, 1]
    """
    return max(1, min(most, n_samples // (2 * size)))


def draw_samples(labels: Labels, size: int, *, seed: int, draw: int) -> NDArray[np.int64]:
    """Return the indices of `size` training samples, stratified by label."""
    if size >= len(labels):
        return np.arange(len(labels))
    return np.sort(stratified_order(labels, np.random.default_rng([seed, 3, draw]))[:size])


def learning_rows(
    predict: Predictor,
    labels: Labels,
    test_labels: Labels,
    sizes: Sequence[int],
    *,
    draws: int,
    seed: int,
    report: Callable[[int], object] | None = None,
) -> pd.DataFrame:
    """Return one row per size and draw: the test accuracy after learning from these labels.

    Parameters
    ----------
    predict : callable
        Given the indices of training samples and the draw's number, returns test predictions.
    labels, test_labels : integer arrays
    sizes : integers
        As `sizes_for` returns them.
    draws : int
        Draws per size at most; every set of features gets the same ones.
    seed : int
    report : callable, optional
        Called with each size that is done.
    """
    rows = []
    for size in sizes:
        for draw in range(n_draws(size, draws, len(labels))):
            drawn = draw_samples(labels, size, seed=seed, draw=draw)
            n_correct = int((predict(drawn, draw) == test_labels).sum())
            accuracy = n_correct / len(test_labels)
            low, high = wilson_interval(n_correct, len(test_labels))
            row = {"n_labels": len(drawn), "draw": draw, "test_accuracy": accuracy}
            rows.append(row | {"low": low, "high": high})
            if report:
                report(size)
    return pd.DataFrame(rows)
