"""Which units light up for each digit: ten maps on one scale, the article's first picture."""

import numpy as np
from matplotlib import colormaps
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, LogNorm, to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from numpy.typing import NDArray

from ..model.lattice import Lattice
from .drawing.layout import map_note
from .drawing.style import draw_as_vectors, draw_lattice_map

UNLIT_COLOUR = "#ffffff"
# The palest part of a colour map would pass for an unlit unit.
PALEST = 0.2


def activation_colours(
    counts: NDArray[np.integer], mappable: ScalarMappable, dead_colour: str
) -> NDArray[np.float64]:
    """Return the colour of each unit in each digit's panel, of shape (n_digits, n_units, 4).

    Parameters
    ----------
    counts : integer array of shape (n_units, n_digits)
        Samples of each digit that light up each unit.
    mappable : ScalarMappable
        Maps one or more samples to colours.
    dead_colour : colour
        Of units that no digit lights up; those that only other digits light up stay white.
    """
    colours = mappable.to_rgba(np.maximum(counts.T, 1))
    colours[counts.T == 0] = to_rgba(UNLIT_COLOUR)
    colours[:, ~counts.any(axis=1)] = to_rgba(dead_colour)
    return colours


def draw_activation_maps(
    figure: Figure,
    lattice: Lattice,
    counts: NDArray[np.integer],
    *,
    epoch: int,
    colour_map: str,
    dead_colour: str,
) -> None:
    """Draw a panel per digit, in two rows, with a shared logarithmic colour bar.

    Parameters
    ----------
    figure : Figure
    lattice : Lattice
    counts : integer array of shape (n_units, n_digits)
        Samples of each digit that light up each unit.
    epoch : int
    colour_map : str
        Name of a perceptually uniform colour map that starts pale.
    dead_colour : colour
    """
    most = max(int(counts.max(initial=1)), 2)
    shades = colormaps[colour_map](np.linspace(PALEST, 1, 256))
    mappable = ScalarMappable(LogNorm(1, most), LinearSegmentedColormap.from_list("lit", shades))
    colours = activation_colours(counts, mappable, dead_colour)

    panels = figure.subplots(2, counts.shape[1] // 2, gridspec_kw={"wspace": 0.04, "hspace": 0.04})
    for digit, ax in enumerate(panels.flat):
        draw_lattice_map(ax, lattice, colours[digit], background=UNLIT_COLOUR, label_axes=False)
        n_lit = int((counts[:, digit] > 0).sum())
        ax.set_title(f"digit {digit} · {n_lit:,} {'unit' if n_lit == 1 else 'units'}", fontsize=7.5)

    bar = figure.colorbar(
        mappable,
        ax=panels,
        location="bottom",
        shrink=0.5,
        aspect=35,
        pad=0.03,
        anchor=(0.0, 0.5),
        label="test samples of the digit that light up the unit (log scale)",
    )
    draw_as_vectors(bar)
    ticks = [step * 10**power for power in range(6) for step in (1, 2, 5)]
    bar.ax.xaxis.set_major_locator(FixedLocator([tick for tick in ticks if tick <= most]))
    bar.ax.xaxis.set_minor_locator(NullLocator())
    bar.ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))

    n_dead = int((~counts.any(axis=1)).sum())
    handles = [
        Patch(facecolor=UNLIT_COLOUR, edgecolor="#808080", linewidth=0.5),
        Patch(facecolor=dead_colour, edgecolor="#808080", linewidth=0.5),
    ]
    names = ["lit by other digits only", f"dead: lit by no digit · {n_dead:,} of {len(counts):,}"]
    bar.ax.legend(handles, names, loc="center left", bbox_to_anchor=(1.06, 0.5), borderaxespad=0)
    lit = (counts > 0).sum(axis=0)
    title = (
        f"After epoch {epoch}, each digit lights up {lit.min():,} to {lit.max():,} of "
        f"{len(counts):,} {'unit' if len(counts) == 1 else 'units'}"
    )
    figure.suptitle(" · ".join(filter(None, (title, map_note(lattice)))), x=0.01, ha="left")
