"""The figure shows the averages of its table, and its interval is Wilson's."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from scipy.stats import binomtest

from workflow.som.figures.drawing.style import house_style, new_figure, save_figure
from workflow.som.figures.worth.draw_worth import (
    PUBLISHED,
    average_draws,
    draw_accuracies,
    draw_shares,
    draw_worth,
    wilson_interval,
)

ACCURACIES = {"map": 0.94, "k_means": 0.95, "untrained": 0.3}


def worth(codebooks=tuple(ACCURACIES)):
    """Two draws of 50 and the whole of 100 test images, and 400 training images, on 100 units."""
    rows = []
    for codebook in codebooks:
        for name, size, draws in [("test", 50, 2), ("test", 100, 1), ("training", 400, 1)]:
            for draw in range(draws):
                active, single = size // 5 + 2 * draw, size // 10 + 4 * draw
                rows.append(
                    {"codebook": codebook, "set": name, "n_images": size, "draw": draw,
                     "hits_per_unit": size / 100, "active_units": active,
                     "single_digit_units": single, "share_of_all": single / 100,
                     "share_of_active": single / active, "null_mean": 3.0, "null_low": 2.0,
                     "null_high": 4.0,
                     "label_accuracy": np.nan if size == 50 else ACCURACIES.get(codebook, 0.9)}
                )  # fmt: skip
    return pd.DataFrame(rows).astype({"label_accuracy": "Float64"})


def texts(ax):
    return [text.get_text() for text in ax.texts]


@pytest.mark.parametrize("codebooks", [tuple(ACCURACIES), ("map",), ("map", "another")])
def test_the_figure_is_drawn(tmp_path, codebooks):
    paths = [tmp_path / "a.png", tmp_path / "a.svg"]
    with house_style():
        figure = new_figure(7.2, 5.2, 60)
        draw_worth(figure, worth(codebooks), n_units=100, dataset="mnist")
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
    np.testing.assert_allclose(intervals[0], wilson_interval(0.94, 100))


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
        draw_worth(figure, worth(), n_units=100, dataset=dataset)
        assert ("10,000" in texts(figure.axes[-1])) == is_shown


@pytest.mark.parametrize(("hits", "n_samples"), [(0, 7), (3, 7), (7, 7), (9403, 10_000)])
def test_scipy_computes_the_same_interval(hits, n_samples):
    expected = binomtest(hits, n_samples).proportion_ci(0.95, method="wilson")
    assert wilson_interval(hits / n_samples, n_samples) == pytest.approx(expected, abs=1e-7)
