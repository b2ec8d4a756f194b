"""The U-matrix as a map: valleys are clusters, ridges the borders between them."""

import numpy as np
from matplotlib import colormaps
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ..model.lattice import Lattice
from .drawing.layout import map_aspect
from .drawing.style import UNDEFINED_COLOUR, draw_as_vectors, draw_lattice_map, write_title

FLAT = 0.75  # height of a map by its width


def u_matrix_height(width: float, aspect: float) -> float:
    """Return the inches that the figure needs at a width, for a map of an aspect (height/width)."""
    if aspect < FLAT:
        return (width - 0.45) * aspect + 1.45  # The colour bar lies below.
    return (width - 1.15) * aspect + 0.62


def draw_u_matrix(
    figure: Figure,
    lattice: Lattice,
    distances: NDArray[np.floating],
    *,
    epoch: int,
    colour_map: str,
    unit: str = "Euclidean, pixels from 0 to 1",
) -> None:
    """Draw the mean distance of each unit's vector to those of adjacent units, with a colour bar.

    Parameters
    ----------
    figure : Figure
    lattice : Lattice
    distances : array of shape (n_units,)
        NaN where undefined (a unit without neighbours).
    epoch : int
    colour_map : str
        Name of a perceptually uniform colour map.
    unit : str
        Of the distances.
    """
    defined = distances[np.isfinite(distances)]
    limits = (defined.min(), defined.max()) if len(defined) else (0.0, 1.0)
    shades = colormaps[colour_map].with_extremes(bad=UNDEFINED_COLOUR)
    mappable = ScalarMappable(Normalize(*limits), shades)
    ax = figure.add_subplot()
    draw_lattice_map(ax, lattice, mappable.to_rgba(np.ma.masked_invalid(distances)))
    title = f"U-matrix after epoch {epoch}"
    if len(defined):
        low, high = limits
        ridges = f"up to {high / low:.1f} times as high as" if low > 0 else "above"
        title = f"After epoch {epoch}, ridges are {ridges} valleys"
        bar = figure.colorbar(
            mappable,
            ax=ax,
            aspect=30,
            pad=0.02,
            # Next to a flat map there is no room for the label.
            location="bottom" if map_aspect(lattice) < FLAT else "right",
            label=f"mean distance to adjacent units\n({unit})",
        )
        draw_as_vectors(bar)
    else:
        ax.set_xlabel("no unit has a neighbour")
    write_title(figure, title)
