"""The curves of a training: which errors they show, over which epochs."""

import numpy as np
import pandas as pd

from workflow.som.figures.draw_training_curves import draw_training_curves, summaries_frame


def legend_texts(ax):
    legends = [child for child in ax.get_children() if type(child).__name__ == "Legend"]
    return [text.get_text() for legend in legends for text in legend.get_texts()]


def history(**changes):
    columns = {
        "epoch": [1, 2, 3],
        "learning_rate": [0.5, 0.475, 0.45],
        "radius": [3.0, 2.85, 2.7],
        "quantization_error": [7.0, 6.5, 6.1],
        "topographic_error": [0.1, 0.2, 0.1],
        "topographic_error_4": [0.1, 0.2, 0.1],
        "topographic_error_8": [0.05, 0.1, 0.05],
    }
    return pd.DataFrame(columns | changes)


def test_summaries_frame_is_sorted_by_epoch(summary):
    frame = summaries_frame([summary, summary | {"epoch": 2}])
    assert frame["epoch"].tolist() == [2, 7]
    assert frame["permuted_low"].tolist() == [3, 3]


def test_training_curves(figure, summary):
    maps = summaries_frame([summary | {"epoch": epoch} for epoch in (1, 2, 3)])
    draw_training_curves(figure, history(), maps)
    panels = figure.axes
    assert len(panels) == 6
    assert all(ax.get_ylabel() for ax in panels)
    assert [ax.get_xlabel() for ax in panels] == [""] * 3 + ["epoch"] * 3
    assert legend_texts(panels[1]) == ["4 neighbours", "8 neighbours"]
    assert panels[1].lines[0].get_ydata().tolist() == [0.1, 0.2, 0.1]
    assert panels[2].lines[1].get_ydata().tolist() == [8, 8, 8]
    assert len(panels[2].collections) == 1  # The band of the null.
    figure.draw_without_rendering()


def test_training_curves_without_summaries(figure):
    draw_training_curves(figure, history(), summaries_frame([]))
    assert len(figure.axes) == 4


def test_training_curves_of_another_lattice_show_its_own_error(figure):
    nothing = [np.nan] * 3
    frame = history(topographic_error_4=nothing, topographic_error_8=nothing)
    draw_training_curves(figure, frame, summaries_frame([]))
    assert legend_texts(figure.axes[1]) == ["adjacent on the lattice"]


def test_training_curves_of_one_epoch_and_one_unit(figure, summary):
    frame = history().head(1)
    frame[["topographic_error", "topographic_error_4", "topographic_error_8"]] = np.nan
    draw_training_curves(figure, frame, summaries_frame([summary]))
    assert figure.axes[0].lines[0].get_marker() == "o"
    assert figure.axes[1].texts[0].get_text() == "undefined on one unit"
    figure.draw_without_rendering()
