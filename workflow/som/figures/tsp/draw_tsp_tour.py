"""The cities of an instance and the ring's tour."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ...tsp.tours import length_text
from ..drawing.style import write_title

LINE, CITY = "#ac3a54", "#202020"
HEADER = 0.35  # inches
# Limits of height by width on a page.
LEAST_ASPECT, LARGEST_ASPECT = 0.3, 1.8


def figure_height(points: NDArray[np.float64], width: float) -> float:
    """Return the height in inches at which a length is as long across as upright."""
    across, upright = np.ptp(points, axis=0)
    aspect = upright / across if across > 0 else LARGEST_ASPECT
    return HEADER + width * float(np.clip(aspect, LEAST_ASPECT, LARGEST_ASPECT))


def draw_tour(figure: Figure, stops: NDArray[np.float64], metadata: Mapping[str, str]) -> None:
    """Draw a closed tour through its cities.

    Parameters
    ----------
    figure : Figure
    stops : array of shape (n_cities, 2)
        The cities' coordinates in visiting order.
    metadata : mapping
        `instance`, `seed`, `length`, `length_rounded` and `optimum` ("" if it is not known), as in
        the tables of tours and cities.
    """
    ax = figure.subplots()
    closed = np.concatenate([stops, stops[:1]])
    # Marks and lines that leave many cities apart.
    scale = float(np.clip(30 / np.sqrt(len(stops)), 0.2, 1.0))
    ax.plot(*closed.T, color=LINE, lw=1.4 * max(scale, 0.3), zorder=1, solid_joinstyle="round")
    ax.plot(*stops.T, ".", color=CITY, ms=5 * scale, mew=0, zorder=2)
    ax.set_aspect("equal")
    ax.set_axis_off()
    write_title(figure, tour_title(metadata, len(stops)))


def tour_title(metadata: Mapping[str, str], n_cities: int) -> str:
    """Return the name of a tour and its gap to the optimum.

    Examples
    --------
    >>> found = {"instance": "a", "seed": "0", "length_rounded": "1010", "optimum": "1000"}
    >>> tour_title(found, 1234)
    'a: 1,234 cities, length 1,010, 1.0 % above the optimum (ring SOM, seed 0)'
    """
    return (
        f"{metadata['instance']}: {n_cities:,} cities, {length_and_gap(metadata)} "
        f"(ring SOM, seed {metadata['seed']})"
    )


def length_and_gap(metadata: Mapping[str, str]) -> str:
    """Return the length of a tour and, where the optimum is known, how much longer it is."""
    text = f"length {length_text(metadata, metadata)}"
    if metadata["optimum"]:
        length, optimum = int(metadata["length_rounded"]), int(metadata["optimum"])
        text += f", {100 * (length / optimum - 1):.1f} % above the optimum"
    return text
