"""The U-matrix: how far each unit lies from its neighbours on the lattice."""

import numpy as np
from numpy.typing import NDArray

from ..model.lattice import Lattice


def u_matrix(codebook: NDArray[np.floating], lattice: Lattice) -> NDArray[np.float64]:
    """Return the mean distance of each unit's vector to those of adjacent units (Ultsch 1990).

    Returns
    -------
    float64 array of shape (n_units,)
        Euclidean, in the samples' units; NaN for a unit without neighbours.

    Examples
    --------
    >>> u_matrix(np.array([[0.0], [1.0], [4.0]]), Lattice("square", (1, 3)))
    array([1., 2., 3.])
    """
    first, second = lattice.adjacent_pairs().T
    lengths = np.linalg.norm(codebook[first].astype(float) - codebook[second], axis=1)
    total = np.zeros(lattice.n_units)
    degree = np.zeros(lattice.n_units)
    for units in (first, second):
        np.add.at(total, units, lengths)
        np.add.at(degree, units, 1)
    return np.divide(total, degree, out=np.full(lattice.n_units, np.nan), where=degree > 0)
