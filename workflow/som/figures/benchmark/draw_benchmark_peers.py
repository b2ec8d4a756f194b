"""How many times longer other libraries take than this engine, as bars."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import LogLocator, NullFormatter

from ..drawing.style import reaches, write_title

OURS, PEER, OTHER_RULE = "#2b8377", "#054b6c", "#b0b0b0"
NAMES = {
    "ours": "ours",
    "minisom": "MiniSom",
    "python_som": "python-som",
    "torchsom": "TorchSOM",
    "quicksom": "quicksom",
    "fastersom": "fastersom",
    "xpysom": "XPySom",
    "somoclu": "somoclu",
    "numbasom": "NumbaSOM",
    "sparse_som": "sparse-som",
}
PANELS = {"online": "Online rule", "batch": "Batch rule"}
SMALL = 7
# Inches of the text at a bar's end, and of what stands left and right of the axes.
TEXT_INCHES, OTHER_INCHES = 1.0, 3.1


def draw_peers(figure: Figure, rows: pd.DataFrame, *, machine: str = "") -> None:
    """Draw a panel for the online rule and one for the batch rule, on one scale.

    Parameters
    ----------
    figure : Figure
    rows : DataFrame
        As `peer_ratios` in `som.benchmark.time_summaries` returns it.
    machine : str
        What was measured on; written below.
    """
    panels = {name: rows[rows["panel"] == name] for name in PANELS}
    panels = {name: some for name, some in panels.items() if len(some)}
    if not panels:
        figure.text(0.5, 0.5, "nothing was measured", ha="center")
        return
    axes = figure.subplots(
        len(panels),
        1,
        sharex=True,
        squeeze=False,
        height_ratios=[len(some) + 1 for some in panels.values()],
    )[:, 0]
    ends = rows[["ratio_low", "ratio_high", "cold_ratio"]].stack().dropna()
    # A bar on a log axis needs a foot; one that is faster than ours has to stand on it, too.
    foot = min([0.5, *(0.7 * ends)])
    longest = max([1, *ends])
    # More room, for the text at the ends.
    room = TEXT_INCHES / (figure.get_figwidth() - OTHER_INCHES)
    axes[0].set(
        xscale="log", xlim=(foot, max(10, longest * (longest / foot) ** (room / (1 - room))))
    )
    for ax, (name, some) in zip(axes, panels.items(), strict=True):
        _draw_panel(ax, some, foot)
        ax.set_title(PANELS[name])
        ax.xaxis.set_major_locator(LogLocator(numticks=12))
        ax.xaxis.set_major_formatter(lambda value, _: _times(value) if value <= longest else "")
        ax.xaxis.set_minor_formatter(NullFormatter())
    write_title(figure, peers_finding(rows))
    axes[-1].set_xlabel(
        "time per sample, in times of ours at the same epoch (R: radius, grid steps)"
    )
    figure.legend(handles=_legend(rows), loc="outside lower center", ncols=3, title=machine or None)


def peers_finding(rows: pd.DataFrame) -> str:
    """Return how many times longer the fastest other library takes, for each rule."""
    parts = []
    for panel in PANELS:
        others = rows[(rows["rule"] == panel) & (rows["library"] != "ours")].dropna(subset="ratio")
        if len(others):
            ratios = others.groupby("library")["ratio"].median().sort_values()
            nearest = NAMES.get(ratios.index[0], ratios.index[0])
            parts.append(f"{_number(ratios.iloc[0])} times as long ({nearest}, {panel} rule)")
    if not parts:
        return "No other library ran"
    return f"The fastest other library takes {' and '.join(parts)}, by the median over epochs"


def _draw_panel(ax: Axes, rows: pd.DataFrame, foot: float) -> None:
    places, ratios = np.arange(len(rows)), rows["ratio"].to_numpy(float)
    records = rows.to_dict("records")
    bars = ax.barh(places, ratios - foot, left=foot, height=0.65)
    for bar, row in zip(bars, records, strict=True):
        bar.set_facecolor(_colour(row))
    spread = reaches(ratios, rows["ratio_low"], rows["ratio_high"])
    ax.errorbar(ratios, places, xerr=spread, fmt="none", ecolor="#202020", elinewidth=0.8)
    ax.plot(rows["cold_ratio"], places, **_COLD)
    ax.axvline(1, color="#404040", linewidth=0.6, linestyle=":")
    for place, row in zip(places, records, strict=True):
        end = np.nanmax([foot, row["ratio_high"], row["cold_ratio"]])
        ax.annotate(
            _text(row), (end, place), (5, 0), textcoords="offset points", va="center",
            fontsize=SMALL,
        )  # fmt: skip
        ax.annotate(
            _remark(row), (1.01, place), xycoords=("axes fraction", "data"), va="center",
            fontsize=SMALL, color="#606060",
        )  # fmt: skip
    ax.set_yticks(places, [_label(row) for row in records])
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


_COLD: dict[str, Any] = {
    "linestyle": "",
    "marker": "o",
    "markersize": 4,
    "markerfacecolor": "white",
    "markeredgecolor": "#202020",
    "markeredgewidth": 0.8,
}


def _legend(rows: pd.DataFrame) -> list[Any]:
    """Return a legend of the colours and marks of these rows."""
    colours = {
        OURS: "ours: this engine",
        PEER: "same rule",
        OTHER_RULE: "another rule, named on the right",
    }
    drawn = {_colour(row) for row in rows[rows["ratio"].notna()].to_dict("records")}
    handles: list[Any] = [
        Patch(color=colour, label=label) for colour, label in colours.items() if colour in drawn
    ]
    line = Line2D([], [], color="#202020", linewidth=0.8)
    handles.append(line)
    line.set_label("range of warm measurements, the bar being their median")
    if rows["cold_ratio"].notna().any():
        handles.append(Line2D([], [], label="first call in a fresh process", **_COLD))
    return handles


def _colour(row: Mapping[Any, Any]) -> str:
    if row["library"] == "ours":
        return OURS
    return PEER if row["rule"] == row["panel"] else OTHER_RULE


def _label(row: Mapping[Any, Any]) -> str:
    name = NAMES.get(row["library"], row["library"])
    version = "" if row["library"] == "ours" else f" {row['version']}"
    return f"{name}{version}, R = {row['radius']:.3g}"


def _text(row: Mapping[Any, Any]) -> str:
    """Return the text at a bar's end: ratio and time, as far as there are any."""
    is_warm = not np.isnan(row["microseconds"])
    ratio = row["ratio" if is_warm else "cold_ratio"]
    parts = [] if np.isnan(ratio) or row["library"] == "ours" else [_number(ratio) + "×"]
    parts.append(_duration(row["microseconds" if is_warm else "cold"]))
    if np.isnan(ratio):
        parts.append("none of ours beside it")
    return ", ".join(parts)


def _remark(row: Mapping[Any, Any]) -> str:
    parts = [f"timed on {row['n_samples']:,} samples"] if row["is_part"] else []
    parts += [row["rule"].removeprefix("online, ")] if row["rule"] != row["panel"] else []
    parts += ["first call only"] if np.isnan(row["microseconds"]) else []
    return ", ".join(parts)


def _times(value: float) -> str:
    return f"{value:,g}×" if value < 1 else f"{value:,.0f}×"


def _duration(microseconds: float) -> str:
    """Return a time per sample with its unit, two digits or more.

    Examples
    --------
    >>> [_duration(time) for time in (5.96, 31.4, 994.0, 999.7, 7480.0)]
    ['6.0 µs', '31 µs', '994 µs', '1.0 ms', '7.5 ms']
    """
    if microseconds >= 999.5:
        return f"{_number(microseconds / 1000)} ms"
    return f"{_number(microseconds)} µs"


def _number(value: float) -> str:
    if value < 0.995:
        return f"{value:.2g}"
    return f"{value:.1f}" if value < 9.95 else f"{value:,.0f}"
