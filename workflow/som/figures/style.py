"""What the figures share: the lattice drawn as a map, the digits' colours, and saving."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.colorbar import Colorbar
from matplotlib.colors import to_rgb, to_rgba, to_rgba_array
from matplotlib.figure import Figure
from matplotlib.path import Path as Outline
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from workflow.som.files import write_atomically
from workflow.som.lattice import Lattice

STYLE_SHEET = Path(__file__).with_name("style.mplstyle")
N_DIGITS = 10

# From which purity on a unit keeps how much of its digit's colour; the rest is white. A few steps
# can be told apart and explained in a legend, a gradient over ten hues cannot.
PURITY_STEPS = ((1.0, 1.0), (0.75, 0.75), (0.5, 0.55), (0.0, 0.4))
PURITY_NAMES = ("100 %", "75 to 99 %", "50 to 74 %", "below 50 %")


@contextmanager
def house_style() -> Iterator[None]:
    """Apply `style.mplstyle` to the figures made and saved within."""
    with matplotlib.rc_context(fname=STYLE_SHEET):
        yield


def new_figure(width: float, height: float, dpi: float) -> Figure:
    """Return an empty figure of `width` × `height` inches that lays itself out."""
    return Figure(figsize=(width, height), dpi=dpi, layout="constrained")


def save_figure(figure: Figure, paths: Iterable[Path | str]) -> None:
    """Write a figure to each of `paths` (format by suffix); equal figures give equal bytes."""
    for path in paths:
        undated = {".svg": {"Date": None}, ".png": {"Software": None}}[Path(path).suffix]
        with write_atomically(path) as temporary:
            figure.savefig(temporary, metadata=undated)


def digit_counts(units: pd.DataFrame) -> NDArray[np.int64]:
    """Return the samples of each digit on each unit, (n_units, 10), from a table of units."""
    return units[[f"digit_{digit}" for digit in range(N_DIGITS)]].to_numpy(np.int64)


def unit_outlines(lattice: Lattice) -> NDArray[np.float64]:
    """Return the corners of each unit's cell as (x, y), of shape (n_units, n_corners, 2).

    x runs along the columns, y down the rows; a step of the lattice has length one.
    """
    corners = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]])
    outlines: NDArray[np.float64] = lattice.positions[:, None, ::-1] + corners
    return outlines


def map_aspect(lattice: Lattice) -> float:
    """Return height by width of a lattice's map, within what a page bears."""
    n_columns, n_rows = np.ptp(unit_outlines(lattice), axis=(0, 1))
    return float(np.clip(n_rows / n_columns, 0.2, 2.5))


def unit_raster(lattice: Lattice, cell: int) -> NDArray[np.int64]:
    """Return the unit that each pixel of a picture of the lattice shows, `cell` pixels a step.

    Examples
    --------
    >>> unit_raster(Lattice("square", (1, 2)), 2)
    array([[0, 0, 1, 1],
           [0, 0, 1, 1]])
    """
    units = np.arange(lattice.n_units).reshape(lattice.shape)
    return units.repeat(cell, axis=0).repeat(cell, axis=1)


def draw_lattice_map(
    ax: Axes,
    lattice: Lattice,
    colours: Any,
    *,
    background: str | None = None,
    label_axes: bool = True,
) -> None:
    """Fill the cell of each unit with its colour, row 0 on top.

    Parameters
    ----------
    ax : Axes
    lattice : Lattice
    colours : colours of length n_units
        Names, or an array of shape (n_units, 3 or 4).
    background : colour, optional
        Ground of the map; units of this colour are left out, which saves most of a sparse map.
    label_axes : bool
        Whether rows and columns are numbered.
    """
    outlines = unit_outlines(lattice)
    low, high = outlines.min(axis=(0, 1)), outlines.max(axis=(0, 1))
    # One shape a colour, not one a unit: a tenth of the size as SVG, and no seams within it.
    rgba = to_rgba_array(colours)
    if background is not None:
        ax.set_facecolor(background)
        drawn = (rgba != to_rgba(background)).any(axis=1)
        rgba, outlines = rgba[drawn], outlines[drawn]
    distinct, group = np.unique(rgba, axis=0, return_inverse=True)
    shapes = [_one_outline(outlines[group == index]) for index in range(len(distinct))]
    # The thin edge closes the seams that smoothing leaves between cells of different colours.
    ax.add_collection(
        PathCollection(shapes, facecolors=distinct, edgecolors=distinct, linewidths=0.3)
    )
    ax.set(xlim=(low[0], high[0]), ylim=(high[1], low[1]), aspect="equal")
    ax.spines[:].set(visible=True, color="#808080", linewidth=0.5)
    if label_axes:
        ax.set(xlabel="column", ylabel="row")
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_locator(MaxNLocator(nbins=5, integer=True, min_n_ticks=1))
    else:
        ax.set(xticks=[], yticks=[])


def draw_as_vectors(bar: Colorbar) -> None:
    """Keep a colour bar of many shades from being rasterised, without seams between them."""
    if bar.solids is not None:
        bar.solids.set(rasterized=False, edgecolor="face", linewidth=0.8)


def _one_outline(cells: NDArray[np.float64]) -> Outline:
    """Join cells of shape (n_cells, n_corners, 2) into one shape of as many closed parts."""
    n_cells, n_corners, _ = cells.shape
    vertices = np.concatenate([cells, cells[:, :1]], axis=1).reshape(-1, 2)
    codes = np.full((n_cells, n_corners + 1), Outline.LINETO)
    codes[:, 0], codes[:, -1] = Outline.MOVETO, Outline.CLOSEPOLY
    return Outline(vertices, codes.ravel())


def majority_colours(
    majority_digits: NDArray[np.floating],
    purity: NDArray[np.floating],
    palette: Sequence[str],
    dead_colour: str,
    *,
    fade_by_purity: bool,
) -> NDArray[np.float64]:
    """Return the colour of each unit: that of its majority digit, paler where others light it up.

    Parameters
    ----------
    majority_digits, purity : arrays of shape (n_units,)
        NaN where the unit is dead.
    palette : sequence of ten colours
    dead_colour : colour
    fade_by_purity : bool
        Whether to mix with white in the steps of `PURITY_STEPS`.

    Returns
    -------
    array of shape (n_units, 3)

    Examples
    --------
    >>> palette = ["black"] * 10
    >>> digits, purity = np.array([3.0, 3.0, np.nan]), np.array([1.0, 0.8, np.nan])
    >>> majority_colours(digits, purity, palette, "0.5", fade_by_purity=True)[:, 0]
    array([0.  , 0.25, 0.5 ])
    """
    dead = np.isnan(majority_digits)
    colours = to_rgba_array(palette)[:, :3][np.where(dead, 0, majority_digits).astype(int)]
    if fade_by_purity:
        strengths = purity_strengths(np.where(dead, 1.0, purity))[:, None]
        colours = 1 - strengths * (1 - colours)
    colours[dead] = to_rgb(dead_colour)
    return colours


def purity_strengths(purity: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return how much of its digit's colour a unit of each purity keeps."""
    least, strengths = np.transpose(PURITY_STEPS[::-1])
    kept: NDArray[np.float64] = strengths[np.searchsorted(least, purity, side="right") - 1]
    return kept
