"""The lattice on which the units of a map are arranged."""

import itertools
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from ..files.errors import SomError

# Lattices with rows and columns, and how many axes the others may have.
PLANE = ("square", "hexagonal", "torus", "hexagonal_torus")
LINEAR = ("line", "ring")
TOPOLOGIES = (*PLANE, *LINEAR, "block")
HEXAGONAL = ("hexagonal", "hexagonal_torus")
WRAPPED = ("torus", "hexagonal_torus", "ring")


@dataclass(frozen=True)
class Lattice:
    """Arrangement of units, row-major; distances are in grid steps.

    `square`: rows and columns, the four nearest units are adjacent. `hexagonal`: every other row is
    shifted by half a step, the six nearest are adjacent. `torus`, `hexagonal_torus`: the same, and
    the last row is next to the first, as is the last column to the first. `line`, `ring`: one
    axis, open or closed. `block`: any number of axes, the two nearest along each are adjacent. On
    closed lattices of one or two rows or columns two ways lead to the same neighbour, which counts
    once.

    Raises
    ------
    SomError
        If the topology is not known or does not go with the shape.

    Examples
    --------
    >>> lattice = Lattice("square", (2, 3))
    >>> lattice.n_units
    6
    >>> lattice.positions[4]
    array([1., 1.])
    >>> float(lattice.squared_distances()[0, 4])
    2.0
    >>> Lattice("ring", (5,)).squared_distances()[0]
    array([0., 1., 4., 4., 1.])
    """

    topology: str
    shape: tuple[int, ...]

    def __post_init__(self) -> None:
        if self.topology not in TOPOLOGIES:
            known = ", ".join(TOPOLOGIES)
            raise SomError(f"Topology {self.topology!r} is not known: choose one of {known}.")
        if fault := shape_fault(self.topology, self.shape):
            raise SomError(f"Shape {list(self.shape)} {fault}.")

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a lattice that `to_json` wrote."""
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
    def has_rows_and_columns(self) -> bool:
        """Whether it is two-dimensional."""
        return self.topology in PLANE

    @property
    def is_wrapped(self) -> bool:
        """Whether opposite ends are adjacent."""
        return self.topology in WRAPPED

    @property
    def positions(self) -> NDArray[np.float64]:
        """Coordinates of the units in grid steps, of shape (n_units, n_axes).

        Those of a torus or ring are counted along its axes, from the seam on.
        """
        return self._coordinates() * self._step_lengths()

    @property
    def periods(self) -> NDArray[np.float64]:
        """Grid steps after which each coordinate returns, (n_axes,); infinite where it never does.

        Examples
        --------
        >>> Lattice("torus", (3, 4)).periods
        array([3., 4.])
        """
        return np.where(self._turns() > 0, self._turns() * self._step_lengths(), np.inf)

    def squared_distances(self) -> NDArray[np.float64]:
        """Return the squared distances between all units, of shape (n_units, n_units).

        They are whole numbers, on hexagonal lattices, too.
        """
        coordinates = self._coordinates()
        squares = np.zeros((self.n_units, self.n_units))
        for axis in range(coordinates.shape[1]):
            places = coordinates[:, axis]
            steps = self._shorter_way(np.abs(places[:, None] - places), axis)
            squares += np.square(steps, dtype=np.float64) * self._weights()[axis]
        return squares

    def squared_distances_by_offset(self) -> "ByOffset":
        """Return the squared distances by offset: the same for all pairs that lie alike.

        A table of all offsets takes memory in proportion to the units, that of all pairs in
        proportion to their square.
        """
        index = np.stack(np.unravel_index(np.arange(self.n_units), self.shape), axis=1)
        lengths = np.array(self.shape)
        is_hexagonal = self.topology in HEXAGONAL
        # In a hexagonal lattice the neighbours of an odd row lie otherwise than those of an even.
        squares = np.stack([self._squares_by_offset(kind) for kind in range(1 + is_hexagonal)])
        extents = 2 * lengths - 1
        strides = np.append(np.cumprod(extents[:0:-1])[::-1], 1) // extents[-1]
        # Of the last axis the stride in rows is 0.
        rows = (lengths - 1 - index) @ strides
        if is_hexagonal:
            rows += index[:, 0] % 2 * extents[0]
        segments = index[:: lengths[-1]] @ strides
        return ByOffset(
            squares.reshape(-1, extents[-1]),
            rows,
            lengths[-1] - 1 - index[:, -1],
            segments,
            int(lengths[-1]),
        )

    def _squares_by_offset(self, kind: int) -> NDArray[np.float64]:
        """Return squared distances by offset, of shape (2 n − 1, …) for n units along an axis.

        `kind` is 1 for the odd rows of a hexagonal lattice.
        """
        grid = np.indices([2 * length - 1 for length in self.shape])
        steps = [axis - (length - 1) for axis, length in zip(grid, self.shape, strict=True)]
        if self.topology in HEXAGONAL:
            steps[1] = 2 * steps[1] + (kind + steps[0]) % 2 - kind
        squares = np.zeros(grid.shape[1:])
        for axis, step in enumerate(steps):
            squares += (
                np.square(self._shorter_way(np.abs(step), axis), dtype=np.float64)
                * (self._weights()[axis])
            )
        return squares

    def are_adjacent(
        self, units: NDArray[np.integer], others: NDArray[np.integer], *, diagonals: bool = False
    ) -> NDArray[np.bool_]:
        """Tell which pairs of units are adjacent (with `diagonals`: the 8 nearest count, not 4)."""
        coordinates = self._coordinates()
        steps = np.abs(coordinates[units] - coordinates[others])
        for axis in range(steps.shape[1]):
            steps[:, axis] = self._shorter_way(steps[:, axis], axis)
        if diagonals:
            return steps.max(axis=1) == 1
        return np.square(steps) @ self._weights() == 1

    def patches(self, most: int) -> NDArray[np.int64]:
        """Return a number for each unit, (n_units,): the same for up to `most` close together.

        Examples
        --------
        >>> Lattice("square", (2, 4)).patches(4).tolist()
        [0, 0, 1, 1, 0, 0, 1, 1]
        """
        side = max(1, int(most ** (1 / len(self.shape)) + 1e-9))
        index = np.stack(np.unravel_index(np.arange(self.n_units), self.shape))
        counts = [-(-length // side) for length in self.shape]
        return np.ravel_multi_index(tuple(index // side), counts)

    def adjacent_pairs(self) -> NDArray[np.int64]:
        """Return each pair of adjacent units once, in order, of shape (n_pairs, 2)."""
        from scipy.spatial import cKDTree  # Here: most users of a lattice need no neighbours.

        box = np.where(np.isfinite(self.periods), self.periods, 0)
        tree = cKDTree(self.positions, boxsize=box)
        pairs = np.sort(tree.query_pairs(1 + 1e-6, output_type="ndarray"), axis=1)
        ordered: NDArray[np.int64] = np.unique(pairs, axis=0).astype(np.int64).reshape(-1, 2)
        return ordered

    def symmetries(self) -> Iterator[NDArray[np.int64]]:
        """Yield the permutations of units that keep all distances, the identity first.

        Entry j of a permutation is the unit onto which unit j moves. They are reflections, swaps
        of axes of equal length and, on rings and tori, shifts: all there are but for rotations of
        hexagonal lattices by 60°, which a rectangle of units does not have.

        Examples
        --------
        >>> [moved.tolist() for moved in Lattice("line", (3,)).symmetries()]
        [[0, 1, 2], [2, 1, 0]]
        """
        coordinates, turns = self._coordinates(), self._turns()
        ends = np.where(turns > 0, turns - 1, coordinates.max(axis=0))
        units = np.full(ends + 1, -1)
        units[tuple(coordinates.T)] = np.arange(self.n_units)
        shifts = coordinates if self.is_wrapped else coordinates[:1]
        seen = set()
        for axes in itertools.permutations(range(len(ends))):
            if (ends[list(axes)] != ends).any() or (turns[list(axes)] != turns).any():
                continue
            for signs in itertools.product((1, -1), repeat=len(ends)):
                moved = coordinates[:, axes]
                moved = np.where(np.array(signs) > 0, moved, ends - moved)
                for shift in shifts:
                    shifted = np.where(turns > 0, (moved + shift) % np.maximum(turns, 1), moved)
                    found = units[tuple(shifted.T)]
                    if (found >= 0).all() and found.tobytes() not in seen:
                        seen.add(found.tobytes())
                        yield found

    def _coordinates(self) -> NDArray[np.int64]:
        """Return whole-numbered coordinates, (n_units, n_axes); hexagonal columns count halves."""
        places = np.stack(np.unravel_index(np.arange(self.n_units), self.shape), axis=1)
        if self.topology in HEXAGONAL:
            places[:, 1] = 2 * places[:, 1] + places[:, 0] % 2
        return places

    def _step_lengths(self) -> NDArray[np.float64]:
        """Return the length of a step of each coordinate, in grid steps."""
        return np.sqrt(self._weights())

    def _weights(self) -> NDArray[np.float64]:
        """Return the squared length of a step of each coordinate."""
        is_hexagonal = self.topology in HEXAGONAL
        return np.array([0.75, 0.25]) if is_hexagonal else np.ones(len(self.shape))

    def _turns(self) -> NDArray[np.int64]:
        """Return the steps after which each coordinate returns; 0 where it never does."""
        turns = np.array(self.shape) * (1 if self.is_wrapped else 0)
        return turns * [1, 2] if self.topology in HEXAGONAL else turns

    def _shorter_way(self, steps: NDArray[np.int64], axis: int) -> NDArray[np.int64]:
        turns = int(self._turns()[axis])
        return np.minimum(steps, turns - steps) if turns else steps


class ByOffset(NamedTuple):
    """A number for each pair of units that depends only on how they lie to each other.

    Those of unit c and all units are, for each segment of `length` units along the last axis, the
    values from [rows[c] + segments[i], columns[c]] on, `length` of them.

    Attributes
    ----------
    values : array of shape (n_rows, n_columns)
        By offset.
    rows, columns : int64 arrays of shape (n_units,)
    segments : int64 array of shape (n_segments,)
    length : int

    Examples
    --------
    >>> by_offset = Lattice("square", (2, 3)).squared_distances_by_offset()
    >>> by_offset.row(4).tolist(), by_offset.values.shape
    ([2.0, 1.0, 2.0, 1.0, 0.0, 1.0], (3, 5))
    """

    values: NDArray[Any]
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    segments: NDArray[np.int64]
    length: int

    @classmethod
    def of_table(cls, table: NDArray[Any]) -> Self:
        """Return any table of pairs, of shape (n_units, n_units), in this form."""
        units = np.arange(len(table))
        return cls(table, units, np.zeros_like(units), np.zeros(1, np.int64), len(table))

    def row(self, unit: int) -> NDArray[Any]:
        """Return the numbers of `unit` and all units, of shape (n_units,)."""
        first = self.columns[unit]
        parts = self.values[self.rows[unit] + self.segments, first : first + self.length]
        return parts.reshape(-1)

    def table(self) -> NDArray[Any]:
        """Return the numbers of all pairs, of shape (n_units, n_units)."""
        return np.stack([self.row(unit) for unit in range(len(self.rows))])


def shape_fault(topology: str, shape: tuple[int, ...]) -> str | None:
    """Return why a topology cannot have a shape, to follow "shape … "; None if it can.

    Examples
    --------
    >>> shape_fault("ring", (2, 3))
    'has 2 lengths, but topology ring needs 1'
    """
    needed = 1 if topology in LINEAR else 2 if topology in PLANE else len(shape)
    if len(shape) != needed:
        lengths = "length" if len(shape) == 1 else "lengths"
        return f"has {len(shape)} {lengths}, but topology {topology} needs {needed}"
    if topology == "hexagonal_torus" and shape[0] % 2:
        return f"has {shape[0]} rows, but topology {topology} needs an even number to close"
    return None
