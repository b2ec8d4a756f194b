import numpy as np
import pandas as pd

from workflow.som.classifier.curve_points import curve_points


def test_points_are_means_of_draws_and_intervals_of_a_single_one():
    curve = pd.DataFrame(
        {
            "features": ["pixels"] * 3,
            "n_labels": [100, 100, 4000],
            "draw": [0, 1, 0],
            "test_accuracy": [0.7, 0.8, 0.95],
            "low": [0.6, 0.7, 0.94],
            "high": [0.8, 0.9, 0.96],
        }
    )
    ends = curve_points(curve).set_index("n_labels")[["mean", "min", "max"]].astype(float)
    np.testing.assert_allclose(ends.loc[100], [0.75, 0.7, 0.8])
    np.testing.assert_allclose(ends.loc[4000], [0.95, 0.94, 0.96])
