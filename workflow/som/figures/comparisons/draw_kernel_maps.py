"""What each neighbourhood kernel does to the map: its shape, the map, and some of its vectors."""

import textwrap
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from ...model.kernels import neighbourhood
from ...model.lattice import Lattice
from ...statistics.findings import LEAST_ACTIVE
from ...statistics.map_units import MapUnits
from ..drawing.style import draw_lattice_map, majority_colours, write_title
from .experiment_names import in_words

# Inches: the row of the kernels, and title, labels and key together.
KERNEL_HEIGHT, TEXT_HEIGHT = 1.0, 1.7
# Units of which images are shown, evenly spread along each axis.
N_SHOWN = 8
# Radius of the drawn kernels in grid steps, and of the drawn line of units.
DRAWN_RADIUS, DRAWN_REACH = 5.0, 15


class KernelMap(NamedTuple):
    """A trained map: its kernel, its codebook of shape (n_units, n_features), and its units."""

    kernel: str
    codebook: NDArray[np.floating]
    units: MapUnits


def kernel_maps_height(n_maps: int, width: float) -> float:
    """Return the inches that the figure of so many maps needs at a width in inches."""
    return 2 * width / n_maps + KERNEL_HEIGHT + TEXT_HEIGHT


def draw_kernel_maps(
    figure: Figure, maps: Sequence[KernelMap], *, palette: Sequence[str], dead_colour: str
) -> None:
    """Draw a column for each kernel: its formula's shape, the map of digits, and codebook vectors.

    Parameters
    ----------
    figure : Figure
    maps : sequence of KernelMap
        On lattices with rows and columns.
    palette : sequence of colours, one per digit
    dead_colour : colour
    """
    side = figure.get_figwidth() / len(maps)
    rows = figure.subplots(
        3, len(maps), squeeze=False, gridspec_kw={"height_ratios": [KERNEL_HEIGHT, side, side]}
    )
    for number, found in enumerate(maps):
        _draw_kernel(rows[0, number], found.kernel, is_first=number == 0)
        units = found.units
        colours = majority_colours(
            units.majority_digits, units.purity, palette, dead_colour, fade_by_purity=True
        )
        draw_lattice_map(rows[1, number], units.lattice, colours, label_axes=False)
        rows[1, number].set_title(
            f"{_n_active(found):,} {'unit' if _n_active(found) == 1 else 'units'} active",
            fontsize=7,
        )
        _draw_vectors(rows[2, number], found)
    rows[2, 0].set_title("some codebook vectors", fontsize=7)
    handles = [Patch(color=colour) for colour in (*palette, dead_colour)]
    names = [*(str(digit) for digit in range(len(palette))), "dead"]
    figure.legend(handles, names, loc="outside lower center", ncols=len(names), title="digit")
    write_title(figure, kernels_finding(maps))


def kernels_finding(maps: Sequence[KernelMap]) -> str:
    """Return which kernels make a map, and under which all but a few units die."""
    groups: dict[bool, list[KernelMap]] = {True: [], False: []}
    for found in maps:
        alive = _n_active(found) >= LEAST_ACTIVE * found.units.lattice.n_units
        groups[alive].append(found)
    parts = []
    for (alive, group), verb in zip(groups.items(), ("keep", "leave"), strict=True):
        if group:
            names = [kernel_name(one.kernel) for one in group]
            counts = sorted(_n_active(one) for one in group)
            span = f"{counts[0]:,}" + (f" to {counts[-1]:,}" if counts[0] < counts[-1] else "")
            listed = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
            one = "s" if len(names) == 1 else ""
            only = "" if alive else "only "
            units = "unit" if span == "1" else "units"
            parts.append(f"{listed} {verb}{one} {only}{span} {units} active")
    text = "; ".join(parts)
    return f"{text[:1].upper()}{text[1:]}, of {maps[0].units.lattice.n_units:,}"


def kernel_name(kernel: str) -> str:
    """Return a kernel's name in words."""
    return in_words(f"kernel_{kernel}")


def _n_active(found: KernelMap) -> int:
    return int((~found.units.is_dead).sum())


def _draw_kernel(ax: Axes, kernel: str, *, is_first: bool) -> None:
    ax.set_title(textwrap.fill(kernel_name(kernel), 16))
    if kernel == "printed":
        distances = np.linspace(0, 12, 200)
        ax.plot(distances, np.exp(-distances / (2 * DRAWN_RADIUS**2)))
        ax.set(xlabel="distance from\nimage to vector", xlim=(0, 12))
    else:
        line = Lattice("line", (2 * DRAWN_REACH + 1,))
        values = neighbourhood(line, DRAWN_RADIUS, kernel)[DRAWN_REACH]
        steps = np.arange(-DRAWN_REACH, DRAWN_REACH + 1)
        ax.plot(steps, values, drawstyle="steps-mid")
        ax.set(xlabel=f"grid steps from\nthe BMU, R = {DRAWN_RADIUS:g}")
    ax.set(ylim=(-0.35, 1.08), yticks=[0, 0.5, 1])
    if is_first:
        ax.set_ylabel("η (share of α)")
    else:
        ax.tick_params(labelleft=False)
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
