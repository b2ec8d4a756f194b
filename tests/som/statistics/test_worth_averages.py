"""Averages over the draws, worked by hand."""

import numpy as np
import pandas as pd
import pytest

from tests.som.statistics.worth_tables import ACCURACIES, worth
from workflow.som.statistics.intervals import wilson_interval
from workflow.som.statistics.worth_averages import average_draws


def test_draws_are_averaged_and_their_spread_kept():
    averages = average_draws(worth()).set_index(["codebook", "set", "n_images"])
    assert len(averages) == 3 * 3
    row = averages.loc[("map", "test", 50)]
    assert row["single_digit_units"] == 7
    assert row["share_of_all"] == pytest.approx(0.07)
    assert row["share_of_all_low"] == pytest.approx(0.05 + 0.025 * 0.04)
    assert row["share_of_all_high"] == pytest.approx(0.09 - 0.025 * 0.04)
    assert row["share_of_active"] == pytest.approx((5 / 10 + 9 / 12) / 2)
    assert pd.isna(row["label_accuracy"])
    whole = averages.loc[("map", "test", 100)]
    assert whole["share_of_all_low"] == whole["share_of_all"] == whole["share_of_all_high"]
    assert whole["label_accuracy"] == 0.94


def test_accuracies_have_intervals_where_a_set_is_whole():
    averages = average_draws(worth())
    ends = averages[["label_accuracy_low", "label_accuracy_high"]].to_numpy()
    whole = (averages["set"] == "test") & (averages["n_images"] == 100)
    expected = [wilson_interval(round(100 * share), 100) for share in ACCURACIES.values()]
    np.testing.assert_array_equal(ends[whole], expected)
    assert np.isnan(ends[averages["n_images"] == 50]).all()


@pytest.mark.parametrize(("share", "units"), [("share_of_all", 100), ("share_of_active", 20)])
def test_chance_is_a_share_of_the_same_units(share, units):
    row = average_draws(worth(["map"])).set_index("n_images").loc[100]
    found = row[[f"null_{share}_{end}" for end in ("mean", "low", "high")]].astype(float)
    np.testing.assert_allclose(found, np.array([3, 2, 4]) / units)
