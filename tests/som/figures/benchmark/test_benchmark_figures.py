"""The benchmark's figures: right medians and ratios, and drawings of any table that can come."""

import matplotlib.figure
import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from workflow.scripts.benchmark import (
    plot_benchmark_peers,
    plot_benchmark_scaling,
    plot_benchmark_schedule,
)
from workflow.som.figures.benchmark.draw_benchmark_peers import draw_peers, peer_ratios
from workflow.som.figures.benchmark.draw_benchmark_scaling import draw_scaling, scaling_medians
from workflow.som.figures.benchmark.draw_benchmark_schedule import (
    draw_schedule,
    schedule_medians,
    seconds_of_run,
)
from workflow.som.figures.drawing.style import house_style
from workflow.som.files.tables import write_table

STYLE = {"width": 7.2, "height": 4.5, "dpi": 100}


def draw(function, table, **options):
    with house_style():
        figure = matplotlib.figure.Figure((7.2, 4.5), layout="constrained")
        function(figure, table, **options)
        figure.draw_without_rendering()
    return figure


def texts(figure):
    """Return all that is written in a figure."""
    return "\n".join(text.get_text() for text in figure.findobj(Text))


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
             "microseconds_per_sample": value / 50 + number,
             "n_units": value if axis == "units" else 2500,
             "n_features": value if axis == "features" else 784}
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
    assert rows.loc[("online", "minisom", 32), "cold_ratio"] == pytest.approx(600)
    assert rows.loc[("batch", "torchsom", 32), "ratio"] == pytest.approx(150)
    assert rows.loc[("batch", "fastersom", 32), "ratio_low"] == pytest.approx(36 / 6.6)
    assert (rows.xs("ours", level="library")["ratio"] == 1).all()
    assert set(rows[rows["is_part"]].index.get_level_values("library")) == {"minisom", "torchsom"}


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
    assert set(alone["library"]) == {"minisom", "fastersom", "torchsom"}
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


def test_a_faster_library_has_a_bar():
    table = peers_table()
    table.loc[table["library"] == "fastersom", "microseconds_per_sample"] /= 60
    figure = draw(draw_peers, table)
    left = figure.axes[1].get_xlim()[0]
    assert all(bar.get_width() > 0 for ax in figure.axes for bar in ax.patches)
    assert all(bar.get_x() == left for ax in figure.axes for bar in ax.patches)


def test_peers_say_what_is_particular():
    table = peers_table()
    text = texts(draw(draw_peers, table, machine="a machine"))
    for part in (
        *("ours, R = 47.5", "MiniSom 1.2, R = 10.2", "200×, 7.7 ms", "timed on 300 samples"),
        *("timed on 6,000 samples, mini-batch", "28 µs", "first call in a fresh process"),
    ):
        assert part in text
    assert "a machine" in text
    cold = texts(draw(draw_peers, table[(table["library"] == "ours") | table["is_cold"]]))
    assert "600×, 23 ms" in cold
    assert "timed on 300 samples, first call only" in cold
    alone = texts(draw(draw_peers, table[table["library"] == "minisom"]))
    assert "7.7 ms, none of ours beside it" in alone


def test_schedule_is_summed_over_the_epochs_between():
    medians = schedule_medians(schedule_table())
    pd.testing.assert_series_equal(
        medians["as chosen"],
        schedule_table()
        .query("form == 'as chosen'")
        .groupby("epoch")["microseconds_per_sample"]
        .median(),
        check_names=False,
    )
    linear = sum(21 + epoch / 9 for epoch in range(1, 91)) * 0.06
    assert seconds_of_run(medians, "as chosen", 60_000) == pytest.approx(linear)
    # Nothing is made up of epochs before the first.
    late = sum(21 + epoch / 9 for epoch in range(30, 91)) * 0.06
    assert seconds_of_run(medians.loc[30:], "as chosen", 60_000) == pytest.approx(late)


def test_schedule_says_what_the_run_takes():
    loop = {"epoch": 30, "radius": 11.0, "form": "plain loop", "n_samples": 300, "round": 0}
    table = pd.concat([schedule_table(), pd.DataFrame([loop | {"microseconds_per_sample": 3e3}])])
    figure = draw(draw_schedule, table, machine="a machine")
    title = figure.axes[0].get_title(loc="left")
    assert title.startswith("90 epochs of 60,000 samples as chosen: about 141 s (interpolated")
    assert title.endswith("plain loop, not drawn: 3,000 µs a sample")
    assert figure.axes[0].get_ylim()[1] < 100
    assert figure.get_supxlabel() == "a machine"
    late = draw(draw_schedule, schedule_table([7, 9])).axes[0].get_title(loc="left")
    assert late.startswith("epochs 7 to 9 of 60,000")
    one = draw(draw_schedule, schedule_table([7])).axes[0].get_title(loc="left")
    assert one == "epoch 7 of 60,000 samples as chosen: about 1.31 s"


def test_labels_of_curves_do_not_overlap():
    table = schedule_table()
    table["microseconds_per_sample"] = 30 + table["round"]
    (ax,) = draw(draw_schedule, table).axes
    boxes = sorted((text.get_window_extent() for text in ax.texts), key=lambda box: box.y0)
    assert len(boxes) == 3
    assert all(low.y1 <= high.y0 for low, high in zip(boxes, boxes[1:], strict=False))


def test_scaling_takes_medians():
    table = scaling_table()
    expected = table.groupby(["axis", "value", "what"])["microseconds_per_sample"].median()
    found = scaling_medians(table).set_index(["axis", "value", "what"])["microseconds_per_sample"]
    pd.testing.assert_series_equal(found, expected)
    assert found["units", 2500, "block"] == pytest.approx(51)


def test_scaling_names_all_curves_and_fixed_sizes():
    table = scaling_table()
    # A curve that the first panel lacks.
    table = table[(table["what"] != "block") | (table["axis"] != "units")]
    figure = draw(draw_scaling, table, machine="a machine")
    (legend,) = figure.legends
    assert len(legend.get_texts()) == table["what"].nunique()
    assert legend.get_title().get_text() == "a machine"
    assert [ax.get_title(loc="left") for ax in figure.axes] == [
        *("784 features", "2,500 units", "2,500 units, 784 features"),
    ]


@pytest.mark.parametrize(
    ("function", "table"),
    [
        (draw_peers, peers_table()),
        (draw_peers, peers_table().query("library == 'ours'")),
        (draw_peers, peers_table().query("library != 'ours'")),
        (draw_peers, peers_table().query("library == 'minisom'")),
        (draw_peers, peers_table().query("is_cold")),
        (draw_peers, peers_table().query("library == 'ours' or is_cold")),
        (draw_peers, peers_table().query("rule == 'online' and round == 0 and epoch == 2")),
        (draw_schedule, schedule_table()),
        (draw_schedule, schedule_table([7])),
        (draw_schedule, schedule_table().query("form == 'block'")),
        (draw_schedule, schedule_table().query("round == 0")),
        (draw_scaling, scaling_table()),
        (draw_scaling, scaling_table().query("axis == 'samples'")),
        (draw_scaling, scaling_table().query("round == 0 and axis != 'features'")),
    ],
)
def test_any_table_can_be_drawn_and_is_labelled(function, table):
    axes = draw(function, table).axes
    assert axes
    if function is draw_peers:  # One scale for all panels, named once.
        axes = axes[-1:]
    for ax in axes:
        assert ax.get_xlabel()


@pytest.mark.parametrize(
    ("function", "table"),
    [(draw_peers, peers_table()), (draw_schedule, schedule_table()),
     (draw_scaling, scaling_table())],
)  # fmt: skip
def test_an_empty_table_is_said_to_be_empty(function, table):
    figure = draw(function, table[:0])
    assert [text.get_text() for text in figure.texts] == ["nothing was measured"]


@pytest.mark.parametrize(
    ("script", "table"),
    [
        (plot_benchmark_peers, peers_table()),
        (plot_benchmark_schedule, schedule_table()),
        (plot_benchmark_scaling, scaling_table()),
    ],
)
def test_scripts_draw_what_they_read(script, table, tmp_path):
    measured_on = {"machine": "2 × a machine", "threads": "2", "date": "2026-11-24"}
    write_table(tmp_path / "table.parquet", table, measured_on, kind="peers")
    paths = tmp_path / "figure.png", tmp_path / "figure.svg"
    script.main(table=tmp_path / "table.parquet", png=paths[0], svg=paths[1], style=STYLE)
    assert all(path.stat().st_size > 1000 for path in paths)
    assert "2 × a machine; 2 threads; 2026-11-24" in paths[1].read_text()
