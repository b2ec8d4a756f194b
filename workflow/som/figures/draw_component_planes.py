"""Component planes of images: which pixels tell units apart, and how the lattice orders them."""

from collections.abc import Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from ..model.lattice import Lattice
from ..statistics.component_planes import Planes, widest_in_cells
from .drawing.layout import map_note
from .drawing.style import (
    UNDEFINED_COLOUR,
    bar_beside,
    draw_as_vectors,
    draw_lattice_map,
    write_title,
)

CELLS = 2, 3  # A plane is shown of the widest pixel in each cell of such a grid.


def draw_component_planes(
    figure: Figure,
    lattice: Lattice,
    planes: Planes,
    image_shape: tuple[int, int],
    *,
    epoch: int,
    colour_map: str,
    is_ink: bool = True,
) -> None:
    """Draw two images, spread and order of every pixel's weights, and the planes of some pixels.

    Parameters
    ----------
    figure : Figure
    lattice : Lattice
    planes : Planes
    image_shape : (height, width) of the images that the map learnt from
    epoch : int
    colour_map : str
        Name of a perceptually uniform colour map.
    is_ink : bool
        Whether a weight is ink on paper, as of digits, not brightness.
    """
    spreads, orders = planes.spreads, planes.orders
    pixels = widest_in_cells(spreads, image_shape, CELLS)
    left, right = figure.subfigures(1, 2, width_ratios=[0.3, 0.7], squeeze=False)[0]
    above, below = left.subplots(2, 1)
    most = float(spreads.max()) or 1.0
    _draw_pixels(above, spreads.reshape(image_shape), Normalize(0, most), colour_map)
    above.set_title("spread of a pixel's weight\n(standard deviation)", fontsize=7)
    _draw_pixels(below, orders.reshape(image_shape), Normalize(0, 1), colour_map)
    below.set_title("share of it that adjacent\nunits have in common", fontsize=7)
    _number_pixels(above, pixels, image_shape)
    ends = "0 is white paper, 1 is full ink" if is_ink else "0 is dark, 1 is bright"
    _draw_planes(right, lattice, planes, pixels, image_shape, colour_map, ends)
    if note := map_note(lattice):
        right.supxlabel(note, fontsize=7)
    write_title(figure, _finding(planes, epoch))


def _finding(planes: Planes, epoch: int) -> str:
    if np.isnan(planes.shared):
        return f"After epoch {epoch}, no two units that are adjacent differ"
    return (
        f"After epoch {epoch}, half of all spread lies in {planes.n_of_half:,} of "
        f"{len(planes.spreads):,} pixels; adjacent units share {100 * planes.shared:.0f} % "
        "(by chance: 0)"
    )


def _draw_pixels(ax: Axes, image: NDArray[np.floating], limits: Normalize, colour_map: str) -> None:
    """Draw a number per pixel as an image, cell by cell, with its colour bar."""
    shades = colormaps[colour_map].with_extremes(bad=UNDEFINED_COLOUR)
    height, width = image.shape
    drawn = ax.pcolormesh(
        np.arange(width + 1) - 0.5,
        np.arange(height + 1) - 0.5,
        np.ma.masked_invalid(image),
        norm=limits,
        cmap=shades,
        edgecolor="face",
        linewidth=0.2,
    )
    # What is masked is not drawn by pcolormesh: the ground shows.
    ax.set_facecolor(UNDEFINED_COLOUR)
    ax.set(xticks=[], yticks=[], aspect="equal", ylim=(height - 0.5, -0.5))
    ax.spines[:].set(visible=True, color="#808080", linewidth=0.5)
    bar_beside(ax, drawn)


def _number_pixels(ax: Axes, pixels: Sequence[int], image_shape: tuple[int, int]) -> None:
    """Mark the pixels whose planes are drawn, each with its number on the side of its cell.

    Pixels of two cells may be adjacent; their numbers are not.
    """
    halo = [withStroke(linewidth=1.5, foreground="#202020")]
    n_columns = len(pixels) // min(CELLS[0], image_shape[0])
    for place, pixel in enumerate(pixels):
        row, column = divmod(pixel, image_shape[1])
        ax.plot(column, row, "o", ms=2, color="white", mew=0, path_effects=halo)
        down, across = divmod(place, n_columns)
        side = 0 if n_columns == 1 else round(2 * across / (n_columns - 1)) - 1
        ax.annotate(
            str(place + 1),
            (column, row),
            (3 * side, 0 if side else 3 - 6 * down),
            textcoords="offset points",
            ha=("right", "center", "left")[side + 1],
            va="center" if side else ("bottom", "top")[down],
            fontsize=7,
            color="white",
            path_effects=halo,
        )


def _draw_planes(
    part: Figure,
    lattice: Lattice,
    planes: Planes,
    pixels: Sequence[int],
    image_shape: tuple[int, int],
    colour_map: str,
    ends: str,
) -> None:
    """Draw the planes of some pixels on one scale."""
    rows = min(CELLS[0], image_shape[0])
    panels = part.subplots(rows, len(pixels) // rows, squeeze=False)
    mappable = ScalarMappable(Normalize(0, 1), colormaps[colour_map])
    for number, (ax, pixel) in enumerate(zip(panels.flat, pixels, strict=True), 1):
        colours = mappable.to_rgba(planes.codebook[:, pixel])
        draw_lattice_map(ax, lattice, colours, label_axes=False)
        row, column = divmod(pixel, image_shape[1])
        share = planes.orders[pixel]
        order = "" if np.isnan(share) else f" · {100 * share:.0f} % shared"
        ax.set_title(f"{number} ({row}, {column}){order}", fontsize=7)
    bar = part.colorbar(
        mappable,
        ax=panels,
        location="bottom",
        shrink=0.6,
        aspect=35,
        pad=0.03,
        label=f"weight of the pixel at (row, column); {ends}",
    )
    draw_as_vectors(bar)
