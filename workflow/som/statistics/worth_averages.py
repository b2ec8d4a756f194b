"""What the draws of `worth` give on average, and how far they spread."""

import numpy as np
import pandas as pd

from .intervals import Interval, wilson_interval

SHARES = ("share_of_all", "share_of_active")
# Columns that are averaged over the draws.
MEASURED = [
    *("active_units", "single_digit_units", *SHARES),
    *("null_mean", "null_low", "null_high"),
]


def average_draws(worth: pd.DataFrame) -> pd.DataFrame:
    """Return one row per codebook, set and number of images: means, and how far the draws spread.

    Parameters
    ----------
    worth : DataFrame
        As in `worth.parquet`: rows of `measure_worth` in `som.statistics.worth`.

    Returns
    -------
    DataFrame
        The mean of each measured column, and

        - the central 95 % of the draws of the two shares: `share_of_all_low`, `…_high`,
          `share_of_active_low`, `…_high`. Draws are parts of one set, so this spread is not that of
          new images;
        - what chance gives as a share of the same units: `null_share_of_all_mean`, `…_low`,
          `…_high`, and so for `share_of_active`;
        - `label_accuracy` with its 95 % interval `label_accuracy_low`, `…_high`; NaN where a set
          was not shown as a whole.
    """
    groups = worth.groupby(["codebook", "set", "n_images", "hits_per_unit"], sort=False)
    means = groups[MEASURED].mean()
    for share in SHARES:
        means[f"{share}_low"] = groups[share].quantile(0.025)
        means[f"{share}_high"] = groups[share].quantile(0.975)
        units = means["single_digit_units"] / means[share]  # All of them, or the active ones.
        for end in ("mean", "low", "high"):
            means[f"null_{share}_{end}"] = means[f"null_{end}"] / units
    averages = means.join(groups["label_accuracy"].first()).reset_index()
    accuracies = averages["label_accuracy"].to_numpy(float, na_value=np.nan)
    intervals = [
        Interval(np.nan, np.nan) if np.isnan(share) else wilson_interval(round(share * n), n)
        for share, n in zip(accuracies, averages["n_images"].tolist(), strict=True)
    ]
    low, high = np.reshape(intervals, (-1, 2)).T
    return averages.assign(label_accuracy_low=low, label_accuracy_high=high)
