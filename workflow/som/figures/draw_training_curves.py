"""Errors, schedules and the quality of the map from epoch to epoch, as small multiples."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator

from ..data.classes import noun_of
from .drawing.style import write_title

NULL_COLOUR = "#b0b0b0"
LINE_HEIGHT, OTHER_HEIGHT = 0.15, 1.2  # inches: of a line's name, and of all but two panels
LETTER_SHARE = 0.031  # of a panel's width, of a letter


def summaries_frame(summaries: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return one row per epoch: the numbers in the maps' summaries that the panels show."""
    rows = [
        {
            "epoch": summary["epoch"],
            "noun": noun_of(summary),
            "n_units": summary["n_units"],
            "single_digit_units": summary["single_digit_units"],
            "active_units": summary["active_units"],
            "label_accuracy": summary["label_accuracy"],
            "map_purity": summary["map_purity"],
        }
        | {
            f"permuted_{key}": value
            for key, value in summary["permuted_single_digit_units"].items()
        }
        for summary in summaries
        if summary["single_digit_units"] is not None
    ]
    return pd.DataFrame(rows).sort_values("epoch", ignore_index=True) if rows else pd.DataFrame()


def draw_training_curves(figure: Figure, history: pd.DataFrame, maps: pd.DataFrame) -> None:
    """Draw each quantity against the epoch.

    Parameters
    ----------
    figure : Figure
    history : DataFrame
        As in `history.parquet`: the training set, one row per epoch.
    maps : DataFrame
        From `summaries_frame`: the test set; the panels of an empty one are left out.
    """
    above: list[Callable[..., None]] = [_draw_quantization_error, _draw_topographic_errors]
    below: list[Callable[..., None]] = [_draw_learning_rate, _draw_radius]
    if len(maps):
        above.append(_draw_single_digit_units)
        below.append(_draw_shares)
    mosaic: Any = [[draw.__name__ for draw in row] for row in (above, below)]
    # The batch rule has no learning rate: the error takes its place, too.
    if history["learning_rate"].isna().all():
        mosaic[1][0] = mosaic[0][0]
    panels = figure.subplot_mosaic(mosaic, sharex=True)
    for draw in (*above, *below):
        if draw.__name__ not in panels:
            continue
        ax = panels[draw.__name__]
        draw(ax, maps if draw in (_draw_single_digit_units, _draw_shares) else history)
        ax.grid(axis="y", color="#e4e4e4", linewidth=0.5)
        ax.set_axisbelow(True)
        ax.xaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10], integer=True))
        # A single epoch would otherwise be an invisible line.
        if len(history) == 1:
            for line in ax.lines:
                line.set_marker("o")
    for name in mosaic[1]:
        panels[name].set_xlabel("epoch")
    for name in set(mosaic[0]) - set(mosaic[1]):
        panels[name].tick_params(labelbottom=False)
    write_title(figure, training_title(history, maps))


def training_title(history: pd.DataFrame, maps: pd.DataFrame) -> str:
    """Return what the training came to; parameters as in `draw_training_curves`."""
    first, last = history.iloc[0], history.iloc[-1]
    fell = "fell" if last["quantization_error"] <= first["quantization_error"] else "rose"
    title = (
        f"The quantization error {fell} from {first['quantization_error']:.2f} to "
        f"{last['quantization_error']:.2f} in {int(last['epoch']):,} epochs"
    )
    if len(maps):
        last = maps.iloc[-1]
        title += f"; {int(last['single_digit_units']):,} units answer to one {last['noun']} alone"
    return title


def _draw_quantization_error(ax: Axes, history: pd.DataFrame) -> None:
    ax.plot(history["epoch"], history["quantization_error"])
    ax.set(title="Quantization error (training)", ylabel="mean distance")


def _draw_topographic_errors(ax: Axes, history: pd.DataFrame) -> None:
    for name, label in (
        ("topographic_error_4", "4 neighbours"),
        ("topographic_error_8", "8 neighbours"),
        ("topographic_error", "adjacent on the lattice"),
    ):
        values = history[name].astype(float)
        # The lattice's own error equals that of 4 neighbours on a square grid.
        if values.notna().any() and not (name == "topographic_error" and ax.lines):
            ax.plot(history["epoch"], values, label=label)
    ax.set(title="Topographic error (training)", ylabel="samples")
    ax.yaxis.set_major_formatter(_percent)
    if ax.lines:
        ax.legend(loc="best")
        ax.set_ylim(0, 1.25 * max(ax.dataLim.ymax, 0.01))  # With room for the legend.
    else:
        ax.text(0.5, 0.5, "undefined on one unit", transform=ax.transAxes, ha="center")


def _draw_learning_rate(ax: Axes, history: pd.DataFrame) -> None:
    ax.plot(history["epoch"], history["learning_rate"].astype(float), color="#2b8377")
    ax.set(title="Learning rate α", ylabel="α (no unit)", ylim=(0, None))


def _draw_radius(ax: Axes, history: pd.DataFrame) -> None:
    ax.plot(history["epoch"], history["radius"], color="#2b8377")
    ax.set(title="Radius R", ylabel="R (grid steps)", ylim=(0, None))


def _draw_single_digit_units(ax: Axes, maps: pd.DataFrame) -> None:
    ax.fill_between(
        maps["epoch"].to_numpy(),
        maps["permuted_low"].to_numpy(np.float64),
        maps["permuted_high"].to_numpy(np.float64),
        color=NULL_COLOUR,
        linewidth=0,
    )
    ax.set(title="Units that light up (test)", ylabel="units")
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    ax.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10], integer=True))
    assert ax.figure is not None
    inches = ax.figure.bbox.height / ax.figure.dpi
    line = 2 * LINE_HEIGHT / (inches - OTHER_HEIGHT)  # As a share of the panel's height.
    ax.set_ylim(0, (1 + 1.2 * line) * maps["n_units"].max())
    noun = maps["noun"].iloc[0]
    # At the lines: no corner of the panel is free on all maps.
    lowest, top = -math.inf, ax.get_ylim()[1]
    for column, label, colour in (
        ("permuted_mean", "by chance", "#707070"),
        ("single_digit_units", f"one {noun}", "#054b6c"),
        ("active_units", f"any {noun}", "#2b8377"),
    ):
        is_chance = column == "permuted_mean"
        ax.plot(maps["epoch"], maps[column], color=colour, lw=0.8 if is_chance else None)
        # Above all of the curve next to which the name stands; that of chance below, if it can.
        # Where curves end close to each other, their names stand one above the other.
        first, last = maps["epoch"].iloc[0], maps["epoch"].iloc[-1]
        beside = maps["epoch"] >= last - LETTER_SHARE * len(label) * (last - first)
        floor = float(maps.loc[beside, "permuted_low"].min())
        is_below = is_chance and floor > 1.5 * line * top
        height = floor if is_below else max(float(maps.loc[beside, column].max()), lowest)
        lowest = lowest if is_below else height + line * top
        ax.annotate(
            label,
            (last, height),
            (0, -3 if is_below else 3),
            textcoords="offset points",
            ha="right",
            va="top" if is_below else "bottom",
            fontsize=7,
            color=colour,
            path_effects=[withStroke(linewidth=2, foreground="white")],
        )
    ax.set_ylim(0, max(top, lowest))


def _draw_shares(ax: Axes, maps: pd.DataFrame) -> None:
    ax.plot(maps["epoch"], maps["label_accuracy"], label="label accuracy")
    ax.plot(maps["epoch"], maps["map_purity"], label="map purity")
    ax.set(
        title="Classes told apart (test)"
        if maps["noun"].iloc[0] == "class"
        else "Digits told apart (test)",
        ylabel="samples",
        ylim=(0, 1.02),
        yticks=[0, 0.25, 0.5, 0.75, 1],
    )
    ax.yaxis.set_major_formatter(_percent)
    ax.legend(loc="best")


def _percent(value: float, _: float) -> str:
    return f"{100 * value:.4g} %"
