"""The lattice on which the units of a map are arranged."""

import json
import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from workflow.som.errors import SomError

TOPOLOGIES = ("square",)


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
    return np.exp(lattice.squared_distances() / (-2.0 * radius**2))
