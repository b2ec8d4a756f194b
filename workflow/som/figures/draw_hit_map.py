"""How many samples each unit answers to."""

import numpy as np
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from ..model.lattice import Lattice
from .drawing.hit_scale import hit_scale, number_axis
from .drawing.style import draw_as_vectors, draw_lattice_map, write_title

LEAST_HEIGHT = 2.4  # inches: the name of the colour bar is as long


def hit_map_height(width: float, aspect: float) -> float:
    """Return the inches that the figure needs at a width, for a map of an aspect (height/width)."""
    # The width without labels and colour bar is the map's.
    return max((width - 1.15) * aspect + 0.62, LEAST_HEIGHT)


def draw_hit_map(
    figure: Figure,
    lattice: Lattice,
    hits: NDArray[np.integer],
    *,
    dead_by_chance: float,
    epoch: int,
    colour_map: str,
    dead_colour: str,
) -> None:
    """Draw the samples that land on each unit, on a logarithmic scale, with a colour bar.

    Parameters
    ----------
    figure : Figure
    lattice : Lattice
    hits : integer array of shape (n_units,)
    dead_by_chance : float
        As the function of that name in `som.statistics.hits` returns it.
    epoch : int
    colour_map : str
        Name of a perceptually uniform colour map that starts pale.
    dead_colour : colour
    """
    scale = hit_scale(hits, colour_map)
    colours = scale.to_rgba(np.maximum(hits, 1))
    colours[hits == 0] = to_rgba(dead_colour)
    ax = figure.add_subplot()
    draw_lattice_map(ax, lattice, colours)
    bar = figure.colorbar(scale, ax=ax, aspect=30, pad=0.02, label="test samples (log scale)")
    draw_as_vectors(bar)
    number_axis(bar.ax.yaxis, scale)
    n_dead, n_samples = int((hits == 0).sum()), int(hits.sum())
    bar.ax.legend(
        [Patch(facecolor=dead_colour, edgecolor="#808080", linewidth=0.5)],
        ["none"],
        loc="upper left",
        bbox_to_anchor=(-0.4, -0.01),
        borderaxespad=0,
    )
    title = (
        f"After epoch {epoch}, {n_dead:,} of {len(hits):,} units answer to none of {n_samples:,} "
        f"test samples; by chance {dead_by_chance:,.0f} would"
    )
    write_title(figure, title)
