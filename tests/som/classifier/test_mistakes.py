"""Confusions and the worst mistakes of a small table, counted by hand."""

import numpy as np
import pandas as pd
import pytest

from workflow.som.classifier.mistakes import count_confusions, worst_mistakes


@pytest.fixture
def predictions():
    return pd.DataFrame(
        {
            "sample": range(6),
            "label": np.uint8([3, 3, 3, 5, 9, 0]),
            "prediction": np.uint8([3, 5, 5, 5, 4, 0]),
            "confidence": np.float32([0.9, 0.6, 0.8, 0.7, 0.8, 1.0]),
        }
    )


def test_confusion_counts_labels_by_predictions(predictions):
    counts, recalls = count_confusions(predictions)
    assert counts.sum() == 6
    assert counts[3, 5] == 2 and counts[5, 3] == 0 and counts[9, 4] == 1
    np.testing.assert_allclose(recalls, [1, 0, 0, 1 / 3, 0, 1, 0, 0, 0, 0])


def test_worst_mistakes_are_the_most_confident_ones(predictions):
    assert worst_mistakes(predictions, 2)["sample"].tolist() == [2, 4]
    assert worst_mistakes(predictions, 9)["sample"].tolist() == [2, 4, 1]
