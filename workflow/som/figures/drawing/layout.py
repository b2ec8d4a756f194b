"""Where the units of a lattice lie on paper: their cells, slices and borders; only geometry.

x runs right and y down, and a step of the lattice has length one. Hexagonal lattices are drawn as
hexagons, a ring as a band around a hole, all others as squares in the order of `tiles`.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...model.lattice import HEXAGONAL, Lattice
from .tile_order import (
    FOLD_GAP,
    folds,
    is_cut,
    is_linear,
    is_wrapped_in_rows,
    label_room,
    slices,
    unit_tiles,
)

HOLE = 0.55  # of a ring, by its outer radius
SQUARE = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]])
MOST_PIXELS = 2000  # of a raster's longer side
ROUND = 90  # sides of a polygon that passes for a circle


class Ticks(NamedTuple):
    """Places and names of the rows or columns of a map."""

    name: str
    places: NDArray[np.float64]


def is_folded(lattice: Lattice) -> bool:
    """Return whether the map is a line in several rows."""
    return lattice.topology != "ring" and len(folds(lattice)) > 0


def _is_of_hexagons(lattice: Lattice) -> bool:
    return lattice.topology in HEXAGONAL and not is_linear(lattice)


def unit_centres(lattice: Lattice) -> NDArray[np.float64]:
    """Return the middle of each unit's cell as (x, y), of shape (n_units, 2)."""
    if lattice.topology == "ring":
        return _on_ring(lattice.n_units, np.arange(lattice.n_units), 1.0)
    tiles = unit_tiles(lattice)
    if _is_of_hexagons(lattice):
        tiles[:, 0] *= math.sqrt(3) / 2
    return tiles[:, ::-1]


def unit_outlines(lattice: Lattice) -> NDArray[np.float64]:
    """Return the corners of each unit's cell as (x, y), of shape (n_units, n_corners, 2)."""
    if lattice.topology == "ring":
        return _sectors(lattice.n_units)
    tiles = unit_tiles(lattice)[:, None, ::-1]
    if _is_of_hexagons(lattice):
        # Whole numbers until the end: corners that cells share are equal to the last bit.
        steps = np.array([[-1, -1], [0, -2], [1, -1], [1, 1], [0, 2], [-1, 1]])
        corners: NDArray[np.float64] = tiles * (2, 3) + steps
        return corners * (0.5, math.sqrt(3) / 6)
    if is_folded(lattice):
        return tiles + _folded_corners(lattice)[:, [0, 1, 4, 5]]
    square: NDArray[np.float64] = tiles + SQUARE
    return square


def map_bounds(lattice: Lattice) -> NDArray[np.float64]:
    """Return the least and the greatest (x, y) of a map with its slices' labels."""
    outlines = unit_outlines(lattice)
    bounds = np.stack([outlines.min(axis=(0, 1)), outlines.max(axis=(0, 1))])
    if is_wrapped_in_rows(lattice):
        bounds[0, 1] -= label_room(bounds[1, 0] - bounds[0, 0])
    return bounds


def map_aspect(lattice: Lattice) -> float:
    """Return height by width of a lattice's map, within the limits of a page."""
    low, high = map_bounds(lattice)
    width, height = high - low
    return float(np.clip(height / width, 0.2, 2.5))


def map_border(lattice: Lattice) -> list[NDArray[np.float64]]:
    """Return closed lines, each of shape (n_corners, 2), around the cells that touch.

    Examples
    --------
    >>> [len(line) for line in map_border(Lattice("block", (2, 3, 4)))]
    [14, 14]
    """
    outlines = unit_outlines(lattice)
    if is_folded(lattice):
        outlines = unit_tiles(lattice)[:, None, ::-1] + _folded_corners(lattice)
    ends = np.roll(outlines, -1, axis=1)
    points, names = np.unique(
        np.stack([outlines, ends]).reshape(-1, 2).round(6), axis=0, return_inverse=True
    )
    edges = set(zip(*names.reshape(2, -1).tolist(), strict=True))
    # All cells turn the same way: an edge between two of them is there in both directions, and so
    # is one without length.
    following = {start: end for start, end in sorted(edges) if (end, start) not in edges}
    lines = []
    while following:
        start, point = following.popitem()
        line = [start]
        while point != start:
            line.append(point)
            point = following.pop(point)
        lines.append(points[line])
    return lines


def slice_labels(lattice: Lattice) -> list[tuple[float, float, str]]:
    """Return x, y of the upper left corner of slices of the first axis, and their names.

    The names count from 0 like positions; where slices are narrow, not all have one.

    Examples
    --------
    >>> slice_labels(Lattice("block", (2, 3, 4)))
    [(-0.5, -0.5, 'slice 0'), (-0.5, 3.5, 'slice 1')]
    """
    if not is_wrapped_in_rows(lattice):
        return []
    _, _, corners, n_columns = slices(lattice.shape)
    stride = -(-n_columns // 12)
    prefix = "slice " if n_columns <= 5 else ""
    return [
        (float(left) - 0.5, float(top) - 0.5, f"{prefix}{number}")
        for number, (top, left) in enumerate(corners)
        if number % n_columns % stride == 0
    ]


def map_ticks(lattice: Lattice) -> tuple[Ticks, Ticks] | None:
    """Return the ticks along x and y where a map has rows and columns, of units or of slices."""
    if is_linear(lattice) or is_cut(lattice) or is_wrapped_in_rows(lattice):
        return None
    n_rows, n_columns = lattice.shape[:2]
    if lattice.has_rows_and_columns:
        rows, columns = np.arange(float(n_rows)), np.arange(float(n_columns))
        if lattice.topology in HEXAGONAL:
            rows *= math.sqrt(3) / 2
        return Ticks("column", columns), Ticks("row", rows)
    part = slices(lattice.shape[2:]) if len(lattice.shape) > 2 else None
    middle = np.zeros(2) if part is None else (part.size - 1) / 2
    corners = slices(lattice.shape).corners
    return (
        Ticks("axis 2", corners[:n_columns, 1] + middle[1]),
        Ticks("axis 1", corners[::n_columns, 0] + middle[0]),
    )


def map_note(lattice: Lattice) -> str:
    """Return a note in a few words for a map that does not explain itself, else an empty one.

    Examples
    --------
    >>> map_note(Lattice("torus", (5, 5)))
    'opposite edges are joined'
    """
    n_axes = len(lattice.shape)
    if lattice.topology == "ring":
        return "starts on top, clockwise"
    if is_linear(lattice):
        ends = ", both ends are joined" if lattice.is_wrapped else ""
        return f"folded, starts top left{ends}" if is_folded(lattice) else ""
    joined = "opposite edges are joined" if lattice.is_wrapped else ""
    if is_cut(lattice):
        strips = "rows" if lattice.shape[0] < lattice.shape[1] else "columns"
        return ", ".join(
            filter(None, (f"cut into strips of {min(lattice.shape)} {strips}", joined))
        )
    if joined:
        return joined
    if n_axes == 2:
        return ""
    axes = "axis 1" if n_axes % 2 else "axes 1 and 2"
    return f"slices along {axes}" + (", sliced again" if n_axes > 4 else "")


def unit_raster(lattice: Lattice, longest: int) -> NDArray[np.int64]:
    """Return the unit whose cell holds the middle of each pixel of a map, -1 where none does.

    Parameters
    ----------
    lattice : Lattice
    longest : int
        Pixels along the longer side; fewer where whole pixels a step need it, and more where a step
        would be less than one, up to `MOST_PIXELS`.

    Examples
    --------
    >>> unit_raster(Lattice("square", (1, 2)), 4)
    array([[0, 0, 1, 1],
           [0, 0, 1, 1]])
    """
    from scipy.spatial import cKDTree  # Here: most figures need no raster.

    outlines, centres = unit_outlines(lattice), unit_centres(lattice)
    low = outlines.min(axis=(0, 1))
    extent = outlines.max(axis=(0, 1)) - low
    scale = longest / extent.max()
    if lattice.topology != "ring":  # Its cells are slivers of any width.
        scale = max(math.floor(scale + 1e-9), min(1.0, MOST_PIXELS / extent.max()))
    n_columns, n_rows = np.maximum(1, np.rint(extent * scale)).astype(int)
    y, x = np.indices((n_rows, n_columns)).reshape(2, -1)
    points = (np.stack([x, y], axis=1) + 0.5) / scale + low
    _, nearest = cKDTree(centres).query(points)
    # A hair towards the middle: a point between two cells shall lie in one of them.
    points += (centres[nearest] - points) * 1e-9
    units = np.where(_are_inside(points, outlines, nearest), nearest, -1)
    # Slivers may lie between all middles of pixels: they get the pixel in which their own lies.
    missing = np.setdiff1d(np.arange(lattice.n_units), units)
    x, y = np.floor((centres[missing] - low) * scale).astype(int).T
    units[y * n_columns + x] = missing
    return units.reshape(n_rows, n_columns).astype(np.int64)


def _are_inside(
    points: NDArray[np.float64], outlines: NDArray[np.float64], units: NDArray[np.integer]
) -> NDArray[np.bool_]:
    """Tell whether each point lies in the cell of its unit: a ray leaves it an odd number of times.

    Of the corners of one side of the cell at a time, which bounds the memory.
    """
    inside = np.zeros(len(points), bool)
    for corner in range(outlines.shape[1]):
        (x, y), (end_x, end_y) = outlines[units, corner - 1].T, outlines[units, corner].T
        crosses = (y > points[:, 1]) != (end_y > points[:, 1])
        rise = np.where(crosses, end_y - y, 1.0)
        inside ^= crosses & (points[:, 0] < x + (points[:, 1] - y) * (end_x - x) / rise)
    return inside


def _folded_corners(lattice: Lattice) -> NDArray[np.float64]:
    """Return corners of shape (n_units, 8, 2): squares that meet across the gap at each fold.

    Where they end and the gap begins, there are corners, too, as neighbours in the row have them.
    """
    corners = np.tile(SQUARE[[0, 1, 1, 2, 2, 3, 3, 0]], (lattice.n_units, 1, 1))
    corners[folds(lattice), 4:6, 1] += FOLD_GAP / 2
    corners[folds(lattice) + 1, :2, 1] -= FOLD_GAP / 2
    return corners


def _on_ring(n_units: int, steps: NDArray[Any], radius: float) -> NDArray[np.float64]:
    """Return (x, y) after `steps` around a ring, at a radius in that of the band's middle."""
    angles = steps % n_units * (2 * np.pi / n_units)
    middle = n_units / (2 * np.pi)
    places = np.stack([np.sin(angles), -np.cos(angles)], axis=-1)
    around: NDArray[np.float64] = places * (radius * middle)
    return around


def _sectors(n_units: int) -> NDArray[np.float64]:
    """Return the corners of a ring's cells: along the outer circle, and back along the inner."""
    outer = 2 / (1 + HOLE)
    n_sides = -(-ROUND // n_units)
    steps = np.arange(n_units)[:, None] + np.linspace(-0.5, 0.5, n_sides + 1)
    sides = [
        _on_ring(n_units, steps, outer),
        _on_ring(n_units, steps[:, ::-1], outer * HOLE),
    ]
    return np.concatenate(sides, axis=1)
