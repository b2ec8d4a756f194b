"""Time per sample over the schedule of a run, by form of the rule, and the floor."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullLocator

from ...benchmark.time_summaries import CHOSEN, PRODUCTS, RunTime, ScheduleTimes
from ..drawing.style import write_title

# Each form: its name, colour, line width and the places of its marks.
FORMS = {
    "block": ("block form", "#8b48bc", 1.0, "s"),
    "virtual": ("virtual units\n(blocks where too rough)", "#ac3a54", 1.0, "^"),
    "lazy": ("lazy form", "#c67f00", 1.0, "D"),
    CHOSEN: ("as chosen, whole epoch", "#054b6c", 2.6, "o"),
}
FLOOR = "#707070"
SMALL = 7
# Epochs that are named on the axes.
N_NAMED = 7
# Of small text, as a share of the axes' height.
LINE_HEIGHT = 0.06
# Of the name of a curve that ends early, as a share of the axes' width.
LABEL_WIDTH = 0.3


def draw_schedule(figure: Figure, times: ScheduleTimes, *, machine: str = "") -> None:
    """Draw time per sample against the epoch, the radius above it.

    Parameters
    ----------
    figure : Figure
    times : ScheduleTimes
    machine : str
        What was measured on; written below.
    """
    medians = times.medians
    if medians.empty:
        figure.text(0.5, 0.5, "nothing was measured", ha="center")
        return
    ax = figure.subplots()
    ends: list[tuple[float, float, str, str]] = []
    for form in [form for form in FORMS if form in medians]:
        label, colour, width, marker = FORMS[form]
        curve = medians[form].dropna()
        ax.plot(
            curve.index, curve, color=colour, lw=width, marker=marker,
            ms=2.5 if width < 2 else 4, zorder=2 + width,
        )  # fmt: skip
        ends.append((curve.index[-1], curve.iloc[-1], label, colour))
    if times.floor is not None:
        ends.append(_draw_floor(ax, medians[PRODUCTS].dropna(), times.floor))
    first, last = medians.index.min(), medians.index.max()
    margin = max(1.0, 0.02 * (last - first))
    values = medians[[form for form in (*FORMS, PRODUCTS) if form in medians]].stack()
    ax.set_yscale("log")
    ax.set(xlim=(first - margin, last + margin), ylim=(values.min() / 1.3, values.max() * 1.5))
    ax.yaxis.set_major_locator(LogLocator(10, subs=(1, 2, 5)))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.set(xlabel="epoch", ylabel="microseconds per sample (log scale)")
    _label_ends(ax, ends, last, medians[[form for form in FORMS if form in medians]])
    _name_radii(ax, times.radii)
    if times.run:
        write_title(figure, what_a_run_takes(times.run, times.floor))
    if machine:
        figure.supxlabel(machine, fontsize=SMALL)


def _draw_floor(ax: Axes, products: pd.Series, floor: float) -> tuple[float, float, str, str]:
    """Draw a time that is the same in each epoch as a line, and its spread as a band."""
    ax.axhspan(products.min(), products.max(), color=FLOOR, alpha=0.15, linewidth=0)
    ax.axhline(floor, color=FLOOR, linestyle="--", linewidth=1)
    label = "floor of dense engines:\ntwo matrix products"
    band = "\n(band: range over epochs)" if len(products) > 1 else ""
    return products.index[-1], floor, label + band, FLOOR


def what_a_run_takes(run: RunTime, floor: float | None) -> str:
    """Return what a whole run takes, next to the floor."""
    first, last = run.first_epoch, run.last_epoch
    epochs = f"{last} epochs" if first == 1 else f"epochs {first} to {last}"
    epochs = f"epoch {first}" if first == last else epochs
    note = f"{epochs} of {run.n_samples:,} samples take about {run.seconds:.3g} s"
    if run.n_measured <= last - first:
        note += f" (measured: {run.n_measured} epochs)"
    if floor is not None:
        least = 1e-6 * floor * run.n_samples * (last - first + 1)
        note += f"; two matrix products alone, {least:.3g} s"
    return note[0].upper() + note[1:]


def _label_ends(
    ax: Axes, ends: list[tuple[float, float, str, str]], last: float, curves: pd.DataFrame
) -> None:
    """Name the curves: right of the axes, or where a curve ends earlier, at that end.

    There the name stands above all curves that run beside it.
    """
    low, high = np.log(ax.get_ylim())
    free = -np.inf
    for epoch, value, label, colour in sorted(ends, key=lambda end: end[1]):
        if epoch < last:
            reach = epoch + LABEL_WIDTH * (last - curves.index.min())
            value = curves.loc[(curves.index >= epoch) & (curves.index <= reach)].max(axis=None)
            ax.annotate(
                label, (epoch, value), (4, 4), textcoords="offset points", va="bottom",
                fontsize=SMALL, color=colour,
                path_effects=[withStroke(linewidth=2, foreground="white")],
            )  # fmt: skip
            continue
        half = LINE_HEIGHT * (1 + label.count("\n")) / 2
        place = max((np.log(value) - low) / (high - low), free + half)
        free = place + half
        ax.annotate(
            label, (1.01, place), xycoords="axes fraction", va="center",
            fontsize=SMALL, color=colour,
        )  # fmt: skip


def _name_radii(ax: Axes, radii: pd.Series) -> None:
    """Name some epochs below and their radii above."""
    chosen = np.linspace(0, len(radii) - 1, min(N_NAMED, len(radii))).round().astype(int)
    radii = radii.iloc[chosen]
    ax.set_xticks(radii.index)
    top = ax.secondary_xaxis("top")
    top.xaxis.set_major_locator(FixedLocator(list(radii.index)))
    top.xaxis.set_minor_locator(NullLocator())
    top.set_xticklabels([f"{radius:.3g}" for radius in radii])
    top.set_xlabel("radius R (grid steps)")
    top.spines["top"].set_visible(True)
