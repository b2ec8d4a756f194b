"""What each neighbourhood kernel does to the map: its shape, the map, and some of its vectors."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from workflow.som.figures.drawing.style import draw_lattice_map, majority_colours
from workflow.som.model.kernels import neighbourhood
from workflow.som.model.lattice import Lattice
from workflow.som.statistics.map_units import MapUnits

ROW_HEIGHT, KEY_HEIGHT = 1.8, 0.7  # inches
# Units of which images are shown, evenly spread along each axis.
N_SHOWN = 8
# Radius of the drawn kernels in grid steps, and of the drawn line of units.
DRAWN_RADIUS, DRAWN_REACH = 5.0, 15


class KernelMap(NamedTuple):
    """A trained map: its kernel, its codebook of shape (n_units, n_features), and its units."""

    kernel: str
    codebook: NDArray[np.floating]
    units: MapUnits


def kernel_maps_height(n_maps: int) -> float:
    """Return the inches that the figure of so many maps needs."""
    return ROW_HEIGHT * n_maps + KEY_HEIGHT


def draw_kernel_maps(
    figure: Figure, maps: Sequence[KernelMap], *, palette: Sequence[str], dead_colour: str
) -> None:
    """Draw a row for each kernel: its formula's shape, the map of digits, and codebook vectors.

    Parameters
    ----------
    figure : Figure
    maps : sequence of KernelMap
        On lattices with rows and columns.
    palette : sequence of colours, one per digit
    dead_colour : colour
    """
    rows = figure.subplots(len(maps), 3, squeeze=False, gridspec_kw={"width_ratios": [1.45, 1, 1]})
    for row, found in zip(rows, maps, strict=True):
        _draw_kernel(row[0], found.kernel)
        units = found.units
        colours = majority_colours(
            units.majority_digits, units.purity, palette, dead_colour, fade_by_purity=True
        )
        draw_lattice_map(row[1], units.lattice, colours, label_axes=False)
        n_active = int((~units.is_dead).sum())
        row[1].set_ylabel(f"{n_active:,} of {units.lattice.n_units:,}\nunits active", fontsize=7)
        _draw_vectors(row[2], found)
    for ax, title in zip(rows[0], ("kernel", "majority digits", "codebook vectors"), strict=True):
        ax.annotate(
            title, (0, 1), (0, 16), xycoords="axes fraction", textcoords="offset points",
            fontsize=8, fontweight="bold",
        )  # fmt: skip
    handles = [Patch(color=colour) for colour in (*palette, dead_colour)]
    names = [*(str(digit) for digit in range(len(palette))), "dead"]
    figure.legend(handles, names, loc="outside lower center", ncols=len(names), title="digit")


def _draw_kernel(ax: Axes, kernel: str) -> None:
    ax.set_title(kernel.replace("_", " "))
    if kernel == "printed":
        distances = np.linspace(0, 12, 200)
        ax.plot(distances, np.exp(-distances / (2 * DRAWN_RADIUS**2)))
        ax.set(xlabel="distance between image and vector", xlim=(0, 12))
    else:
        line = Lattice("line", (2 * DRAWN_REACH + 1,))
        values = neighbourhood(line, DRAWN_RADIUS, kernel)[DRAWN_REACH]
        steps = np.arange(-DRAWN_REACH, DRAWN_REACH + 1)
        ax.plot(steps, values, drawstyle="steps-mid")
        ax.set(xlabel=f"grid steps from the BMU, R = {DRAWN_RADIUS:g}")
    ax.set(ylim=(-0.35, 1.08), ylabel="η")
    ax.axhline(0, color="#9a9a9a", linewidth=0.6, zorder=0)


def _draw_vectors(ax: Axes, found: KernelMap) -> None:
    """Draw the vectors of some units as images, in the units' order on the lattice."""
    height, width = found.units.image_shape
    shape = found.units.lattice.shape
    rows, columns = (np.unique(np.linspace(0, length - 1, N_SHOWN).astype(int)) for length in shape)
    units = np.ravel_multi_index(np.ix_(rows, columns), shape)
    images = found.codebook[units].reshape(len(rows), len(columns), height, width)
    sheet = images.transpose(0, 2, 1, 3).reshape(len(rows) * height, len(columns) * width)
    ax.imshow(1 - np.clip(sheet, 0, 1), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
