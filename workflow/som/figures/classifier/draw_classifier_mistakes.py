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

from ...model.lattice import Lattice
from ..drawing.layout import unit_outlines
from ..drawing.style import draw_lattice_map, majority_colours, write_title

# How much of its colour the map keeps behind the pictures.
STRENGTH = 0.35
# Parts of the picture's side: the text below it, and the room around both.
TEXT_SHARE, GAP = 0.42, 1.08


def place_around(
    units: NDArray[np.float64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
) -> tuple[NDArray[np.float64], float]:
    """Give each picture a place in a frame around the map, all in all as near as can be.

    Parameters
    ----------
    units : array of shape (n_pictures, 2)
        Where the pictures' units are, x and y.
    low, high : arrays of shape (2,)
        The limits of the map.

    Returns
    -------
    centres : array of shape (n_pictures, 2)
        No two the same.
    side : float
        Of a picture: as large as leaves room for all.

    Examples
    --------
    >>> centres, side = place_around(np.array([[0.2, 0.5], [0.9, 0.5]]), np.zeros(2), np.ones(2))
    >>> bool(centres[0, 0] < 0), bool(centres[1, 0] > 1)
    (True, True)
    """
    wide, high_ = high - low
    side = max(wide, high_) / 2
    while True:
        box = side * GAP * np.array([1, 1 + TEXT_SHARE])
        across, down = int((wide + 2 * box[0]) / box[0]), int(high_ / box[1])
        if 2 * (across + down) >= len(units):
            break
        side *= 0.98
    x = low[0] - box[0] + (np.arange(across) + 0.5) * (wide + 2 * box[0]) / across
    y = low[1] + (np.arange(down) + 0.5) * high_ / max(down, 1)
    rows = [[(place, edge) for place in x] for edge in (low[1] - box[1] / 2, high[1] + box[1] / 2)]
    columns = [
        [(edge, place) for place in y] for edge in (low[0] - box[0] / 2, high[0] + box[0] / 2)
    ]
    cells = np.array([place for line in (*rows, *columns) for place in line])
    _, chosen = linear_sum_assignment(cdist(units, cells, "sqeuclidean"))
    return cells[chosen], side


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
    """Draw the pictures around the map, a line from each to its BMU, and true and predicted digit.

    A lattice without rows and columns has no such map; then the pictures make a sheet.

    Parameters
    ----------
    figure : Figure
    mistakes : DataFrame
        As `worst_mistakes` in `som.classifier.mistakes` returns it, with `label`,
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
        draw_lattice_map(ax, lattice, 1 - STRENGTH * (1 - colours), label_axes=False)
        outlines = unit_outlines(lattice)
        low, high = outlines.min(axis=(0, 1)), outlines.max(axis=(0, 1))
        units = outlines.mean(axis=1)[mistakes["bmu"].to_numpy()]
        centres, side = place_around(units, low, high)
        room = side * GAP * np.array([1, 1 + TEXT_SHARE])
        (left, top), (right, bottom) = low - room, high + room
        ax.set(xlim=(left, right), ylim=(bottom, top))
        ax.spines[:].set_visible(False)
        half = side / 2 * np.array([1, 1 + TEXT_SHARE])
        # From the edge of the picture that looks at the map.
        edges = np.clip(np.clip(centres, low, high), centres - half, centres + half)
        _draw_leaders(ax, units, edges)
        _name_colours(figure, palette, dead_colour)
        where = "around the map of majority digits, a line to the nearest unit"
    else:
        centres, side = _sheet(n_pictures)
        low, high = centres.min(axis=0) - 1, centres.max(axis=0) + 1
        ax.set(xlim=(low[0], high[0]), ylim=(high[1], low[1]), aspect="equal")
        ax.set_axis_off()
        where = "the most confident one first"
    for place, image, (_, row) in zip(centres, images, mistakes.iterrows(), strict=False):
        _draw_picture(ax, place, side, image, row)
    ax.set_title(f"true → predicted, {where}")
    write_title(figure, mistakes_finding(mistakes, model))


def mistakes_finding(mistakes: pd.DataFrame, model: str) -> str:
    """Return how confident the drawn mistakes were, and the commonest of them.

    Examples
    --------
    >>> columns = {"label": [4, 4], "prediction": [9, 9], "confidence": [0.99, 0.875]}
    >>> mistakes_finding(pd.DataFrame(columns), "ridge on pixels")
    'ridge on pixels: the 2 mistakes of most confidence (88 to 99 %), most often 4 taken for 9 (2)'
    """
    if mistakes.empty:
        return f"{model}: no mistake"
    least, most = (f"{100 * end:.0f}" for end in np.quantile(mistakes["confidence"], [0, 1]))
    sure = f"{most} %" if least == most else f"{least} to {most} %"
    count = "mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
    text = f"{model}: the {count} of most confidence ({sure})"
    pairs = mistakes[["label", "prediction"]].value_counts(sort=False).reset_index()
    often = pairs.iloc[int(pairs["count"].to_numpy().argmax())]
    if often["count"] > 1:
        text += f", most often {often['label']} taken for {often['prediction']} ({often['count']})"
    return text


def _draw_leaders(ax: Axes, units: NDArray[np.float64], edges: NDArray[np.float64]) -> None:
    """Draw a line from each picture's edge to its unit."""
    for unit, edge in zip(units, edges, strict=True):
        ax.plot(*np.transpose([unit, edge]), color="#202020", linewidth=0.7, zorder=2)
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
