"""The logarithmic scale of colours for numbers of samples, and the numbers next to its bar."""

import numpy as np
from matplotlib import colormaps
from matplotlib.axis import Axis
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, LogNorm
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from numpy.typing import NDArray

# The palest part of a colour map would pass for paper, or for a unit that is not lit.
PALEST = 0.2


def hit_scale(counts: NDArray[np.integer], colour_map: str) -> ScalarMappable:
    """Return the scale from one sample to the largest of `counts`.

    Parameters
    ----------
    counts : integer array
    colour_map : str
        Name of a perceptually uniform colour map that starts pale.
    """
    shades = colormaps[colour_map](np.linspace(PALEST, 1, 256))
    most = max(int(counts.max(initial=1)), 2)
    return ScalarMappable(LogNorm(1, most), LinearSegmentedColormap.from_list("hits", shades))


def number_axis(axis: Axis, scale: ScalarMappable) -> None:
    """Write 1, 2, 5, 10 … and the largest number next to the colour bar of a scale."""
    most = float(np.max(scale.norm.vmax or 1))
    ticks = [step * 10**power for power in range(7) for step in (1, 2, 5)]
    # The end has its number, and none that would overlap with it.
    axis.set_major_locator(FixedLocator([*(tick for tick in ticks if tick < 0.8 * most), most]))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
