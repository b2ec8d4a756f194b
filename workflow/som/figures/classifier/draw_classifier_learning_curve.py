"""Test accuracy against the number of labels, for the map's features and controls."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullFormatter

from ..drawing.style import reaches, spaced, write_title
from .draw_classifier_scores import (
    FEATURE_NAMES,
    FLOOR,
    FLOOR_DATASET,
    accuracy_axis,
)

COLOURS = {
    "map_rbf": ("#054b6c", "o"),
    "random_rbf": ("#ac3a54", "s"),
    "pixels": ("#8b48bc", "D"),
    "nearest_neighbour": ("#707070", "X"),
}
# What the title says.
SAID = ("map_rbf", "random_rbf")
# Inches: of a number below the axis, and of what stands left of it.
NAME_WIDTH, AXIS_WIDTH = 0.4, 0.6


def draw_classifier_learning_curve(figure: Figure, points: pd.DataFrame, *, dataset: str) -> None:
    """Draw one line per set of features, through the mean of the draws.

    Parameters
    ----------
    figure : Figure
    points : DataFrame
        As `curve_points` in `som.classifier.curve_points` returns it.
    dataset : str
        Of MNIST, an accuracy from the literature is drawn, too.
    """
    ax = figure.add_subplot()
    for number, (name, (colour, marker)) in enumerate(COLOURS.items()):
        rows = points[points["features"] == name]
        if rows.empty:
            continue
        # Side by side, so that bars do not hide one another.
        places = rows["n_labels"] * 1.03 ** (number - 1.5)
        errors, least, most = (1 - rows[name].to_numpy(float) for name in ("mean", "max", "min"))
        ax.errorbar(
            places, errors, yerr=reaches(errors, least, most),
            color=colour, marker=marker, label=FEATURE_NAMES[name], elinewidth=0.8, capsize=1.5,
        )  # fmt: skip
    sizes = sorted(points["n_labels"].unique().tolist())
    note = "mean of the draws, bars: all draws;\nof a single one the 95 % interval"
    ax.set(xscale="log", xlabel=f"training images with a label\n({note})")
    named = spaced(sizes, NAME_WIDTH / (figure.get_figwidth() - AXIS_WIDTH))
    ax.set_xticks(named, [f"{size:,}" for size in named])
    ax.xaxis.set_minor_locator(FixedLocator(sizes))
    ax.xaxis.set_minor_formatter(NullFormatter())
    accuracy_axis(ax, points["min"].min(), points["max"].max(), "y")
    ax.set_ylabel("accuracy on the test set (errors by logarithm)")
    if dataset == FLOOR_DATASET:
        _mark_literature(ax, sizes[0])
    write_title(figure, learning_curve_finding(points))
    ax.legend(loc="lower right", labelspacing=0.3)


def _mark_literature(ax: Axes, first_size: int) -> None:
    ax.axhline(1 - FLOOR, color="#707070", linewidth=0.8, linestyle=(0, (3, 2)), zorder=0)
    ax.annotate(
        f"literature, all labels: {FLOOR:.2%}".replace("%", " %"), (first_size, 1 - FLOOR),
        xytext=(0, -2), textcoords="offset points", va="top", fontsize=7, color="#505050",
    )  # fmt: skip


def learning_curve_finding(points: pd.DataFrame) -> str:
    """Return the accuracy of the map and its control with the fewest and with the most labels.

    Where one of the two is missing, of each set of features.
    """
    drawn, parts = set(points["features"]), []
    for name in SAID if drawn.issuperset(SAID) else COLOURS:
        rows = points[points["features"] == name].sort_values("n_labels")
        if len(rows):
            ends = [f"{100 * rows['mean'].iloc[place]:.1f}" for place in (0, -1)]
            parts.append(f"{FEATURE_NAMES[name]} {ends[0]} and {ends[1]} %")
    labels = points["n_labels"]
    return f"With {labels.min():,} and {labels.max():,} labels: {', '.join(parts)}"
