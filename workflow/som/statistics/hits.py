"""Which samples landed on which units, class by class."""

import numpy as np
from numpy.typing import NDArray

from ..data.classes import N_CLASSES


def count_hits(
    bmus: NDArray[np.integer],
    labels: NDArray[np.integer],
    n_units: int,
    n_classes: int = N_CLASSES,
) -> NDArray[np.int64]:
    """Count the samples of each class on each unit.

    Returns
    -------
    int64 array of shape (n_units, n_classes)

    Examples
    --------
    >>> count_hits(np.array([1, 1, 0]), np.array([7, 7, 3]), 2)[:, [3, 7]]
    array([[1, 0],
           [0, 2]])
    """
    cells = bmus.astype(np.int64) * n_classes + labels
    return np.bincount(cells, minlength=n_units * n_classes).reshape(n_units, n_classes)


def label_units(training_counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the class of most training samples on each unit, (n_units,); -1 where there are none.

    Of equals it is the first.
    """
    return np.where(training_counts.any(axis=1), training_counts.argmax(axis=1), -1)


def dead_by_chance(n_units: int, n_samples: int) -> float:
    """Return how many units would win no sample if each fell on any unit with equal chance.

    Examples
    --------
    >>> dead_by_chance(2, 1)
    1.0
    """
    return float(n_units * (1 - 1 / n_units) ** n_samples)
