"""Time per sample against the sizes of map, samples and blocks, and the floors."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ..drawing.style import spaced, write_title

AXES = {
    "units": "units",
    "features": "features",
    "samples": "samples per epoch",
    "block size": "samples per block",
}
# Each kind of work: its name, colour, line and marker; those to compare with are grey.
CURVES = {
    "products": ("floor of dense online engines: two matrix products", "#707070", "--", ""),
    "dense search": ("search by all distances, float64", "#707070", ":", ""),
    "block": ("online, block form, R = side/4", "#8b48bc", "-", "s"),
    "virtual": ("online, virtual units, R = side/4", "#ac3a54", "-", "^"),
    "lazy": ("online, lazy form, R = 1", "#c67f00", "-", "D"),
    "batch epoch": ("batch epoch, R = side/4", "#054b6c", "-", "o"),
    "pruned search": ("search by bounds, exact", "#2b8377", "-", "v"),
}
# Sizes on which the work of a dense engine depends linearly.
GUIDED = ("units", "features")
# Sizes that stay the same in a panel, as its title names them.
FIXED = {"n_units": "units", "n_features": "features"}
SMALL = 7


def draw_scaling(figure: Figure, medians: pd.DataFrame, *, machine: str = "") -> None:
    """Draw a panel for each size that is varied, both axes logarithmic.

    Parameters
    ----------
    figure : Figure
    medians : DataFrame
        As `scaling_medians` in `som.benchmark.time_summaries` returns it.
    machine : str
        What was measured on; written below.
    """
    names = [axis for axis in AXES if (medians["axis"] == axis).any()]
    if not names:
        figure.text(0.5, 0.5, "nothing was measured", ha="center")
        return
    n_columns = min(len(names), 2)
    panels = figure.subplots(-(-len(names) // n_columns), n_columns, sharey=True, squeeze=False)
    for ax in panels.flat[len(names) :]:
        ax.remove()
    times = medians["microseconds_per_sample"]
    bottom, top = 0.7 * times.min(), 1.8 * times.max()
    handles: dict[str, Line2D] = {}
    for ax, name in zip(panels.flat, names, strict=False):
        shown = medians[medians["axis"] == name]
        handles |= _draw_curves(ax, shown)
        ax.set(xscale="log", yscale="log", ylim=(bottom, top), xlabel=AXES[name])
        ax.set_title(_fixed_sizes(shown, name))
        ax.yaxis.set_major_formatter(
            lambda value, _: f"{value:g}" if value < 1 else f"{value:,.0f}"
        )
        name_values(ax, sorted(shown["value"].unique()))
        if name in GUIDED:
            _draw_guide(ax, top)
    for ax in panels[:, 0]:
        ax.set_ylabel("microseconds per sample")
    write_title(figure, scaling_finding(medians, names[0]))
    figure.legend(
        handles=[handles[what] for what in CURVES if what in handles],
        loc="outside lower center",
        ncols=2,
        title=machine or None,
    )


def scaling_finding(medians: pd.DataFrame, name: str) -> str:
    """Return how much the time per sample grows along an axis: least, and most."""
    growths = []
    shown = medians[medians["axis"] == name]
    for what, curve in shown.groupby("what", sort=False):
        curve = curve.sort_values("value")
        first, last = curve.iloc[0], curve.iloc[-1]
        if what in CURVES and last["value"] > first["value"]:
            times = last["microseconds_per_sample"] / first["microseconds_per_sample"]
            growths.append((float(times), CURVES[str(what)][0]))
    if not growths:
        return "Time per sample by size"
    grown = shown["value"].max() / shown["value"].min()
    ends = [f"{times:.2g} times as long ({what})" for times, what in sorted(growths)]
    said = ends[0] if len(ends) == 1 else f"{ends[0]} to {ends[-1]}"
    return f"With {grown:,.3g} times as many {AXES[name]}, a sample takes {said}"


def _draw_curves(ax: Axes, medians: pd.DataFrame) -> dict[str, Line2D]:
    """Draw the times against one size; return the lines, for a legend."""
    lines = {}
    for what, (label, colour, line, marker) in CURVES.items():
        curve = medians[medians["what"] == what].sort_values("value")
        if len(curve):
            # A single value would otherwise be an invisible line.
            (lines[what],) = ax.plot(
                curve["value"], curve["microseconds_per_sample"], line, color=colour, label=label,
                marker=marker or ("_" if len(curve) == 1 else ""),
            )  # fmt: skip
    ax.grid(axis="y", color="#e4e4e4", linewidth=0.5)
    ax.set_axisbelow(True)
    return lines


def _fixed_sizes(medians: pd.DataFrame, axis: str) -> str:
    names = {column: name for column, name in FIXED.items() if name != axis}
    return ", ".join(
        f"{medians[column].iloc[0]:,} {name}"
        for column, name in names.items()
        if medians[column].nunique() == 1
    )


def name_values(ax: Axes, values: list[int]) -> None:
    """Label the values that were measured, largest first, as far as there is room."""
    named = spaced(values, 0.13)
    ax.set_xticks(named, [f"{value:,}" for value in named])
    others = [value for value in values if value not in named]
    ax.set_xticks(others, [""] * len(others), minor=True)


def _draw_guide(ax: Axes, top: float) -> None:
    """Draw a slope of one in the upper left corner, where costs that rise leave room."""
    first, last = ax.get_xlim()
    start = first * (last / first) ** 0.04
    stop = first * (last / first) ** 0.3
    end = 0.75 * top
    ax.plot([start, stop], [end * start / stop, end], color="#a0a0a0", linewidth=0.8, zorder=1)
    ax.annotate(
        "linear", (stop, end), (3, -2), textcoords="offset points", va="center",
        fontsize=SMALL, color="#606060",
    )  # fmt: skip
