"""The benchmark's figures: right medians and ratios, and drawings of any table that can come."""

import matplotlib.figure
import numpy as np
import pandas as pd
import pytest

from workflow.scripts import plot_benchmark_peers, plot_benchmark_scaling, plot_benchmark_schedule
from workflow.som.figures.benchmark_peers import draw_peers, peer_ratios
from workflow.som.figures.benchmark_scaling import draw_scaling, scaling_medians
from workflow.som.figures.benchmark_schedule import (
    draw_schedule,
    schedule_medians,
    seconds_of_run,
)
from workflow.som.tables import write_table

STYLE = {"width": 7.2, "height": 4.5, "dpi": 100}


def peers_table():
    rows = []
    for library, rule, epoch, time, n_samples in [
        ("ours", "online", 2, 25, 60_000), ("ours", "online", 32, 35, 60_000),
        ("minisom", "online", 2, 6600, 300), ("minisom", "online", 32, 7000, 300),
        ("ours", "batch", 32, 6, 60_000), ("fastersom", "batch", 32, 36, 60_000),
        ("torchsom", "mini-batch", 32, 900, 6000),
    ]:  # fmt: skip
        for number in range(3):
            for repeat in range(3):
                factor = (3 if repeat == 0 else 1) * (1 + 0.1 * number)
                rows.append(
                    {
                        "library": library, "version": "1.2", "rule": rule, "epoch": epoch,
                        "radius": 50 * 0.95 ** (epoch - 1), "n_samples": n_samples,
                        "round": number, "is_cold": repeat == 0,
                        "microseconds_per_sample": time * factor, "relative_difference": np.nan,
                    }
                )  # fmt: skip
    return pd.DataFrame(rows)


def schedule_table(epochs=(1, 30, 60, 90)):
    return pd.DataFrame(
        [
            {"epoch": epoch, "radius": 50 * 0.95**epoch, "form": form, "n_samples": n_samples,
             "round": number, "microseconds_per_sample": time + number}
            for epoch in epochs for number in range(3)
            for form, time, n_samples in [("as chosen", 20 + epoch / 9, 60_000),
                                          ("block", 60, 8192), ("products", 45, 2560)]
        ]
    )  # fmt: skip


def scaling_table():
    sizes = {"units": [100, 2500], "features": [49, 784], "samples": [1000]}
    return pd.DataFrame(
        [
            {"axis": axis, "value": value, "what": what, "round": number,
             "microseconds_per_sample": value / 50 + number}
            for axis, values in sizes.items()
            for value in values for what in ("products", "block", "batch epoch")
            for number in range(3)
        ]
    )  # fmt: skip


def test_ratios_are_of_warm_medians_at_the_same_epoch():
    rows = peer_ratios(peers_table()).set_index(["panel", "library", "epoch"])
    # The middle round of three is 1.1 times the first, here and there.
    assert rows.loc[("online", "minisom", 2), "ratio"] == pytest.approx(6600 / 25)
    assert rows.loc[("online", "minisom", 32), "ratio"] == pytest.approx(200)
    assert rows.loc[("online", "minisom", 32), "microseconds"] == pytest.approx(7700)
    assert rows.loc[("online", "minisom", 32), "cold"] == pytest.approx(3 * 7700)
    assert rows.loc[("batch", "torchsom", 32), "ratio"] == pytest.approx(150)
    assert rows.loc[("batch", "fastersom", 32), "ratio_low"] == pytest.approx(36 / 6.6)
    assert (rows.xs("ours", level="library")["ratio"] == 1).all()


def test_a_library_with_nothing_beside_it_or_never_warm_is_left_out():
    table = peers_table()
    assert len(peer_ratios(table[table["library"] != "ours"])) == 0
    cold = table[(table["library"] == "ours") | table["is_cold"]]
    assert set(peer_ratios(cold)["library"]) == {"ours"}


def test_schedule_is_summed_over_the_epochs_between():
    medians = schedule_medians(schedule_table())
    pd.testing.assert_series_equal(
        medians["as chosen"],
        schedule_table().query("form == 'as chosen' and round == 1").set_index("epoch")[
            "microseconds_per_sample"
        ],
        check_names=False,
    )  # fmt: skip
    linear = sum(21 + epoch / 9 for epoch in range(1, 91)) * 0.06
    assert seconds_of_run(medians, "as chosen", 60_000) == pytest.approx(linear)


def test_scaling_takes_medians():
    medians = scaling_medians(scaling_table()).set_index(["axis", "value", "what"])
    assert medians.loc[("units", 2500, "block"), "microseconds_per_sample"] == pytest.approx(51)


@pytest.mark.parametrize(
    ("draw", "table"),
    [
        (draw_peers, peers_table()),
        (draw_peers, peers_table().query("library == 'ours'")),
        (draw_peers, peers_table().query("library != 'ours'")),
        (draw_peers, peers_table().query("rule == 'online' and round == 0")),
        (draw_schedule, schedule_table()),
        (draw_schedule, schedule_table([7])),
        (draw_schedule, schedule_table().query("form == 'block'")),
        (draw_scaling, scaling_table()),
        (draw_scaling, scaling_table().query("axis == 'samples'")),
    ],
)
def test_any_table_can_be_drawn_and_is_labelled(draw, table):
    figure = matplotlib.figure.Figure(layout="constrained")
    draw(figure, table)
    figure.draw_without_rendering()
    for ax in figure.axes:
        assert ax.get_xlabel()


@pytest.mark.parametrize(
    ("script", "table"),
    [
        (plot_benchmark_peers, peers_table()),
        (plot_benchmark_schedule, schedule_table()),
        (plot_benchmark_scaling, scaling_table()),
    ],
)
def test_scripts_draw_what_they_read(script, table, tmp_path):
    write_table(tmp_path / "table.parquet", table, {"machine": "a machine"})
    paths = tmp_path / "figure.png", tmp_path / "figure.svg"
    script.main(table=tmp_path / "table.parquet", png=paths[0], svg=paths[1], style=STYLE)
    assert all(path.stat().st_size > 1000 for path in paths)
