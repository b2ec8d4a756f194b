"""How far each method's tours are from the optimum, by instance."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ...tsp.tours import (
    BLOG,
    CURVE,
    FIRST_FALL,
    NEAREST,
    NEAREST_IMPROVED,
    RING,
    RING_IMPROVED,
    ROUTED,
)
from ..drawing.style import write_title

# Method: its colour and mark.
LOOKS = {
    RING: ("#ac3a54", "o"),
    FIRST_FALL: ("#d881ac", "o"),
    RING_IMPROVED: ("#8b48bc", "s"),
    NEAREST_IMPROVED: ("#054b6c", "s"),
    ROUTED: ("#2b8377", "D"),
    NEAREST: ("#707070", "^"),
    CURVE: ("#a0a0a0", "v"),
}
BLOG_LOOK = ("#000000", "x")
# Per cent up to which the axis is linear, so that a gap of 0 has a place.
LINEAR = 1.0
ROW = 0.32  # inches
MARGINS = 1.6
SPREAD = 0.7  # Share of a row that its marks take.


def figure_height(summary: pd.DataFrame) -> float:
    """Return the height in inches for as many instances as there are."""
    return MARGINS + ROW * max(2, summary["instance"].nunique())


def draw_gaps(figure: Figure, summary: pd.DataFrame) -> None:
    """Draw one row per instance, smallest on top, and one mark per method with its interval.

    Parameters
    ----------
    figure : Figure
    summary : DataFrame
        As in `summary.parquet`.
    """
    ax = figure.subplots()
    sizes = summary.groupby("instance")["cities"].first().sort_values(kind="stable")
    rows = {str(name): row for row, name in enumerate(sizes.index)}
    methods = [method for method in LOOKS if method in set(summary["method"])]
    offsets = {
        method: SPREAD * ((number + 0.5) / len(methods) - 0.5)
        for number, method in enumerate(methods)
    }
    for method in methods:
        _draw_method(ax, summary[summary["method"] == method], rows, offsets[method])
    known = [name for name in rows if name in BLOG]
    if known:
        ax.plot(
            [BLOG[name][0] for name in known], [rows[name] for name in known], "x",
            color=BLOG_LOOK[0], ms=5, mew=1.2, label="som-tsp (blog), mean of 5", zorder=4,
        )  # fmt: skip
    for row in range(0, len(rows), 2):
        ax.axhspan(row - 0.5, row + 0.5, color="#f3f3f3", lw=0, zorder=0)
    ax.set_yticks(range(len(rows)), [_name(name, summary) for name in rows])
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(rows) - 0.5, -0.5)
    _scale(ax)
    write_title(figure, gaps_title(summary))
    figure.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=3)


def gaps_title(summary: pd.DataFrame) -> str:
    """Return how much longer than the best the tours are, on average over the instances."""
    mean = summary.groupby("method")["gap"].mean()
    names = {RING: "the ring", RING_IMPROVED: "the ring with local search", ROUTED: "OR-Tools"}
    found = [f"{name} {mean[key]:.1f} %" for key, name in names.items() if key in mean.index]
    return f"Longer than the best tour, on average: {', '.join(found)}"


def _draw_method(ax: Axes, part: pd.DataFrame, rows: dict[str, int], offset: float) -> None:
    """Draw one method's means as marks and its intervals as lines."""
    method = part["method"].iloc[0]
    colour, mark = LOOKS[method]
    heights = [rows[name] + offset for name in part["instance"]]
    low, high = (
        part[key].to_numpy(float, na_value=float("nan")) for key in ("gap_low", "gap_high")
    )
    ax.hlines(heights, low.clip(min=0), high, color=colour, lw=1.2, zorder=2)
    ax.plot(
        part["gap"], heights, mark, color=colour, ms=4.2 if method == RING else 3,
        label=method, zorder=3, ls="none",
    )  # fmt: skip


def _name(instance: str, summary: pd.DataFrame) -> str:
    reference = summary.loc[summary["instance"] == instance, "reference"].iloc[0]
    return instance if reference == "optimum" else f"{instance} *"


def _scale(ax: Axes) -> None:
    """Scale gaps linearly up to `LINEAR` per cent and by logarithm beyond."""
    ax.set_xscale("symlog", linthresh=LINEAR, linscale=0.5)
    ticks = [0, 1, 2, 5, 10, 20, 50, 100]
    most = max(ax.dataLim.xmax, 2)
    shown = [tick for tick in ticks if tick <= 1.3 * most]
    ax.set_xticks(shown, [str(tick) for tick in shown])
    ax.set_xticks([], minor=True)
    ax.set_xlim(-0.15, 1.3 * most)
    ax.grid(axis="x", color="#d8d8d8", lw=0.5, zorder=0)
    starred = any(label.get_text().endswith("*") for label in ax.get_yticklabels())
    note = "\n* optimum unknown: gap to the shortest tour found" if starred else ""
    ax.set_xlabel(
        "gap to the optimum (%), mean over seeds with 95 % interval; "
        f"logarithmic above {LINEAR:g} %{note}"
    )
