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

NULL_COLOUR = "#b0b0b0"
LINE_SHARE = 0.09  # of a panel's height, of a line of text


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
    columns: list[tuple[Callable[..., None], Callable[..., None]]]
    columns = [
        (_draw_quantization_error, _draw_learning_rate),
        (_draw_topographic_errors, _draw_radius),
    ]
    if len(maps):
        columns.append((_draw_single_digit_units, _draw_shares))
    panels = figure.subplots(2, len(columns), sharex=True, squeeze=False)
    for column, functions in enumerate(columns):
        for row, draw in enumerate(functions):
            ax = panels[row, column]
            draw(ax, history if column < 2 else maps)
            ax.grid(axis="y", color="#e4e4e4", linewidth=0.5)
            ax.set_axisbelow(True)
            # A single epoch would otherwise be an invisible line.
            if len(history) == 1:
                for line in ax.lines:
                    line.set_marker("o")
    figure.suptitle(training_title(history, maps), x=0.01, ha="left")
    for above, ax in panels.T:
        lowest = ax if ax.axison else above
        lowest.tick_params(labelbottom=True)
        lowest.set_xlabel("epoch")
        ax.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))


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
    ax.set(title="Quantization error (training)", ylabel="mean distance to the BMU")


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
    ax.set(title="Topographic error (training)", ylabel="share of samples")
    ax.yaxis.set_major_formatter(_percent)
    if ax.lines:
        ax.legend(loc="best")
        ax.set_ylim(0, 1.1 * max(ax.dataLim.ymax, 0.01))
    else:
        ax.text(0.5, 0.5, "undefined on one unit", transform=ax.transAxes, ha="center")


def _draw_learning_rate(ax: Axes, history: pd.DataFrame) -> None:
    rates = history["learning_rate"].astype(float)
    if rates.isna().all():
        ax.set_axis_off()
        note = "the batch rule has\nno learning rate"
        ax.text(0.5, 0.5, note, transform=ax.transAxes, ha="center", va="center", fontsize=7)
        return
    ax.plot(history["epoch"], rates, color="#2b8377")
    ax.set(title="Learning rate α", ylabel="α", ylim=(0, None))


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
    ax.yaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    ax.set_ylim(0, 1.02 * maps["n_units"].max())
    noun = maps["noun"].iloc[0]
    # At the lines: no corner of the panel is free on all maps.
    lowest = -math.inf
    for column, label, colour in (
        ("permuted_mean", f"one {noun}, by chance", "#707070"),
        ("single_digit_units", f"one {noun}", "#054b6c"),
        ("active_units", f"any {noun}", "#2b8377"),
    ):
        ax.plot(maps["epoch"], maps[column], color=colour, lw=0.8 if "chance" in label else None)
        # Where the curves end close to each other, their names stand one above the other.
        height = max(float(maps[column].iloc[-1]), lowest)
        lowest = height + LINE_SHARE * ax.get_ylim()[1]
        ax.annotate(
            label,
            (maps["epoch"].iloc[-1], height),
            (0, 3),
            textcoords="offset points",
            ha="right",
            va="bottom",
            fontsize=6.5,
            color=colour,
            path_effects=[withStroke(linewidth=2, foreground="white")],
        )


def _draw_shares(ax: Axes, maps: pd.DataFrame) -> None:
    ax.plot(maps["epoch"], maps["label_accuracy"], label="label accuracy")
    ax.plot(maps["epoch"], maps["map_purity"], label="map purity")
    ax.set(
        title="Classes told apart (test)"
        if maps["noun"].iloc[0] == "class"
        else "Digits told apart (test)",
        ylabel="share of samples",
        ylim=(0, 1.02),
        yticks=[0, 0.25, 0.5, 0.75, 1],
    )
    ax.yaxis.set_major_formatter(_percent)
    ax.legend(loc="best")


def _percent(value: float, _: float) -> str:
    return f"{100 * value:.4g} %"
