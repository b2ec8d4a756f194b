"""Component planes of a table: each feature's weight on every unit, in its own units."""

from collections.abc import Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ..model.lattice import Lattice
from ..statistics.component_planes import Planes
from .drawing.layout import map_note
from .drawing.style import (
    LETTERS,
    bar_beside,
    draw_lattice_map,
    short_number,
    shortened,
    write_title,
)

MOST_COLUMNS, MOST_PLANES = 5, 60


def feature_planes_height(n_features: int, width: float, aspect: float) -> float:
    """Return the inches that the figure needs at a width, for maps of an aspect (height/width)."""
    n_shown = min(n_features, MOST_PLANES)
    n_columns = _columns(n_shown)
    return -(-n_shown // n_columns) * (width / n_columns * 0.78 * aspect + 0.3) + 0.6


def _columns(n_planes: int) -> int:
    """Return how many planes stand side by side: the fewest rows, and the last one nearly full."""
    n_rows = -(-n_planes // MOST_COLUMNS)
    return max(3, -(-n_planes // n_rows))


def draw_feature_planes(
    figure: Figure,
    lattice: Lattice,
    planes: Planes,
    names: Sequence[str],
    *,
    epoch: int,
    colour_map: str,
) -> None:
    """Draw a map per feature with its colour bar, in the order of the table.

    Parameters
    ----------
    figure : Figure
        As high as `feature_planes_height` says.
    lattice : Lattice
    planes : Planes
        Of the codebook in the table's own units.
    names : sequence of text
        Of the features. Of more than `MOST_PLANES` those that the lattice orders best are drawn.
    epoch : int
    colour_map : str
        Name of a perceptually uniform colour map.
    """
    shown = planes.best_ordered(MOST_PLANES)
    n_columns = _columns(len(shown))
    panels = figure.subplots(-(-len(shown) // n_columns), n_columns, squeeze=False)
    for ax in panels.flat[len(shown) :]:
        ax.set_axis_off()
    letters = min(24, int(LETTERS / 7 * 0.9 * figure.get_figwidth() / n_columns))
    for feature, ax in zip(shown, panels.flat, strict=False):
        weights = planes.codebook[:, feature]
        mappable = ScalarMappable(Normalize(weights.min(), weights.max()), colormaps[colour_map])
        draw_lattice_map(ax, lattice, mappable.to_rgba(weights), label_axes=False)
        share = planes.orders[feature]
        text = "" if np.isnan(share) else f"{100 * share:.0f} % shared"
        ax.set_title(f"{shortened(names[feature], letters)}\n{text}", fontsize=7)
        bar = bar_beside(ax, mappable)
        bar.ax.tick_params(labelsize=7)
        bar.ax.yaxis.set_major_locator(MaxNLocator(nbins=3))
        bar.ax.yaxis.set_major_formatter(lambda value, _: short_number(value))
    title = f"After epoch {epoch}, {planes_finding(planes, names)}"
    write_title(figure, title)
    if note := map_note(lattice):
        figure.supxlabel(note, fontsize=7)


def planes_finding(planes: Planes, names: Sequence[str]) -> str:
    """Return which feature the map orders best and which worst, next to chance."""
    if np.isnan(planes.orders).all():
        return "no two units that are adjacent differ"
    best, worst = int(np.nanargmax(planes.orders)), int(np.nanargmin(planes.orders))
    text = (
        f"adjacent units agree most in {shortened(names[best], 24)}: they share "
        f"{100 * planes.orders[best]:.0f} % of how it differs"
    )
    if best != worst:
        text += f"; least in {shortened(names[worst], 24)}, {100 * planes.orders[worst]:.0f} %"
    return f"{text} (by chance: 0)"
