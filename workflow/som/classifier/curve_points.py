"""The points of a learning curve: means over the draws of a size, and how far these spread."""

import pandas as pd


def curve_points(curve: pd.DataFrame) -> pd.DataFrame:
    """Return mean, lowest and highest accuracy per set of features and number of labels.

    Parameters
    ----------
    curve : DataFrame
        As `learning_curve.parquet`: `features`, `n_labels`, `draw`, `test_accuracy`, and the
        interval `low`, `high`.

    Returns
    -------
    DataFrame
        `features`, `n_labels`, `mean`, `min`, `max`, `size` (number of draws). A size that was
        drawn once has its 95 % interval in place of `min` and `max`.
    """
    groups = curve.groupby(["features", "n_labels"], sort=True)["test_accuracy"]
    points = groups.agg(["mean", "min", "max", "size"]).reset_index()
    alone = curve.drop_duplicates(["features", "n_labels"]).set_index(["features", "n_labels"])
    single = points["size"] == 1
    keys = pd.MultiIndex.from_frame(points.loc[single, ["features", "n_labels"]])
    points.loc[single, "min"] = alone.loc[keys, "low"].to_numpy()
    points.loc[single, "max"] = alone.loc[keys, "high"].to_numpy()
    return points
