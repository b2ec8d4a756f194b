"""Comparisons as drawn: every experiment and measure, the best in red, intervals over seeds."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from workflow.som.figures.comparisons.draw_comparison import (
    BEST_COLOUR,
    MEAN_COLOUR,
    comparison_finding,
    comparison_height,
    draw_comparison,
)
from workflow.som.figures.comparisons.draw_stability import draw_stability
from workflow.som.figures.comparisons.draw_trade_off import draw_trade_off
from workflow.som.statistics.comparison import MEASURES, with_intervals


def runs_of(n_seeds=1):
    generator = np.random.default_rng(0)
    names = [name for name in ("square", "ring_of_units", "line") for _ in range(n_seeds)]
    frame = pd.DataFrame({"experiment": names})
    for measure in MEASURES:
        frame[measure.column] = generator.random(len(names))
    return frame


def draw(figure, runs):
    draw_comparison(figure, runs, with_intervals(runs))


def test_every_measure_has_a_panel_and_every_experiment_a_line():
    figure = Figure()
    draw(figure, runs_of())
    titles = " ".join(ax.get_title() for ax in figure.axes)
    assert all(measure.label in titles for measure in MEASURES)
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels == ["square", "ring of units", "line"]
    assert "intervals" not in figure.get_supxlabel()


def test_the_title_says_the_ends():
    runs = runs_of().assign(label_accuracy=[0.9, 0.8, 0.7], topographic_error=None)
    assert comparison_finding(with_intervals(runs)) == (
        "Label accuracy 70.0 % (line) to 90.0 % (square)"
    )


def means_in(ax):
    """Return the colours of the marks of the means, from the first experiment on."""
    return [to_hex(line.get_color()) for line in ax.lines if line.get_marker() == "D"]


@pytest.mark.parametrize("number", range(len(MEASURES)))
def test_what_is_apart_from_all_others_is_red(number):
    figure, runs, measure = Figure(), runs_of(4), MEASURES[number]
    shift = 100 if measure.more_is_better else -100
    runs.loc[4:7, measure.column] += shift  # The second experiment's.
    draw(figure, runs)
    assert means_in(figure.axes[number]) == [MEAN_COLOUR, BEST_COLOUR, MEAN_COLOUR]


@pytest.mark.parametrize("n_seeds", [1, 2, 4])
def test_nothing_is_red_within_chance(n_seeds):
    """Neither where the intervals overlap, nor where too few runs have none."""
    figure, runs = Figure(), runs_of(n_seeds)
    if n_seeds < 3:
        runs.loc[runs["experiment"] == "line", [m.column for m in MEASURES]] += 100
    draw(figure, runs)
    for ax in figure.axes[: len(MEASURES)]:
        assert means_in(ax) == [MEAN_COLOUR] * 3
        assert len(ax.lines) == {1: 3, 2: 6, 4: 9}[n_seeds]  # Two runs have no interval.


def test_seeds_are_dots_with_an_interval():
    figure, runs = Figure(), runs_of(4)
    draw(figure, runs)
    dots = figure.axes[0].lines[0].get_xdata()
    np.testing.assert_array_equal(dots, runs[MEASURES[0].column][:4])
    low, high = figure.axes[0].lines[1].get_xdata()
    assert low < np.mean(dots) < high
    assert "intervals" in figure.get_supxlabel()


def test_a_measure_that_no_run_has_leaves_its_panel_empty():
    figure, runs = Figure(), runs_of()
    runs["trustworthiness"] = None
    draw(figure, runs)
    names = [measure.column for measure in MEASURES]
    assert not figure.axes[names.index("trustworthiness")].lines


def test_more_experiments_take_more_height():
    assert comparison_height(9) > comparison_height(3) > 1


def test_the_trade_off_has_a_line_a_size_over_the_radii_shown():
    runs = pd.concat([runs_of(3).assign(radius=radius) for radius in (12.0, 2.0, 0.5, 0.1)])
    runs["shape"] = runs["experiment"].map({"square": "5×5", "ring_of_units": "9", "line": "7"})
    figure = Figure()
    draw_trade_off(figure, runs)
    names = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert names == ["5×5", "9", "7"]
    for ax in figure.axes:
        assert max(line.get_xdata().max() for line in ax.lines[:3]) == 2.0
        left, right = ax.get_xlim()
        assert left > 2.0 > 0.1 > right


def summary_of(name):
    row = {"n_maps": 3, "n_pairs": 100, "neighbour_share": 0.1, "again": 0.5}
    row |= {"observed": [70, 20, 10, 0], "expected": [80, 15, 4.5, 0.5]}
    stability = [row | {"radius": radius} for radius in (0, 1, 2)]
    return {"experiment": name, "seeds": [0, 1, 2], "stability": stability}


def test_stability_stands_beside_chance():
    figure = Figure()
    draw_stability(figure, [summary_of("replicate_both"), summary_of("replicate_start")])
    again, counts = figure.axes
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == [
        *("other order, other start (3 maps)", "same order, other start (3 maps)"),
        "by chance",
    ]
    np.testing.assert_allclose(again.lines[0].get_ydata(), 0.5)
    np.testing.assert_allclose(again.lines[1].get_ydata(), 0.1)
    # Counts that no pair has, and expectations below one pair, are not drawn on the log scale.
    np.testing.assert_allclose(counts.lines[0].get_ydata(), [0.7, 0.2, 0.1])
    np.testing.assert_allclose(counts.lines[1].get_ydata(), [0.8, 0.15, 0.045])
