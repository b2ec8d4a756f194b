"""The benchmark's figures: drawings of any table that can come."""

import matplotlib.figure
import pytest
from matplotlib.text import Text

from tests.som.benchmark.measured_tables import (
    memory_table,
    peers_table,
    scaling_table,
    schedule_table,
)
from workflow.scripts.benchmark import (
    plot_benchmark_memory,
    plot_benchmark_peers,
    plot_benchmark_scaling,
    plot_benchmark_schedule,
)
from workflow.som.benchmark.memory_summaries import memory_curves
from workflow.som.benchmark.time_summaries import peer_ratios, scaling_medians, summarise_schedule
from workflow.som.figures.benchmark.draw_benchmark_memory import draw_memory
from workflow.som.figures.benchmark.draw_benchmark_peers import draw_peers
from workflow.som.figures.benchmark.draw_benchmark_scaling import draw_scaling
from workflow.som.figures.benchmark.draw_benchmark_schedule import draw_schedule
from workflow.som.figures.drawing.style import house_style
from workflow.som.files.tables import write_table

STYLE = {"width": 7.2, "height": 4.5, "dpi": 100}


SUMMARIES = {
    draw_peers: peer_ratios,
    draw_schedule: summarise_schedule,
    draw_scaling: scaling_medians,
    draw_memory: memory_curves,
}


def draw(function, table, **options):
    """Return a figure of what is measured, as the scripts draw it."""
    with house_style():
        figure = matplotlib.figure.Figure((7.2, 4.5), layout="constrained")
        function(figure, SUMMARIES[function](table), **options)
        figure.draw_without_rendering()
    return figure


def texts(figure):
    """Return all that is written in a figure."""
    return "\n".join(text.get_text() for text in figure.findobj(Text))


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
        *("NumbaSOM 1.2, R = 10.2", "timed on 300 samples, another kernel", "another rule"),
    ):
        assert part in text
    assert "(MiniSom, online rule)" in text.replace("\n", " "), "NumbaSOM has another rule"
    assert "a machine" in text
    cold = texts(draw(draw_peers, table[(table["library"] == "ours") | table["is_cold"]]))
    assert "600×, 23 ms" in cold
    assert "timed on 300 samples, first call only" in cold
    alone = texts(draw(draw_peers, table[table["library"] == "minisom"]))
    assert "7.7 ms, none of ours beside it" in alone


def test_schedule_says_what_the_run_takes():
    figure = draw(draw_schedule, schedule_table(), machine="a machine")
    title = " ".join(figure.get_suptitle().split())
    assert title.startswith(
        "90 epochs of 60,000 samples take about 141 s (measured: 4 epochs); two"
    )
    assert figure.axes[0].get_yscale() == "log"
    assert figure.axes[0].get_ylim()[1] < 100
    assert figure.get_supxlabel() == "a machine"
    late = draw(draw_schedule, schedule_table([7, 9])).get_suptitle()
    assert late.startswith("Epochs 7 to 9 of 60,000")
    one = draw(draw_schedule, schedule_table([7])).get_suptitle()
    assert one.startswith("Epoch 7 of 60,000 samples take about 1.31 s; two")


def test_labels_of_curves_do_not_overlap():
    table = schedule_table()
    table["microseconds_per_sample"] = 30 + table["round"]
    (ax,) = draw(draw_schedule, table).axes
    boxes = sorted((text.get_window_extent() for text in ax.texts), key=lambda box: box.y0)
    assert len(boxes) == 3
    assert all(low.y1 <= high.y0 for low, high in zip(boxes, boxes[1:], strict=False))


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


def test_memory_names_curves_floors_and_fixed_sizes():
    options = {"finding": "A finding", "most_in_memory": 684_784, "machine": "a machine"}
    figure = draw(draw_memory, memory_table(), **options)
    (legend,) = figure.legends
    names = [text.get_text() for text in legend.get_texts()]
    assert len(names) == 8
    assert sum(name.startswith("floor") for name in names) == 2
    assert legend.get_title().get_text() == "a machine"
    assert figure.get_suptitle() == "A finding"
    assert [text.get_text() for text in figure.axes[1].texts] == [
        "a run reads more than\n684,784 in parts"
    ]
    assert [ax.get_title(loc="left") for ax in figure.axes] == [
        *("60,000 samples in memory, 784 features", "2,500 units, 784 features"),
    ]
    for ax in figure.axes:
        assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
        assert "log scale" in ax.get_xlabel()


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
        (draw_memory, memory_table()),
        (draw_memory, memory_table().query("axis == 'samples' and in_parts")),
        (draw_memory, memory_table().query("value == 2500")),
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
     (draw_scaling, scaling_table()), (draw_memory, memory_table())],
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
        (plot_benchmark_memory, memory_table()),
    ],
)
def test_scripts_draw_what_they_read(script, table, tmp_path):
    measured_on = {"machine": "2 × a machine", "threads": "2", "date": "2026-11-24"}
    write_table(tmp_path / "table.parquet", table, measured_on, kind="peers")
    paths = tmp_path / "figure.png", tmp_path / "figure.svg"
    script.main(table=tmp_path / "table.parquet", png=paths[0], svg=paths[1], style=STYLE)
    assert all(path.stat().st_size > 1000 for path in paths)
    assert "2 × a machine; 2 threads; 2026-11-24" in paths[1].read_text()
