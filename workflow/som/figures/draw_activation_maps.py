"""Which units light up for each digit: ten maps on one scale, the article's first picture."""

from collections.abc import Sequence

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from ..data.classes import DIGITS, PLURALS, noun_for
from ..model.lattice import Lattice
from .drawing.hit_scale import hit_scale, number_axis
from .drawing.layout import map_note
from .drawing.style import draw_as_vectors, draw_lattice_map, shortened, write_title

MOST_PANELS = 40
UNLIT_COLOUR = "#ffffff"


def panel_grid(n_classes: int) -> tuple[int, int]:
    """Return rows and columns of panels: two rows of five for ten classes.

    Examples
    --------
    >>> panel_grid(10), panel_grid(3), panel_grid(26)
    ((2, 5), (1, 3), (4, 8))
    """
    n_panels = min(n_classes, MOST_PANELS)
    n_columns = n_panels if n_panels < 5 else 5 if n_panels <= 15 else 8
    return -(-n_panels // n_columns), n_columns


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
    names: Sequence[str] = DIGITS,
    epoch: int,
    colour_map: str,
    dead_colour: str,
) -> None:
    """Draw a panel per class, with a shared logarithmic colour bar.

    Parameters
    ----------
    figure : Figure
    lattice : Lattice
    counts : integer array of shape (n_units, n_digits)
        Samples of each class that light up each unit.
    names : sequence of text
        Of the classes; of more than `MOST_PANELS` the commonest are drawn.
    epoch : int
    colour_map : str
        Name of a perceptually uniform colour map that starts pale.
    dead_colour : colour
    """
    scale = hit_scale(counts, colour_map)
    colours = activation_colours(counts, scale, dead_colour)

    noun = noun_for(names)
    n_rows, n_columns = panel_grid(len(names))
    panels = figure.subplots(
        n_rows, n_columns, squeeze=False, gridspec_kw={"wspace": 0.04, "hspace": 0.04}
    )
    shown = np.sort(np.argsort(-counts.sum(axis=0), kind="stable")[:MOST_PANELS])
    for ax in panels.flat[len(shown) :]:
        ax.set_axis_off()
    for digit, ax in zip(shown, panels.flat, strict=False):
        draw_lattice_map(ax, lattice, colours[digit], background=UNLIT_COLOUR, label_axes=False)
        n_lit = int((counts[:, digit] > 0).sum())
        name = f"digit {names[digit]}"
        if noun != "digit":
            name = shortened(names[digit], 60 // n_columns)
        units = "unit" if n_lit == 1 else "units"
        count = f"{n_lit:,} {units}" if n_columns <= 5 else f"{n_lit:,}"
        ax.set_title(f"{name} · {count}", fontsize=7.5)

    bar = figure.colorbar(
        scale,
        ax=panels,
        location="bottom",
        shrink=0.5,
        aspect=35,
        pad=0.03,
        anchor=(0.0, 0.5),
    )
    # From the bar's left end on: in its middle, the text would leave a narrow figure.
    bar.set_label(f"test samples of the {noun} that light up the unit (log scale)", loc="left")
    draw_as_vectors(bar)
    number_axis(bar.ax.xaxis, scale)

    n_dead = int((~counts.any(axis=1)).sum())
    handles = [
        Patch(facecolor=UNLIT_COLOUR, edgecolor="#808080", linewidth=0.5),
        Patch(facecolor=dead_colour, edgecolor="#808080", linewidth=0.5),
    ]
    lines = [
        f"lit by other {PLURALS[noun]} only",
        f"dead: lit by no {noun} · {n_dead:,} of {len(counts):,}",
    ]
    bar.ax.legend(handles, lines, loc="center left", bbox_to_anchor=(1.06, 0.5), borderaxespad=0)
    lit = (counts > 0).sum(axis=0)
    title = (
        f"After epoch {epoch}, each {noun} lights up {lit.min():,} to {lit.max():,} of "
        f"{len(counts):,} {'unit' if len(counts) == 1 else 'units'}"
    )
    write_title(figure, " · ".join(filter(None, (title, map_note(lattice)))))
