"""The worst mistakes of a classifier as pictures, placed on the map that they were read from."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
from numpy.typing import NDArray

from workflow.som.figures.drawing.layout import unit_outlines
from workflow.som.figures.drawing.style import draw_lattice_map, majority_colours
from workflow.som.model.lattice import Lattice

# How much of its colour the map keeps behind the pictures.
STRENGTH = 0.35
# Of the picture's side, what is left for the text below it, and the room around both.
TEXT_SHARE, GAP = 0.42, 1.08
# Side of a picture, as a part of what the map's area gives to each.
PART = 0.52
# Steps of moving pictures apart, and how much of their size those that still touch are shaken.
ROUNDS = 800
SHAKE = 0.1
# Of as many arrangements that chance gives, the one that moves pictures least is taken.
TRIES = 20


def worst_mistakes(predictions: pd.DataFrame, n_mistakes: int) -> pd.DataFrame:
    """Return the mistakes made with the most confidence, the worst first."""
    wrong = predictions[predictions["label"] != predictions["prediction"]]
    return wrong.sort_values(["confidence", "sample"], ascending=[False, True]).head(n_mistakes)


def spread(
    places: NDArray[np.float64],
    size: NDArray[np.float64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Move boxes of one size apart until none overlaps, within limits and as little as may be.

    Parameters
    ----------
    places : array of shape (n_boxes, 2)
        Where the centres should be.
    size, low, high : arrays of shape (2,)
        Width and height of a box, and the limits of all.

    Returns
    -------
    array of shape (n_boxes, 2)

    Examples
    --------
    >>> apart = spread(np.zeros((2, 2)), np.ones(2), np.full(2, -5.0), np.full(2, 5.0))
    >>> bool(np.abs(apart[0] - apart[1]).max() >= 0.999)
    True
    """
    tries = [
        _spread(places, size, low, high, np.random.default_rng(number)) for number in range(TRIES)
    ]
    moves = [np.linalg.norm((centres - places) / size, axis=1).sum() for centres in tries]
    overlaps = [_touching(_overlap(centres, size)).sum() for centres in tries]
    return tries[min(range(TRIES), key=lambda number: (overlaps[number], moves[number]))]


def _spread(
    places: NDArray[np.float64],
    size: NDArray[np.float64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    generator: np.random.Generator,
) -> NDArray[np.float64]:
    centres = places + generator.normal(0, 1e-3 * size, places.shape)
    for number in range(ROUNDS):
        overlap = _overlap(centres, size)
        touching = _touching(overlap)
        if number < ROUNDS // 4:
            centres += 0.02 * (places - centres)
        elif not touching.any():
            break
        # Pairs part along the axis on which less is to be moved; a shake frees what is jammed.
        along = (overlap / size).argmin(axis=2)
        apart = np.sign(centres[:, None] - centres)
        for axis in range(2):
            moved = np.where(touching & (along == axis), overlap[..., axis], 0)
            centres[:, axis] += (0.45 * apart[..., axis] * moved).sum(axis=1)
        if number > ROUNDS // 4:
            shaken = generator.normal(0, SHAKE * size, centres.shape)
            centres += np.where(np.any(touching, axis=1, keepdims=True), shaken, 0)
        centres = np.clip(centres, low + size / 2, high - size / 2)
    return centres


def _overlap(centres: NDArray[np.float64], size: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return by how much boxes overlap along each axis, (n_boxes, n_boxes, 2); none with itself."""
    overlap = size - np.abs(centres[:, None] - centres)
    overlap[np.diag_indices(len(centres))] = 0
    return overlap


def _touching(overlap: NDArray[np.float64]) -> NDArray[np.bool_]:
    return (overlap[..., 0] > 0) & (overlap[..., 1] > 0)


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
        As `worst_mistakes` returns it, with `label`, `prediction`, `confidence` and `bmu`.
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
        centres = spread(units, box, low, high)
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
    # The image sets the limits anew unless they are kept.
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
