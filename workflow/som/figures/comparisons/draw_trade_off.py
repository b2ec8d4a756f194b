"""Accuracy against topology: gains and losses of a map below half a grid step."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator

from ..drawing.style import write_title

# Column, title, and whether it is a share.
PANELS = (
    ("label_accuracy", "label accuracy", True),
    ("map_purity", "map purity", True),
    ("quantization_error", "quantization error", False),
    ("topographic_error", "topographic error", True),
    ("trustworthiness", "trustworthiness", False),
    ("continuity", "continuity", False),
)
LARGEST_RADIUS = 3.0
TICKS = (2, 1, 0.5, 0.2, 0.1)
# Where the article ends.
HALF_A_STEP = 0.5
MARKERS = "os^Dv"


def draw_trade_off(figure: Figure, runs: pd.DataFrame) -> None:
    """Draw each measure against the radius at which training ends, one line per size of the map.

    Parameters
    ----------
    figure : Figure
    runs : DataFrame
        One row per epoch of a run whose radius falls, as `comparison_row` makes them.
    """
    panels = figure.subplots(2, 3, sharex=True)
    for ax, (column, title, is_share) in zip(panels.flat, PANELS, strict=True):
        for _, run in runs.groupby("experiment", sort=False):
            shown = run[run["radius"] <= LARGEST_RADIUS].sort_values("radius")
            label = f"{shown['shape'].iloc[0]}" if len(shown) else None
            marker = MARKERS[len(ax.lines) % len(MARKERS)]
            ax.plot(shown["radius"], shown[column], f"{marker}-", ms=3, lw=1.1, label=label)
        _finish(ax, title, is_share)
    panels[0, 0].legend(title="units", loc="best")
    for ax in panels[1]:
        ax.set_xlabel("radius of the last epoch\n(grid steps, log scale)")
    write_title(figure, trade_off_finding(runs))


def trade_off_finding(runs: pd.DataFrame) -> str:
    """Return what training on to the smallest radius gains and costs, on the largest map."""
    rows = runs.sort_values("radius").to_dict("records")
    size = max(math.prod(map(int, row["shape"].split("×"))) for row in rows)
    rows = [row for row in rows if math.prod(map(int, row["shape"].split("×"))) == size]
    here, end = min(rows, key=lambda row: abs(row["radius"] - HALF_A_STEP)), rows[0]
    parts = [f"label accuracy goes from {_ends(here, end, 'label_accuracy')}"]
    if pd.notna(here["topographic_error"]) and pd.notna(end["topographic_error"]):
        parts.append(f"topographic error from {_ends(here, end, 'topographic_error')}")
    return (
        f"As the radius falls from {here['radius']:.2f} to {end['radius']:.2f}, "
        f"{' and '.join(parts)} ({here['shape']} units, batch rule; dashed: the article's end)"
    )


def _ends(first: Mapping[Any, Any], last: Mapping[Any, Any], column: str) -> str:
    return f"{100 * first[column]:.1f} to {100 * last[column]:.1f} %"


def _finish(ax: Axes, title: str, is_share: bool) -> None:
    ax.axvline(HALF_A_STEP, color="#9a9a9a", linewidth=0.8, linestyle="--", zorder=0)
    ax.set_title(title)
    ax.set_xscale("log")
    ax.set_xlim(LARGEST_RADIUS * 1.1, 0.085)
    ax.set_xticks(TICKS)
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    if is_share:
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g} %"))
