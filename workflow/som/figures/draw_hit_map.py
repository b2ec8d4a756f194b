"""How many samples each unit answers to."""

import numpy as np
from matplotlib import colormaps
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, LogNorm, to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from numpy.typing import NDArray

from ..model.lattice import Lattice
from .drawing.style import draw_as_vectors, draw_lattice_map, wrapped

# The palest part of a colour map would pass for paper.
PALEST = 0.2


def dead_by_chance(n_units: int, n_samples: int) -> float:
    """Return how many units would stay dead if every sample fell on any unit alike.

    Examples
    --------
    >>> dead_by_chance(2, 1)
    1.0
    """
    return float(n_units * (1 - 1 / n_units) ** n_samples)


def draw_hit_map(
    figure: Figure,
    lattice: Lattice,
    hits: NDArray[np.integer],
    *,
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
    epoch : int
    colour_map : str
        Name of a perceptually uniform colour map that starts pale.
    dead_colour : colour
    """
    most = max(int(hits.max(initial=1)), 2)
    shades = colormaps[colour_map](np.linspace(PALEST, 1, 256))
    mappable = ScalarMappable(LogNorm(1, most), LinearSegmentedColormap.from_list("hit", shades))
    colours = mappable.to_rgba(np.maximum(hits, 1))
    colours[hits == 0] = to_rgba(dead_colour)
    ax = figure.add_subplot()
    draw_lattice_map(ax, lattice, colours)
    bar = figure.colorbar(mappable, ax=ax, aspect=30, pad=0.02, label="test samples (log scale)")
    draw_as_vectors(bar)
    ticks = [step * 10**power for power in range(7) for step in (1, 2, 5)]
    bar.ax.yaxis.set_major_locator(FixedLocator([tick for tick in ticks if tick <= most]))
    bar.ax.yaxis.set_minor_locator(NullLocator())
    bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    n_dead, n_samples = int((hits == 0).sum()), int(hits.sum())
    bar.ax.legend(
        [Patch(facecolor=dead_colour, edgecolor="#808080", linewidth=0.5)],
        ["none"],
        loc="upper left",
        bbox_to_anchor=(-0.4, -0.01),
        borderaxespad=0,
    )
    chance = dead_by_chance(len(hits), n_samples)
    title = (
        f"After epoch {epoch}, {n_dead:,} of {len(hits):,} units answer to none of {n_samples:,} "
        f"test samples; by chance {chance:,.0f} would"
    )
    figure.suptitle(wrapped(title, figure), x=0.01, ha="left")
