"""Virtual units: while the radius is large, a few units carry the codebook for all.

The rule acts on each unit on its own once the winner is known, so it can be run on any subset of
units, exactly. And while the neighbourhood is wide the codebook is a very smooth function of the
place on the lattice: a polynomial of low degree along each axis, to rounding. So the rule is run
on the units at the nodes of such a polynomial, and the inner products with the other units are
interpolated.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.linalg import qr
from threadpoolctl import threadpool_limits
from torch import Tensor

from ..workers import cut

# Largest relative error, in the Frobenius norm, of the codebook as a polynomial. A
# codebook as float32 is itself rounded by 10⁻⁷.
TOLERANCES = {torch.float32: 3e-7, torch.float64: 1e-14}
# Within an epoch the codebook grows rougher than it was at its start, as the radius of the epoch
# before was larger: so much is added to the number of nodes along an axis.
SPARE_SHARE, SPARE_NODES = 0.05, 1
# Bytes of a copy in float64: of large maps some features are looked at, one part after the other.
COPIED_BYTES = 2**27


class VirtualUnits(NamedTuple):
    """Units that carry the codebook, and how the others follow from them.

    Attributes
    ----------
    nodes : int64 Tensor of shape (n_nodes,)
        Units at the nodes, row-major.
    witnesses : int64 Tensor of shape (n_witnesses,)
        Units half-way between nodes, which are carried as well to measure the error.
    axes : sequence of Tensors of shape (n_along_axis, n_nodes_along_axis)
        Interpolation along each axis of the lattice.
    """

    nodes: Tensor
    witnesses: Tensor
    axes: Sequence[Tensor]

    def interpolate(self, values: Tensor) -> Tensor:
        """Return values on all units, (n, n_units), from those at the nodes, (n, n_nodes)."""
        n = len(values)
        values = values.reshape(n, *(axis.shape[1] for axis in self.axes))
        *others, last = self.axes
        values = values @ last.T
        for number, axis in reversed(list(enumerate(others, start=1))):
            before, after = values.shape[:number], values.shape[number + 1 :]
            values = torch.matmul(axis, values.reshape(*before, axis.shape[1], -1))
            values = values.reshape(*before, len(axis), *after)
        return values.reshape(n, -1)

    def expand(self, carried: Tensor) -> Tensor:
        """Return the codebook (n_units, n_features) from the units at the nodes."""
        return self.interpolate(carried.T.contiguous()).T.contiguous()


# With one BLAS thread, so that its bits do not depend on how many there are.
@threadpool_limits.wrap(limits=1)
def choose_virtual_units(state: Tensor, shape: Sequence[int]) -> VirtualUnits | None:
    """Return virtual units that carry a codebook to rounding; None if it takes too many.

    Parameters
    ----------
    state : Tensor of shape (n_units, n_features)
    shape : sequence of int
        Units along each axis of the lattice, row-major.
    """
    n_nodes = [
        min(length, round(degree * (1 + SPARE_SHARE)) + SPARE_NODES)
        for degree, length in zip(_terms_needed(state, shape), shape, strict=True)
    ]
    # Beyond that, interpolation costs more time than the smaller products save.
    if 2 * np.prod(n_nodes) > len(state):
        return None
    chosen, axes = zip(*(_axis(*pair) for pair in zip(shape, n_nodes, strict=True)), strict=True)
    between = [_most_between(nodes, length) for nodes, length in zip(chosen, shape, strict=True)]
    return VirtualUnits(
        torch.from_numpy(_units(chosen, shape)),
        torch.from_numpy(_units(between, shape)),
        [torch.from_numpy(axis).to(state.dtype) for axis in axes],
    )


def _terms_needed(state: Tensor, shape: Sequence[int]) -> list[int]:
    """Return how many Legendre terms along each axis hold the codebook within the tolerance."""
    parts = cut(state.shape[1], -(-8 * state.numel() // COPIED_BYTES))
    energies_along = [np.zeros(length) for length in shape]
    norms = []
    for part in parts:
        values = state[:, part].numpy().astype(np.float64).reshape(*shape, -1)
        norms.append(np.linalg.norm(values))
        for number, length in enumerate(shape):
            along = np.moveaxis(values, number, 0).reshape(length, -1)
            energies_along[number] += np.square(_legendre(length).T @ along).sum(axis=1)
    norm = norms[0] if len(norms) == 1 else np.linalg.norm(norms)
    limit = (TOLERANCES[state.dtype] * norm) ** 2
    needed = []
    for energies in energies_along:
        left_out = np.append(np.cumsum(energies[::-1])[::-1], 0)  # By the first k terms.
        needed.append(max(1, int(np.argmax(left_out <= limit))))
    return needed


def _legendre(length: int) -> NDArray[np.float64]:
    """Return orthonormal polynomials on equidistant points, by degree: (length, length).

    They come from the three-term recurrence in its stable form: a QR of monomials would not hold
    for high degrees.
    """
    points = np.linspace(-1, 1, length) if length > 1 else np.zeros(1)
    basis = np.zeros((length, length))
    basis[:, 0] = 1 / np.sqrt(length)
    for degree in range(1, length):
        term = points * basis[:, degree - 1]
        for _ in range(2):  # Once more, against rounding.
            term -= basis[:, :degree] @ (basis[:, :degree].T @ term)
        basis[:, degree] = term / np.linalg.norm(term)
    return basis


def _axis(length: int, n_nodes: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return nodes along an axis and the interpolation (length, n_nodes) from them.

    Pivoted QR finds nodes at which the polynomials are told apart best: they crowd at the ends,
    as Chebyshev's do.
    """
    basis = _legendre(length)[:, :n_nodes]
    _, _, pivots = qr(basis.T, pivoting=True, mode="economic")
    nodes = np.sort(pivots[:n_nodes])
    return nodes, np.linalg.solve(basis[nodes].T, basis.T).T


def _most_between(nodes: NDArray[np.int64], length: int) -> NDArray[np.int64]:
    """Return up to three places along an axis that lie in the middle of gaps between nodes."""
    middles = (nodes[1:] + nodes[:-1])[np.diff(nodes) > 1] // 2
    if not len(middles):
        return nodes[:1]
    return np.unique(middles[[0, len(middles) // 2, -1]])


def _units(places: Sequence[NDArray[np.int64]], shape: Sequence[int]) -> NDArray[np.int64]:
    """Return the units at all combinations of places along the axes, row-major."""
    return np.ravel_multi_index(np.ix_(*places), tuple(shape)).ravel()
