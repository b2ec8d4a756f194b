"""Test accuracy against the number of labels, for the map's features and controls."""

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from ..drawing.style import reaches, wrapped
from .draw_classifier_scores import (
    FEATURE_NAMES,
    FLOOR,
    accuracy_axis,
)

COLOURS = {
    "map_rbf": ("#054b6c", "o"),
    "random_rbf": ("#ac3a54", "s"),
    "pixels": ("#8b48bc", "D"),
    "nearest_neighbour": ("#707070", "X"),
}


def draw_classifier_learning_curve(figure: Figure, points: pd.DataFrame) -> None:
    """Draw one line per set of features, through the mean of the draws.

    Parameters
    ----------
    figure : Figure
    points : DataFrame
        As `curve_points` in `som.classifier.curve_points` returns it.
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
    ax.axhline(1 - FLOOR, color="#707070", linewidth=0.8, linestyle=(0, (3, 2)), zorder=0)
    sizes = sorted(points["n_labels"].unique().tolist())
    ax.set(xscale="log", xlabel="training images with a label")
    ax.xaxis.set_major_locator(FixedLocator(sizes))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xticklabels([f"{size:,}" for size in sizes])
    accuracy_axis(ax, points["min"].min(), points["max"].max(), "y")
    ax.set_ylabel("accuracy on the test set (errors by logarithm)")
    ax.annotate(
        f"literature, all labels: {FLOOR:.2%}".replace("%", " %"), (sizes[0], 1 - FLOOR),
        xytext=(0, 2), textcoords="offset points", fontsize=7, color="#505050",
    )  # fmt: skip
    note = "mean of the draws, bars: all draws; of a single one the 95 % interval"
    ax.set_title(note, fontsize=7)
    figure.suptitle(wrapped(learning_curve_finding(points), figure), x=0.01, ha="left")
    ax.legend(loc="lower right", labelspacing=0.3)


def learning_curve_finding(points: pd.DataFrame) -> str:
    """Return the accuracy of each set of features with the fewest and with the most labels."""
    parts = []
    for name in COLOURS:
        rows = points[points["features"] == name].sort_values("n_labels")
        if len(rows):
            ends = [f"{100 * rows['mean'].iloc[place]:.1f}" for place in (0, -1)]
            parts.append(f"{FEATURE_NAMES[name]} {ends[0]} and {ends[1]} %")
    labels = points["n_labels"]
    return f"With {labels.min():,} and {labels.max():,} labels: {', '.join(parts)}"
