"""Clusters of units on the map, and in what each differs."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from ..model.lattice import Lattice
from .drawing.style import (
    class_colours,
    draw_lattice_map,
    majority_colours,
    short_number,
    shortened,
    write_title,
)

# A mean silhouette below that shows no substantial structure (Kaufman & Rousseeuw 1990).
CLEAR = 0.25
MAP_WIDTH, KEY_WIDTH = 1, 0.9


def clusters_height(summary: Mapping[str, Any], width: float, aspect: float) -> float:
    """Return the inches that the figure needs at a width, for a map of an aspect (height/width)."""
    inches = width * MAP_WIDTH / (MAP_WIDTH + KEY_WIDTH) - 0.45
    # The key needs two to four lines per cluster.
    lines = sum(2 + len(one["features"]) for one in summary["clusters"]) + 3
    return max(inches * aspect + 0.9, 0.15 * lines + 0.5)


def draw_clusters(
    figure: Figure,
    lattice: Lattice,
    clusters: NDArray[np.floating],
    summary: Mapping[str, Any],
    *,
    palette: Sequence[str],
    dead_colour: str,
) -> None:
    """Draw the cluster of each unit, with a key that says in what each cluster differs.

    Parameters
    ----------
    figure : Figure
    lattice : Lattice
    clusters : array of shape (n_units,)
        NaN where the unit is dead.
    summary : mapping
        As in `clusters/epoch_EEE.json`.
    palette : sequence of colours
    dead_colour : colour
    """
    described = summary["clusters"]
    colours = class_colours(palette, len(described))
    purity = np.where(np.isnan(clusters), np.nan, 1.0)
    left, right = figure.subfigures(1, 2, width_ratios=[MAP_WIDTH, KEY_WIDTH], squeeze=False)[0]
    ax = left.add_subplot()
    shown = majority_colours(clusters, purity, colours, dead_colour, fade_by_purity=False)
    draw_lattice_map(ax, lattice, shown)
    key = right.add_subplot()
    key.set_axis_off()
    lines = [_describe(one) for one in described]
    handles = [Patch(color=colour) for colour in colours]
    if n_dead := int(np.isnan(clusters).sum()):
        handles.append(Patch(color=dead_colour))
        lines.append(f"no training sample · {n_dead:,} units")
    key.legend(handles, lines, loc="upper left", borderaxespad=0, labelspacing=0.8)
    write_title(figure, clusters_finding(summary))


def _describe(one: Mapping[str, Any]) -> str:
    text = (
        f"cluster {one['cluster']} · {one['samples']:,} training samples on {one['units']:,} units"
    )
    for feature in one["features"]:
        word = "high" if feature["deviations"] > 0 else "low"
        text += (
            f"\n{shortened(feature['name'], 24)} {word}: {short_number(feature['mean'])} on average"
        )
    return text


def clusters_finding(summary: Mapping[str, Any]) -> str:
    """Return how many clusters there are, and how that number was chosen."""
    count, silhouettes = len(summary["clusters"]), summary["silhouettes"]
    if not silhouettes:
        return f"After epoch {summary['epoch']}, all units that win samples form one cluster"
    tried, best = [int(key) for key in silhouettes], silhouettes[str(count)]
    text = (
        f"After epoch {summary['epoch']}, the units form {count} clusters: of {min(tried)} to "
        f"{max(tried)}, this number has the largest mean silhouette ({best:.2f})"
    )
    return text if best >= CLEAR else f"{text}, which is too small for clear clusters"
