"""The lattice on which the units of a map are arranged."""

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

import numpy as np
from numpy.typing import NDArray

from workflow.som.errors import SomError

TOPOLOGIES = ("square",)
# Above, the pairs' distances are not kept from epoch to epoch: they would take gigabytes.
MOST_UNITS_WITH_CLASSES = 5000


@dataclass(frozen=True)
class Lattice:
    """Arrangement of units, row-major; distances are in grid steps.

    Examples
    --------
    >>> lattice = Lattice("square", (2, 3))
    >>> lattice.n_units
    6
    >>> lattice.positions[4]
    array([1., 1.])
    >>> float(lattice.squared_distances()[0, 4])
    2.0
    """

    topology: str
    shape: tuple[int, ...]

    def __post_init__(self) -> None:
        if self.topology not in TOPOLOGIES:
            known = ", ".join(TOPOLOGIES)
            raise SomError(f"Topology {self.topology!r} is not known: choose one of {known}.")

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote."""
        fields = json.loads(text)
        return cls(fields["topology"], tuple(fields["shape"]))

    def to_json(self) -> str:
        """Return the lattice as JSON, as checkpoints and tables carry it."""
        return json.dumps({"topology": self.topology, "shape": list(self.shape)})

    @property
    def n_units(self) -> int:
        """Number of units."""
        return math.prod(self.shape)

    @property
    def positions(self) -> NDArray[np.float64]:
        """Coordinates of the units in grid steps, of shape (n_units, n_dimensions)."""
        return np.stack(np.unravel_index(np.arange(self.n_units), self.shape), axis=1).astype(float)

    def squared_distances(self) -> NDArray[np.float64]:
        """Return the squared distances between all units, of shape (n_units, n_units)."""
        positions = self.positions
        squares = np.zeros((self.n_units, self.n_units))
        for axis in range(positions.shape[1]):
            squares += np.square(positions[:, axis, None] - positions[None, :, axis])
        return squares

    def are_adjacent(
        self, units: NDArray[np.integer], others: NDArray[np.integer], *, diagonals: bool = False
    ) -> NDArray[np.bool_]:
        """Tell which pairs of units are adjacent (with `diagonals`: the 8 nearest count, not 4)."""
        positions = self.positions
        steps = np.abs(positions[units] - positions[others])
        return steps.max(axis=1) == 1 if diagonals else steps.sum(axis=1) == 1

    def adjacent_pairs(self) -> NDArray[np.int64]:
        """Return each pair of adjacent units once, of shape (n_pairs, 2)."""
        units = np.arange(self.n_units).reshape(self.shape)
        pairs = []
        for axis, length in enumerate(self.shape):
            first = np.take(units, range(length - 1), axis=axis)
            second = np.take(units, range(1, length), axis=axis)
            pairs.append(np.stack([first.ravel(), second.ravel()], axis=1))
        return np.concatenate(pairs)


def neighbourhood(lattice: Lattice, radius: float) -> NDArray[np.float64]:
    """Return η = exp(−d² / 2R²) for all pairs of units, of shape (n_units, n_units).

    `radius` is R in grid steps (the article prints the exponent unsquared, a slip: see README).
    """
    if lattice.n_units > MOST_UNITS_WITH_CLASSES:
        return np.exp(lattice.squared_distances() / (-2.0 * radius**2))
    squares, classes = _distance_classes(lattice)
    table: NDArray[np.float64] = np.exp(squares / (-2.0 * radius**2))[classes]
    return table


def neighbourhood_factors(lattice: Lattice, radius: float) -> list[NDArray[np.float64]]:
    """Return neighbourhoods along each axis whose product is `neighbourhood`.

    The Gaussian of a sum of squares is the product of Gaussians (square lattices, blocks).

    Examples
    --------
    >>> along_rows, along_columns = neighbourhood_factors(Lattice("square", (2, 3)), 1.0)
    >>> table = neighbourhood(Lattice("square", (2, 3)), 1.0)
    >>> bool(np.isclose(along_rows[0, 1] * along_columns[0, 2], table[0, 5]))
    True
    """
    steps = [np.arange(length)[:, None] - np.arange(length) for length in lattice.shape]
    return [np.exp(np.square(step) / (-2.0 * radius**2)) for step in steps]


@lru_cache(maxsize=1)
def _distance_classes(lattice: Lattice) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Return the different squared distances, and which one each pair of units has.

    There are few, so that a table over all pairs takes few exponentials, epoch after epoch.
    """
    squares, classes = np.unique(lattice.squared_distances(), return_inverse=True)
    return squares, classes.astype(np.int32).reshape(lattice.n_units, lattice.n_units)
