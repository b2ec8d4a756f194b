"""Peak memory of training against units and samples, its floors, and what jobs ask for."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from matplotlib.ticker import LogLocator, NullLocator

from ...benchmark.memory_summaries import ASKED, FLOOR, LIBRARY, PREDICTED
from ..drawing.style import write_title
from .draw_benchmark_scaling import name_values

AXES = {"units": "units (log scale)", "samples": "training samples (log scale)"}
# What a panel's title says of the sizes that stay the same in it.
FIXED = {
    "units": {"n_samples": "samples in memory", "n_features": "features"},
    "samples": {"n_units": "units", "n_features": "features"},
}
GREY, SMALL = "#707070", 7
# Each curve: its name, colour, line, width and marker.
CURVES = {
    ASKED: ("what a training job asks for", GREY, "-", 0.6, ""),
    PREDICTED: ("predicted: library, samples, and what the map needs", GREY, "-.", 0.8, ""),
    FLOOR: ("floor: codebook in float32, samples as bytes", GREY, "--", 1.4, ""),
    LIBRARY: ("floor: the library alone, imported", GREY, ":", 1.4, ""),
    "online": ("online rule, samples in memory", "#8b48bc", "-", 1.4, "s"),
    "batch": ("batch rule, samples in memory", "#054b6c", "-", 1.4, "o"),
    "online, in parts": ("online rule, samples read in parts", "#c67f00", "-", 1.4, "D"),
    "batch, in parts": ("batch rule, samples read in parts", "#2b8377", "-", 1.4, "v"),
}


def draw_memory(
    figure: Figure,
    curves: pd.DataFrame,
    *,
    finding: str = "",
    most_in_memory: int | None = None,
    machine: str = "",
) -> None:
    """Draw a panel for units and one for samples, both axes logarithmic.

    Parameters
    ----------
    figure : Figure
    curves : DataFrame
        As `memory_curves` in `som.benchmark.memory_summaries` returns it.
    finding : str
        Written above.
    most_in_memory : int, optional
        The number of samples above which a run reads them in parts, for a line there.
    machine : str
        What was measured on; written below.
    """
    names = [axis for axis in AXES if (curves["axis"] == axis).any()]
    if not names:
        figure.text(0.5, 0.5, "nothing was measured", ha="center")
        return
    panels = figure.subplots(1, len(names), sharey=True, squeeze=False)[0]
    memory = curves["gigabytes"]
    handles: dict[str, Line2D] = {}
    for ax, name in zip(panels, names, strict=True):
        shown = curves[curves["axis"] == name]
        handles |= _draw_curves(ax, shown)
        ax.set(xscale="log", yscale="log", ylim=(0.7 * memory.min(), 1.4 * memory.max()))
        ax.set_xlabel(AXES[name])
        ax.set_title(_fixed_sizes(shown, FIXED[name]))
        name_values(ax, sorted(shown["value"].unique()))
        if name == "samples" and most_in_memory is not None:
            _draw_limit(ax, most_in_memory)
    panels[0].set_ylabel("peak memory in GB (log scale)")
    panels[0].yaxis.set_major_locator(LogLocator(10, subs=(1, 2, 5)))
    panels[0].yaxis.set_minor_locator(NullLocator())
    panels[0].yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    if finding:
        write_title(figure, finding)
    figure.legend(
        handles=[handles[curve] for curve in CURVES if curve in handles],
        loc="outside lower center",
        ncols=2,
        title=machine or None,
    )


def _draw_curves(ax: Axes, curves: pd.DataFrame) -> dict[str, Line2D]:
    """Draw the memory against one size; return the lines, for a legend."""
    lines = {}
    for name, (label, colour, line, width, marker) in CURVES.items():
        curve = curves[curves["curve"] == name].sort_values("value")
        if len(curve):
            # A single value would otherwise be an invisible line.
            (lines[name],) = ax.plot(
                curve["value"], curve["gigabytes"], line, color=colour, label=label,
                linewidth=width, marker=marker or ("_" if len(curve) == 1 else ""),
            )  # fmt: skip
    ax.grid(axis="y", color="#e4e4e4", linewidth=0.5)
    ax.set_axisbelow(True)
    return lines


def _draw_limit(ax: Axes, most_in_memory: int) -> None:
    """Draw a line where reading in parts begins, if the axis has room for it."""
    first, last = ax.get_xlim()
    if not 3 * first < most_in_memory < last:
        return
    ax.axvline(most_in_memory, color="#a0a0a0", linewidth=0.8, zorder=1)
    ax.annotate(
        f"a run reads more than\n{most_in_memory:,} in parts", (most_in_memory, 0.02), (-3, 0),
        xycoords=("data", "axes fraction"), textcoords="offset points", ha="right", va="bottom",
        fontsize=SMALL, color="#606060",
        path_effects=[withStroke(linewidth=2, foreground="white")],
    )  # fmt: skip


def _fixed_sizes(curves: pd.DataFrame, names: dict[str, str]) -> str:
    return ", ".join(
        f"{curves[column].iloc[0]:,} {name}"
        for column, name in names.items()
        if curves[column].nunique() == 1
    )
