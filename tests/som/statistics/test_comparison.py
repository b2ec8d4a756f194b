"""Rows of a comparison, and means with intervals, against SciPy and by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from workflow.som.statistics.comparison import (
    MEASURES,
    PURITY_COLUMNS,
    QUALITY_COLUMNS,
    comparison_row,
    with_intervals,
)


def runs_of(**values):
    names = [name for name, own in values.items() for _ in own]
    return pd.DataFrame(
        {"experiment": names, "map_purity": [value for own in values.values() for value in own]}
    )


def test_a_row_takes_over_what_the_summaries_say(make_experiment):
    purity = {key: number for number, key in enumerate(PURITY_COLUMNS)}
    purity |= {"experiment": "tiny", "seed": 4, "epoch": 3, "shape": [3, 4]}
    purity["permuted_single_digit_units"] = {"mean": 7.5, "low": 6, "high": 9}
    quality = {key: -number for number, key in enumerate(QUALITY_COLUMNS)}
    quality["preservation"] = [
        {"n_neighbours": 10, "trustworthiness": 0.9, "continuity": 0.8},
        {"n_neighbours": 20, "trustworthiness": 0.7, "continuity": 0.6},
    ]
    row = comparison_row(make_experiment(), purity, quality)
    assert row["shape"] == "3×4"
    assert row["radius"] == pytest.approx(3.0 * 0.8**2)
    assert (row["trustworthiness"], row["continuity"]) == (0.9, 0.8)
    assert row["permuted_single_digit_units"] == 7.5
    for key in PURITY_COLUMNS:
        assert row[key] == purity[key]
    for key in QUALITY_COLUMNS:
        assert row[key] == quality[key]
    assert {measure.column for measure in MEASURES} <= row.keys()


def test_a_row_has_nothing_where_neighbours_could_not_be_compared(make_experiment):
    purity = dict.fromkeys(PURITY_COLUMNS, 0) | {
        "experiment": "tiny",
        "seed": 4,
        "epoch": 3,
        "shape": [3, 4],
    }
    purity["permuted_single_digit_units"] = {"mean": 0}
    quality = dict.fromkeys(QUALITY_COLUMNS, 0) | {"preservation": []}
    row = comparison_row(make_experiment(), purity, quality)
    assert row["trustworthiness"] is None and row["continuity"] is None


def test_intervals_are_those_of_scipy():
    values = [0.91, 0.94, 0.92, 0.97, 0.93]
    found = with_intervals(runs_of(a=values)).iloc[0]
    low, high = stats.t.interval(0.95, 4, np.mean(values), stats.sem(values))
    assert (found["low"], found["high"]) == pytest.approx((low, high))
    assert found["mean"] == pytest.approx(np.mean(values))
    assert found["deviation"] == pytest.approx(np.std(values, ddof=1))
    assert found["n_runs"] == 5


def test_one_run_has_no_interval_and_experiments_keep_their_order():
    found = with_intervals(runs_of(b=[0.5], a=[0.25, 0.75]))
    assert found["experiment"].tolist() == ["b", "a"]
    assert found["n_runs"].tolist() == [1, 2]
    assert found.loc[0, ["deviation", "low", "high"]].isna().all()
    assert found["mean"].tolist() == [0.5, 0.5]


def test_intervals_hold_the_true_mean_as_often_as_they_say():
    generator = np.random.default_rng(0)
    runs = pd.DataFrame(
        {"experiment": np.repeat(np.arange(400), 5), "map_purity": generator.normal(size=2000)}
    )
    found = with_intervals(runs)
    share = ((found["low"] < 0) & (found["high"] > 0)).mean()
    assert abs(share - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 400)


def test_a_measure_that_some_run_lacks_is_left_out():
    runs = runs_of(a=[0.5, np.nan], b=[0.5])
    assert with_intervals(runs)["experiment"].tolist() == ["b"]
