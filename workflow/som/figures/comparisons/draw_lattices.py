"""Maps on several lattices side by side, with one key."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from ...model.lattice import Lattice
from ..drawing.layout import map_note
from ..drawing.style import (
    PURITY_NAMES,
    draw_lattice_map,
    majority_colours,
    purity_patches,
    write_title,
)

MOST_COLUMNS = 4


class LatticeMap(NamedTuple):
    """What one panel shows; `majority_digits` and `purity` are NaN where a unit is dead."""

    name: str
    lattice: Lattice
    majority_digits: NDArray[np.floating]
    purity: NDArray[np.floating]


def gallery_height(width: float, n_maps: int) -> float:
    """Return the height of a gallery in inches, for panels that are as high as wide."""
    n_columns = min(n_maps, MOST_COLUMNS)
    return -(-n_maps // n_columns) * (width / n_columns + 0.5) + 0.9


def draw_lattice_gallery(
    figure: Figure,
    maps: Sequence[LatticeMap],
    palette: Sequence[str],
    dead_colour: str,
    *,
    fade_by_purity: bool = True,
) -> None:
    """Draw each map of majority digits in a panel of the same area, up to four side by side.

    Parameters
    ----------
    figure : Figure
        As high as `gallery_height` says.
    maps : sequence of LatticeMap
    palette : sequence of ten colours
    dead_colour : colour
    fade_by_purity : bool
        Whether units that several digits light up are paler.
    """
    n_columns = min(len(maps), MOST_COLUMNS)
    panels = figure.subplots(
        -(-len(maps) // n_columns), n_columns, squeeze=False, gridspec_kw={"hspace": 0.06}
    ).ravel()
    for ax in panels[len(maps) :]:
        ax.set_axis_off()
    for ax, (name, lattice, majority_digits, purity) in zip(panels, maps, strict=False):
        colours = majority_colours(
            majority_digits, purity, palette, dead_colour, fade_by_purity=fade_by_purity
        )
        draw_lattice_map(ax, lattice, colours, label_axes=False)
        ax.set_anchor("N")
        unit = "unit" if lattice.n_units == 1 else "units"
        ax.set_title(f"{name}\n{lattice.n_units:,} {unit}", fontsize=7.5)
        ax.set_xlabel(map_note(lattice), fontsize=7)
    figure.legend(
        [Patch(color=colour) for colour in (*palette, dead_colour)],
        [*map(str, range(len(palette))), "dead"],
        title="majority digit",
        loc="outside lower left",
        ncols=6,
        alignment="left",
    )
    write_title(figure, lattices_finding(maps))
    if fade_by_purity:
        figure.legend(
            purity_patches(),
            PURITY_NAMES,
            title="purity of the unit",
            loc="outside lower right",
            ncols=2,
            alignment="left",
        )


def lattices_finding(maps: Sequence[LatticeMap]) -> str:
    """Return on which lattice most units answer to one digit alone, and on which fewest."""
    shares = sorted((float(np.mean(one.purity == 1)), one.name) for one in maps)
    (least, worst), (most, best) = shares[0], shares[-1]
    percent = [f"{100 * share:.0f} %" for share in (least, most)]
    if percent[0] == percent[1]:
        return f"On every lattice, {percent[0]} of the units answer to one digit alone"
    return f"{percent[0]} ({worst}) to {percent[1]} ({best}) of the units answer to one digit alone"
