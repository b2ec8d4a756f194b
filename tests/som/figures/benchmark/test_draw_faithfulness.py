"""The figure of the study says what it shows, also where no winner differs."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from workflow.som.figures.benchmark.draw_faithfulness import (
    FLOAT32_ROUNDING,
    draw_codebook_errors,
    draw_faithfulness,
    draw_gaps,
    draw_windows,
)
from workflow.som.figures.drawing.style import house_style, new_figure, save_figure

ENGINES = ["block, float32", "as chosen, float64"]


def segments(n_different=0, epochs=(1, 10, 90)):
    """Three segments an epoch and engine; in one of them winners of the first engine differ."""
    frame = pd.DataFrame(
        [
            {"epoch": epoch, "radius": 50 * 0.95 ** (epoch - 1), "engine": engine,
             "segment": number, "n_samples": 1000, "n_different": 0, "codebook_error": 3e-8}
            for epoch in epochs for engine in ENGINES for number in range(3)
        ]
    ).assign(relative_gap=pd.array([None] * 6 * len(epochs), "Float64"))  # fmt: skip
    if n_different:
        changes = {"n_different": n_different, "codebook_error": 1e-2, "relative_gap": 2e-7}
        frame.loc[1, list(changes)] = list(changes.values())
    return frame


def windows(n_different=0, epochs=(1, 10, 90)):
    """Four windows an epoch and engine; in all but the first winners of the first engine differ."""
    return pd.DataFrame(
        [
            {"epoch": epoch, "radius": 50 * 0.95 ** (epoch - 1), "engine": engine,
             "first_sample": 500 * number, "n_samples": 500,
             "n_different": (differing := n_different * (number > 0 and "float32" in engine)),
             "share_different": differing / 500}
            for epoch in epochs for engine in ENGINES for number in range(4)
        ]
    )  # fmt: skip


def texts(ax):
    return [text.get_text() for text in ax.texts]


@pytest.mark.parametrize(
    ("n_different", "epochs"), [(0, (1, 10, 90)), (7, (5,)), (7, tuple(range(1, 12)))]
)
def test_the_figure_is_drawn(tmp_path, n_different, epochs):
    paths = [tmp_path / "a.png", tmp_path / "a.svg"]
    with house_style():
        figure = new_figure(7.2, 5.4, 60)
        draw_faithfulness(figure, segments(n_different, epochs), windows(n_different, epochs))
        save_figure(figure, paths)
    assert all(path.stat().st_size > 1000 for path in paths)
    errors, gaps, *panels = figure.axes
    assert len(panels) == min(len(epochs), 6)
    assert all(ax.get_ylabel() for ax in (errors, gaps, panels[0]))
    assert all(ax.get_xlabel() for ax in figure.axes)
    sizes = [text.get_fontsize() for ax in figure.axes for text in ax.texts]
    assert min(sizes, default=7) >= 7


def test_segments_that_part_are_open_and_apart():
    ax = Figure().add_subplot()
    draw_codebook_errors(ax, segments(7))
    alike, apart = ax.lines[:2]
    assert len(alike.get_ydata()) == 8 and len(apart.get_ydata()) == 1
    assert apart.get_ydata()[0] == 1e-2
    assert apart.get_markerfacecolor() == "none"
    assert ax.get_yscale() == "log"
    # Between the first and the last segment of the first engine in the first epoch.
    assert -0.5 < alike.get_xdata()[0] < apart.get_xdata()[0] < alike.get_xdata()[1] < 0


def test_gaps_stand_beside_the_rounding_of_float32():
    ax = Figure().add_subplot()
    draw_gaps(ax, segments(7))
    assert ax.lines[0].get_ydata().tolist() == [2e-7]
    (rounding,) = [line for line in ax.lines if "rounding" in line.get_label()]
    assert list(rounding.get_ydata()) == [FLOAT32_ROUNDING] * 2
    assert texts(ax) == [
        "block, float32: in 1 of 9 stretches",
        "as chosen, float64: in 0 of 9 stretches",
    ]


def test_an_exact_tie_can_be_drawn():
    frame = segments(7)
    frame.loc[1, "relative_gap"] = 0.0
    ax = Figure().add_subplot()
    draw_gaps(ax, frame)
    (gap,) = ax.lines[0].get_ydata()
    assert ax.get_ylim()[0] < gap < 1e-15


def test_windows_count_the_winners_that_differ():
    figure = Figure()
    draw_windows(figure, windows(50))
    for ax in figure.axes:
        assert texts(ax) == ["150 differ", "0 differ"]
        np.testing.assert_allclose(ax.lines[0].get_ydata(), [0, 0.1, 0.1, 0.1])
        assert ax.lines[0].get_xdata().tolist() == [250, 750, 1250, 1750]


def test_windows_say_that_no_winner_differs():
    figure = Figure()
    draw_windows(figure, windows())
    assert [texts(ax) for ax in figure.axes] == [["no winner\ndiffers"]] * 3
