"""What a classifier gets wrong: which digits it takes for which, and where it is surest."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..data.classes import N_CLASSES


class Confusion(NamedTuple):
    """How often each label was predicted as each class, and the share of each that was right.

    Attributes
    ----------
    counts : int64 array of shape (n_classes, n_classes)
        Rows are labels, columns are predictions.
    recalls : array of shape (n_classes,)
        0 for a class without samples.
    """

    counts: NDArray[np.int64]
    recalls: NDArray[np.float64]


def count_confusions(predictions: pd.DataFrame) -> Confusion:
    """Count the predictions of a table with `label` and `prediction`.

    Examples
    --------
    >>> frame = pd.DataFrame({"label": [3, 3, 5], "prediction": [3, 5, 5]})
    >>> found = count_confusions(frame)
    >>> found.counts[[3, 5]][:, [3, 5]]
    array([[1, 1],
           [0, 1]])
    >>> found.recalls[[3, 5]]
    array([0.5, 1. ])
    """
    counts = np.zeros((N_CLASSES, N_CLASSES), np.int64)
    np.add.at(counts, (predictions["label"].to_numpy(), predictions["prediction"].to_numpy()), 1)
    return Confusion(counts, np.diag(counts) / np.maximum(counts.sum(axis=1), 1))


def worst_mistakes(predictions: pd.DataFrame, n_mistakes: int) -> pd.DataFrame:
    """Return the mistakes made with the most confidence, the worst first."""
    wrong = predictions[predictions["label"] != predictions["prediction"]]
    return wrong.sort_values(["confidence", "sample"], ascending=[False, True]).head(n_mistakes)
