"""Every unit's weight vector of a table as a profile: which features are high in it, which low."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ..model.lattice import Lattice
from ..statistics.component_planes import Planes
from .draw_prototypes import prototypes_finding
from .drawing.layout import map_note, unit_centres, unit_outlines
from .drawing.style import UNDEFINED_COLOUR, draw_lattice_map, short_number, shortened, write_title

MOST_FEATURES = 40
HIGH, LOW = "#054b6c", "#ac3a54"
SIDE = 0.72  # of a profile, by the side of a cell: fits into hexagons


def profiles_height(n_features: int, width: float, aspect: float) -> float:
    """Return the inches that the figure needs at a width, for a map of an aspect (height/width)."""
    rows = min(n_features, MOST_FEATURES)
    return max(0.62 * width * aspect, 0.13 * rows + 0.5) + 0.7


def draw_profiles(
    figure: Figure,
    lattice: Lattice,
    planes: Planes,
    names: Sequence[str],
    hits: NDArray[np.integer],
    *,
    epoch: int,
) -> None:
    """Draw a profile in the cell of each unit, and that of the unit with most hits with its names.

    Parameters
    ----------
    figure : Figure
        As high as `profiles_height` says.
    lattice : Lattice
    planes : Planes
        Of the codebook in the table's own units.
    names : sequence of text
        Of the features. Of more than `MOST_FEATURES` those that the lattice orders best are drawn.
    hits : integer array of shape (n_units,)
        Test samples of each unit; the cells of dead ones are grey.
    epoch : int
    """
    shown = planes.best_ordered(MOST_FEATURES)
    profiles, chosen = planes.profiles[:, shown], int(np.argmax(hits))
    left, right = figure.subplots(1, 2, width_ratios=[0.62, 0.38])
    colours = np.where(hits > 0, "#ffffff", UNDEFINED_COLOUR)
    draw_lattice_map(left, lattice, colours, label_axes=lattice.has_rows_and_columns)
    left.add_collection(
        PolyCollection(
            list(unit_outlines(lattice)), facecolors="none", edgecolors="#b0b0b0", linewidths=0.3
        )
    )
    bars, is_high = _bars(profiles, unit_centres(lattice))
    left.add_collection(
        PolyCollection(list(bars), facecolors=np.where(is_high, HIGH, LOW), linewidths=0)
    )
    framed = [unit_outlines(lattice)[chosen]]
    left.add_collection(
        PolyCollection(framed, facecolors="none", edgecolors="#000000", linewidths=1.4, zorder=3)
    )
    own = [shortened(names[feature], 22) for feature in shown]
    _draw_names(right, profiles[chosen], planes.codebook[chosen, shown], own)
    names_of_axes = "row {}, column {}" if lattice.has_rows_and_columns else "position {}"
    at = np.unravel_index(chosen, lattice.shape)
    place = names_of_axes.format(*at) if len(at) < 3 else f"position {', '.join(map(str, at))}"
    right.set_title(f"framed: the unit with most hits\n({place})", fontsize=7, loc="left")
    note = map_note(lattice)
    text = "up: above the mean of all units; down: below" + (f"\n{note}" if note else "")
    left.set_title(text, fontsize=7, loc="left")
    n_dead = int((hits == 0).sum())
    write_title(figure, prototypes_finding(planes, epoch, n_dead, "in grey"))


def _bars(
    profiles: NDArray[np.float64], centres: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the corners of all bars, of shape (n_bars, 4, 2), and which point up."""
    n_units, n_features = profiles.shape
    edges = np.linspace(-SIDE / 2, SIDE / 2, n_features + 1)
    gap = SIDE / n_features * (0.12 if n_features > 1 else 0)
    left = np.broadcast_to(edges[:-1] + gap, profiles.shape) + centres[:, :1]
    right = np.broadcast_to(edges[1:] - gap, profiles.shape) + centres[:, :1]
    foot = np.broadcast_to(centres[:, 1:], profiles.shape)
    top = foot - profiles * SIDE / 2  # y points down.
    corners = np.stack([left, foot, left, top, right, top, right, foot], axis=-1)
    return corners.reshape(n_units * n_features, 4, 2), (profiles > 0).ravel()


def _draw_names(
    ax: Axes, profile: NDArray[np.float64], weights: NDArray[np.floating], names: Sequence[str]
) -> None:
    """Draw one profile as bars from top to bottom, with each feature's name and weight."""
    places = np.arange(len(profile))
    ax.barh(places, profile, color=np.where(profile > 0, HIGH, LOW), height=0.76)
    ax.axvline(0, color="#404040", linewidth=0.6)
    labels = [
        f"{name}  {short_number(weight)}" for name, weight in zip(names, weights, strict=True)
    ]
    ax.set(ylim=(len(profile) - 0.5, -0.5), xlim=(-1.05, 1.05), yticks=places, yticklabels=labels)
    ax.set_xticks([-1, 0, 1])
    ax.set_xlabel(
        "distance from the mean of all\nunits, for each feature\n(1: the farthest unit)", fontsize=7
    )
    ax.tick_params(axis="y", length=0)
