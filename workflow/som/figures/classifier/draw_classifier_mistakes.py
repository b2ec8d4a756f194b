"""The worst mistakes of a classifier as pictures, placed on the map that they were read from."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from workflow.som.figures.drawing.layout import unit_outlines
from workflow.som.figures.drawing.style import draw_lattice_map, majority_colours
from workflow.som.model.lattice import Lattice

# How much of its colour the map keeps behind the pictures.
STRENGTH = 0.35
# Parts of the picture's side: the text below it, and the room around both.
TEXT_SHARE, GAP = 0.42, 1.08
# Side of a picture, as a part of its share of the map's area.
PART = 0.52


def place_on_grid(
    units: NDArray[np.float64],
    size: NDArray[np.float64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Give each picture a cell of a grid over the map, all in all as near to their units as can be.

    Parameters
    ----------
    units : array of shape (n_pictures, 2)
        Where the centres should be.
    size, low, high : arrays of shape (2,)
        Least width and height of a cell, and the limits of the map.

    Returns
    -------
    array of shape (n_pictures, 2)
        Centres of cells, no two the same.

    Examples
    --------
    >>> units, size = np.array([[0.4, 0.5], [0.6, 0.5]]), np.ones(2)
    >>> place_on_grid(units, size, np.zeros(2), np.array([3.0, 1.0])).tolist()
    [[0.5, 0.5], [1.5, 0.5]]
    """
    n_columns, n_rows = np.maximum((high - low) / size, 1).astype(int)
    n_columns = max(n_columns, -(-len(units) // n_rows))
    row, column = np.indices((n_rows, n_columns)).reshape(2, -1)
    cells = low + (np.stack([column, row], axis=1) + 0.5) * (high - low) / (n_columns, n_rows)
    _, chosen = linear_sum_assignment(cdist(units, cells, "sqeuclidean"))
    return cells[chosen]


def draw_classifier_mistakes(
    figure: Figure,
    mistakes: pd.DataFrame,
    images: NDArray[np.uint8],
    lattice: Lattice,
    majority_digits: NDArray[np.floating],
    *,
    model: str,
    palette: Sequence[str],
    dead_colour: str,
) -> None:
    """Draw each mistake's picture near its BMU, and below it the true and the predicted digit.

    A lattice without rows and columns has no such map; then the pictures make a sheet.

    Parameters
    ----------
    figure : Figure
    mistakes : DataFrame
        As `worst_mistakes` in `workflow.som.classifier.mistakes` returns it, with `label`,
        `prediction`, `confidence` and `bmu`.
    images : uint8 array of shape (n_mistakes, height, width)
    lattice : Lattice
    majority_digits : array of shape (n_units,)
        NaN where the unit is dead.
    model : str
        What predicted, for the title.
    palette : sequence of ten colours
    dead_colour : colour
    """
    ax = figure.add_subplot()
    n_pictures = max(len(mistakes), 1)
    if lattice.positions.shape[1] == 2 and min(lattice.shape) > 1:
        colours = majority_colours(
            majority_digits, np.ones(lattice.n_units), palette, dead_colour, fade_by_purity=False
        )
        draw_lattice_map(ax, lattice, 1 - STRENGTH * (1 - colours))
        outlines = unit_outlines(lattice)
        low, high = outlines.min(axis=(0, 1)), outlines.max(axis=(0, 1))
        units = outlines.mean(axis=1)[mistakes["bmu"].to_numpy()]
        side = PART * np.sqrt(np.prod(high - low) / (n_pictures * (1 + TEXT_SHARE)))
        box = side * GAP * np.array([1, 1 + TEXT_SHARE])
        centres = place_on_grid(units, box, low, high)
        _draw_leaders(ax, units, centres, box)
        _name_colours(figure, palette, dead_colour)
        where = "on the map of majority digits, a line to the BMU"
    else:
        centres, side = _sheet(n_pictures)
        low, high = centres.min(axis=0) - 1, centres.max(axis=0) + 1
        ax.set(xlim=(low[0], high[0]), ylim=(high[1], low[1]), aspect="equal")
        ax.set_axis_off()
        where = "the most confident one first"
    for place, image, (_, row) in zip(centres, images, mistakes.iterrows(), strict=False):
        _draw_picture(ax, place, side, image, row)
    ax.set_title(
        f"{model}: the {len(mistakes)} mistakes made with the most confidence, true → predicted,\n"
        f"{where}"
    )


def _draw_leaders(
    ax: Axes,
    units: NDArray[np.float64],
    centres: NDArray[np.float64],
    box: NDArray[np.float64],
) -> None:
    """Draw a line from each picture to its unit, where it does not cover that."""
    for unit, centre in zip(units, centres, strict=True):
        if (np.abs(unit - centre) > box / 2 / GAP).any():
            ax.plot(*np.transpose([unit, centre]), color="#202020", linewidth=0.7, zorder=2)
            ax.plot(*unit, "o", color="#202020", markersize=2.5, zorder=2)


def _name_colours(figure: Figure, palette: Sequence[str], dead_colour: str) -> None:
    colours = [*map(to_rgb, palette), to_rgb(dead_colour)]
    pale = [tuple(1 - STRENGTH * (1 - np.array(colour))) for colour in colours]
    figure.legend(
        [Patch(facecolor=colour) for colour in pale],
        [*map(str, range(len(palette))), "dead"],
        title="majority digit of the unit",
        loc="outside lower center",
        ncols=len(colours),
    )


def _sheet(n_pictures: int) -> tuple[NDArray[np.float64], float]:
    """Return centres on a sheet of rows, x and y, and the side of a picture."""
    n_columns = int(np.ceil(np.sqrt(n_pictures)))
    rows, columns = np.divmod(np.arange(n_pictures), n_columns)
    return np.stack([columns * 1.2, rows * (1.2 + TEXT_SHARE)], axis=1).astype(float), 1.0


def _draw_picture(
    ax: Axes, place: NDArray[np.float64], side: float, image: NDArray[np.uint8], row: pd.Series
) -> None:
    """Draw one picture with its frame, and the digits below it."""
    x, y = place
    top, bottom = y - side * (1 + TEXT_SHARE) / 2, y + side * (1 - TEXT_SHARE) / 2
    left, right = x - side / 2, x + side / 2
    below = bottom + side * TEXT_SHARE
    ax.add_patch(
        Rectangle((left, top), side, below - top, facecolor="white", edgecolor="none", zorder=3)
    )
    # The image sets the limits again unless they are kept.
    limits = ax.axis()
    ax.imshow(
        255 - image, cmap="gray", vmin=0, vmax=255, extent=(left, right, bottom, top), zorder=4
    )
    ax.axis(limits)
    ax.add_patch(
        Rectangle(
            (left, top), side, below - top, facecolor="none", edgecolor="#404040",
            linewidth=0.5, zorder=4,
        )
    )  # fmt: skip
    ax.text(
        x, (bottom + below) / 2, f"{row['label']:.0f} → {row['prediction']:.0f}", ha="center",
        va="center_baseline", fontsize=7, zorder=6,
    )  # fmt: skip
