"""A map as a figure for one's own Python: the classes of its units, or the U-matrix."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from ..figures.draw_u_matrix import draw_u_matrix
from ..figures.drawing.layout import map_aspect
from ..figures.drawing.style import (
    class_colours,
    draw_lattice_map,
    house_style,
    majority_colours,
    new_figure,
    shortened,
)
from ..model.lattice import Lattice

WIDTH, DPI = 5.0, 150
DEAD_COLOUR = "#d9d9d9"
# As in config/figures.yaml: any two can be told apart, also by those who are colour-blind.
PALETTE = (
    *("#2b8377", "#ac3a54", "#eed14d", "#054b6c", "#d881ac"),
    *("#504a00", "#02cfef", "#8b48bc", "#678fff", "#769000"),
)
MOST_NAMED = 30  # classes in the key


def plot_classes(
    lattice: Lattice, classes: NDArray[Any], unit_classes: NDArray[np.integer]
) -> Figure:
    """Return a map of the units' classes, with a key.

    Parameters
    ----------
    lattice : Lattice
    classes : array of shape (n_classes,)
        Their names.
    unit_classes : integer array of shape (n_units,)
        The index of each unit's class, −1 where it has none.
    """
    palette = class_colours(PALETTE, len(classes))
    shown = np.where(unit_classes < 0, np.nan, unit_classes)
    purity = np.where(np.isnan(shown), np.nan, 1.0)
    colours = majority_colours(shown, purity, palette, DEAD_COLOUR, fade_by_purity=False)
    with _new_map(lattice) as figure:
        ax = figure.add_subplot()
        draw_lattice_map(ax, lattice, colours)
        named = int((unit_classes >= 0).sum())
        ax.set_title(f"{named:,} of {len(shown):,} units answer to some training sample")
        if len(palette) <= MOST_NAMED:
            handles = [Patch(color=colour) for colour in (*palette, DEAD_COLOUR)]
            names = [*(shortened(str(name), 30) for name in classes), "none"]
            ax.legend(handles, names, loc="upper left", bbox_to_anchor=(1.01, 1), borderaxespad=0)
    return figure


def plot_u_matrix(lattice: Lattice, distances: NDArray[np.floating], epoch: int) -> Figure:
    """Return the U-matrix, `distances` of shape (n_units,), as a map."""
    with _new_map(lattice) as figure:
        draw_u_matrix(
            figure, lattice, distances, epoch=epoch, colour_map="viridis", unit="Euclidean"
        )
    return figure


@contextmanager
def _new_map(lattice: Lattice) -> Iterator[Figure]:
    """Yield an empty figure in the house style, and lay it out at the end."""
    with house_style():
        figure = new_figure(WIDTH, 0.8 * WIDTH * map_aspect(lattice) + 0.5, DPI)
        yield figure
        figure.draw_without_rendering()
