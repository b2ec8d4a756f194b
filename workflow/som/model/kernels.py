"""Neighbourhood kernels: how far from the BMU an update reaches, by the distance on the lattice."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .lattice import HEXAGONAL, ByOffset, Lattice

# `printed` is the article's formula as it is printed: it looks at distances in data space, so it
# has no table, and `som.engine.online.printed` runs it.
KERNELS = ("gaussian", "cut_gaussian", "bubble", "mexican_hat", "printed")
# Kernels that the batch rule cannot use: its weights must be a mean's, never below zero.
ONLINE_ONLY = ("mexican_hat", "printed")

# Above, a table of all pairs would take gigabytes.
MOST_UNITS_IN_A_TABLE = 5000


def neighbourhood(lattice: Lattice, radius: float, kernel: str = "gaussian") -> NDArray[np.float64]:
    """Return η(c, j) for all pairs of units, of shape (n_units, n_units).

    With d the distance on the lattice and R = `radius`, both in grid steps:

    - `gaussian`: exp(−d² / 2R²), the article's (its print lacks the square, a slip: see README)
    - `cut_gaussian`: the same up to d = R, zero beyond (SOM Toolbox's `cutgauss`)
    - `bubble`: one up to d = R, zero beyond (Kohonen 1982)
    - `mexican_hat`: (1 − d² / 2R²) exp(−d² / 2R²), which adds up to zero over the plane: units at a
      middling distance are pushed away

    Examples
    --------
    >>> neighbourhood(Lattice("line", (4,)), 2.0, "bubble")[0]
    array([1., 1., 1., 0.])
    """
    return neighbourhood_by_offset(lattice, radius, kernel).table()


def neighbourhood_by_offset(lattice: Lattice, radius: float, kernel: str = "gaussian") -> ByOffset:
    """Return η(c, j) as `neighbourhood` does, by offset: in memory in proportion to the units.

    Examples
    --------
    >>> neighbourhood_by_offset(Lattice("ring", (5,)), 1.0, "bubble").row(0)
    array([1., 1., 0., 0., 1.])
    """
    squares = lattice.squared_distances_by_offset()
    return squares._replace(values=_values(squares.values, radius, kernel))


def _values(squares: NDArray[np.float64], radius: float, kernel: str) -> NDArray[np.float64]:
    scaled = squares / (-2.0 * radius**2)
    if kernel == "bubble":
        return (squares <= radius**2).astype(np.float64)
    values = np.exp(scaled)
    if kernel == "cut_gaussian":
        values[squares > radius**2] = 0
    elif kernel == "mexican_hat":
        values *= 1 + scaled
    elif kernel != "gaussian":
        raise ValueError(f"Kernel {kernel!r} has no table of lattice distances.")
    return values


class HexagonalFactors(NamedTuple):
    """A Gaussian on a hexagonal lattice: a product of rows and of half columns.

    Attributes
    ----------
    rows : array of shape (n_rows, n_rows)
    columns : array of shape (2, 2, n_columns, n_columns)
        From the columns of even (0) or odd (1) rows to those of even or odd rows.
    """

    rows: NDArray[np.float64]
    columns: NDArray[np.float64]


# What the batch rule smooths with: a factor per axis, or what takes the place of a product.
Factors = Sequence[NDArray[np.floating]] | HexagonalFactors | ByOffset


def neighbourhood_factors(lattice: Lattice, radius: float, kernel: str = "gaussian") -> Factors:
    """Return neighbourhoods along each axis whose product is `neighbourhood`.

    The Gaussian of a sum of squares is the product of Gaussians (lattices of any number of axes,
    closed ones too, and hexagonal ones). Where there is no such product, the whole table is the
    only factor, or the neighbourhood by offset if the table would be large.

    Examples
    --------
    >>> along_rows, along_columns = neighbourhood_factors(Lattice("square", (2, 3)), 1.0)
    >>> table = neighbourhood(Lattice("square", (2, 3)), 1.0)
    >>> bool(np.isclose(along_rows[0, 1] * along_columns[0, 2], table[0, 5]))
    True
    """
    if kernel == "gaussian" and lattice.topology in HEXAGONAL:
        return _hexagonal_factors(lattice, radius)
    if kernel == "gaussian" and len(lattice.shape) > 1:
        kind = "ring" if lattice.is_wrapped else "line"
        return [neighbourhood(Lattice(kind, (length,)), radius) for length in lattice.shape]
    if lattice.n_units > MOST_UNITS_IN_A_TABLE:
        return neighbourhood_by_offset(lattice, radius, kernel)
    return [neighbourhood(lattice, radius, kernel)]


def _hexagonal_factors(lattice: Lattice, radius: float) -> HexagonalFactors:
    """Return the factors of exp(−(¾ Δrow² + ¼ Δx²) / 2R²), x in half columns."""
    n_rows, n_columns = lattice.shape
    halves = 2 * np.arange(n_columns) + np.arange(2)[:, None]
    # From half column [p, c] to [q, j].
    apart = np.abs(halves[:, None, :, None] - halves[None, :, None, :])
    steps = np.abs(np.arange(n_rows)[:, None] - np.arange(n_rows))
    if lattice.is_wrapped:
        apart, steps = np.minimum(apart, 2 * n_columns - apart), np.minimum(steps, n_rows - steps)
    rows, columns = (
        np.exp(weight * np.square(distance, dtype=np.float64) / (-2.0 * radius**2))
        for weight, distance in ((0.75, steps), (0.25, apart))
    )
    return HexagonalFactors(rows, columns)
