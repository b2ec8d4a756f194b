"""Medians and ratios of measured times: right ones, and of any table that can come."""

import pandas as pd
import pytest

from tests.som.benchmark.measured_tables import peers_table, scaling_table, schedule_table
from workflow.som.benchmark.time_summaries import (
    peer_ratios,
    run_time,
    scaling_medians,
    summarise_schedule,
)


def test_ratios_are_of_warm_medians_at_the_same_epoch():
    rows = peer_ratios(peers_table()).set_index(["panel", "library", "epoch"])
    # The middle round of three is 1.1 times the first, here and there.
    assert rows.loc[("online", "minisom", 2), "ratio"] == pytest.approx(6600 / 25)
    assert rows.loc[("online", "minisom", 32), "ratio"] == pytest.approx(200)
    assert rows.loc[("online", "minisom", 32), "microseconds"] == pytest.approx(7700)
    assert rows.loc[("online", "minisom", 32), "cold"] == pytest.approx(3 * 7700)
    assert rows.loc[("online", "minisom", 32), "cold_ratio"] == pytest.approx(600)
    assert rows.loc[("batch", "torchsom", 32), "ratio"] == pytest.approx(150)
    assert rows.loc[("batch", "fastersom", 32), "ratio_low"] == pytest.approx(36 / 6.6)
    assert (rows.xs("ours", level="library")["ratio"] == 1).all()
    part = rows[rows["is_part"]].index.get_level_values("library")
    assert set(part) == {"minisom", "numbasom", "torchsom"}


def test_ratios_agree_with_plain_pandas():
    table = peers_table()
    warm = table[~table["is_cold"]].groupby(["library", "rule", "epoch"])
    medians = warm["microseconds_per_sample"].median()
    for row in peer_ratios(table).to_dict("records"):
        ours = medians["ours", row["panel"], row["epoch"]]
        expected = medians[row["library"], row["rule"], row["epoch"]] / ours
        assert row["ratio"] == pytest.approx(expected)


def test_what_has_no_ratio_is_kept_without_one():
    table = peers_table()
    alone = peer_ratios(table[table["library"] != "ours"])
    assert set(alone["library"]) == {"minisom", "numbasom", "fastersom", "torchsom"}
    assert alone["ratio"].isna().all()
    assert alone["microseconds"].notna().all()
    never_warm = peer_ratios(table[(table["library"] == "ours") | table["is_cold"]])
    peers = never_warm[never_warm["library"] != "ours"]
    assert peers["ratio"].isna().all()
    assert peers.query("library == 'fastersom'")["cold_ratio"].tolist() == [pytest.approx(18)]


def test_the_longest_run_of_ours_is_the_reference():
    table = peers_table()
    part = table.query("library == 'ours'").assign(n_samples=300, microseconds_per_sample=1.0)
    rows = peer_ratios(pd.concat([part, table]))
    assert rows.query("library == 'minisom' and epoch == 32")["ratio"].item() == pytest.approx(200)


def test_ours_come_first_and_then_the_fastest_library():
    rows = peer_ratios(peers_table())
    names = rows.groupby("panel", sort=False)["library"].unique().map(list).to_dict()
    assert names == {
        "batch": ["ours", "fastersom", "torchsom"],
        "online": ["ours", "numbasom", "minisom"],
    }
    assert rows.loc[rows["library"] == "minisom", "epoch"].tolist() == [2, 32]


def test_schedule_is_summed_over_the_epochs_between():
    found = summarise_schedule(schedule_table())
    medians = found.medians
    pd.testing.assert_series_equal(
        medians["as chosen"],
        schedule_table()
        .query("form == 'as chosen'")
        .groupby("epoch")["microseconds_per_sample"]
        .median(),
        check_names=False,
    )
    linear = sum(21 + epoch / 9 for epoch in range(1, 91)) * 0.06
    assert found.run[:4] == (1, 90, 4, 60_000)
    assert found.run.seconds == pytest.approx(linear)
    assert found.floor == pytest.approx(46)
    assert found.radii[30] == pytest.approx(50 * 0.95**30)
    # Nothing is made up of epochs before the first.
    late = sum(21 + epoch / 9 for epoch in range(30, 91)) * 0.06
    assert run_time(medians.loc[30:, "as chosen"], 60_000).seconds == pytest.approx(late)


def test_scaling_takes_medians():
    table = scaling_table()
    expected = table.groupby(["axis", "value", "what"])["microseconds_per_sample"].median()
    found = scaling_medians(table).set_index(["axis", "value", "what"])["microseconds_per_sample"]
    pd.testing.assert_series_equal(found, expected)
    assert found["units", 2500, "block"] == pytest.approx(51)


def test_a_form_that_was_not_measured_has_no_time_and_no_floor():
    found = summarise_schedule(schedule_table().query("form == 'block'"))
    assert found.run is None and found.floor is None
