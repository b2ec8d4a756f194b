"""The figure shows the averages of its table."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from tests.som.statistics.worth_tables import ACCURACIES, worth
from workflow.som.figures.drawing.style import house_style, new_figure, save_figure
from workflow.som.figures.worth.draw_worth import (
    PUBLISHED,
    draw_accuracies,
    draw_shares,
    draw_worth,
)
from workflow.som.statistics.intervals import wilson_interval
from workflow.som.statistics.worth_averages import average_draws


def texts(ax):
    return [text.get_text() for text in ax.texts]


@pytest.mark.parametrize("codebooks", [tuple(ACCURACIES), ("map",), ("map", "another")])
def test_the_figure_is_drawn(tmp_path, codebooks):
    paths = [tmp_path / "a.png", tmp_path / "a.svg"]
    with house_style():
        figure = new_figure(7.2, 5.2, 60)
        draw_worth(figure, average_draws(worth(codebooks)), n_units=100, dataset="mnist")
        save_figure(figure, paths)
    assert all(path.stat().st_size > 1000 for path in paths)
    shares, active, accuracies = figure.axes
    assert "100 units" in shares.get_title("left")
    assert all(ax.get_xlabel() for ax in figure.axes)
    assert shares.get_ylabel()
    # Names at the ends of the curves do not overlap.
    heights = sorted(text.xy[1] for text in shares.texts)
    assert len(heights) == len(codebooks)
    assert (np.diff(heights) > 0.05).all()
    assert min(text.get_fontsize() for ax in figure.axes for text in ax.texts) >= 7
    assert (len(accuracies.texts) > 0) and not active.texts


@pytest.mark.parametrize(("share", "units"), [("share_of_all", 100), ("share_of_active", 20)])
def test_shares_and_chance_are_of_the_same_units(share, units):
    ax = Figure().add_subplot()
    draw_shares(ax, average_draws(worth(["map"])), share)
    test, chance, training, _ = ax.lines
    np.testing.assert_array_equal(test.get_xdata(), [50, 100])
    assert test.get_ydata()[1] == pytest.approx(10 / units)
    assert chance.get_ydata()[1] == pytest.approx(3 / units)
    assert training.get_xdata().tolist() == [400]
    assert test.get_markerfacecolor() != "white" == training.get_markerfacecolor()
    labels = [label.get_text() for label in ax.get_xticklabels()]
    assert labels == ["50\n0.5", "100\n1", "400\n4"]


def test_accuracies_are_of_the_whole_test_set():
    ax = Figure().add_subplot()
    draw_accuracies(ax, average_draws(worth()), PUBLISHED)
    found = texts(ax)
    assert [name for name in found if "%" in name] == ["94.0 %", "95.0 %", " ◂ 30.0 %"]
    assert {"256", "1,000", "10,000"} <= set(found)
    intervals = [line.get_xdata() for line in ax.lines if len(line.get_xdata()) == 2]
    np.testing.assert_allclose(intervals[0], wilson_interval(94, 100))


def test_the_axis_holds_all_that_was_trained():
    for accuracies in ({"map": 0.4, "k_means": 0.55, "untrained": 0.1}, {"untrained": 0.3}):
        ax, frame = Figure().add_subplot(), worth(list(accuracies))
        whole = frame["n_images"] == 100
        frame.loc[whole, "label_accuracy"] = frame.loc[whole, "codebook"].map(accuracies)
        draw_accuracies(ax, average_draws(frame), {})
        low, high = ax.get_xlim()
        inside = [name for name, share in accuracies.items() if low < share < high]
        assert (
            inside == [name for name in accuracies if name != "untrained"] or len(accuracies) == 1
        )
        assert 0 <= low < high <= 1


def test_published_figures_are_shown_of_mnist_alone():
    for dataset, is_shown in [("mnist", True), ("fashion_mnist", False)]:
        figure = new_figure(7.2, 5.2, 60)
        draw_worth(figure, average_draws(worth()), n_units=100, dataset=dataset)
        assert ("10,000" in texts(figure.axes[-1])) == is_shown
