"""Distances for the quality measures: equal ones must compare as equal."""

import numpy as np
from numpy.typing import NDArray

# A square this small compared with the norms is measured again: the product keeps 8 of its
# digits at best.
SMALL = 1e-8


def squared_distances(
    rows: NDArray[np.float64], others: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return ‖row − other‖² for all pairs, of shape (n_rows, n_others).

    By a matrix product, and by differences where its rounding would show: equal vectors are at
    distance 0 exactly. Rounding is least when both are centred.

    Parameters
    ----------
    rows : float64 array of shape (n_rows, n_features)
    others : float64 array of shape (n_others, n_features)

    Examples
    --------
    >>> squared_distances(np.array([[3.0, 4.0]]), np.array([[0.0, 0.0], [3.0, 4.0]]))
    array([[25.,  0.]])
    """
    norms, other_norms = (np.einsum("ij,ij->i", array, array) for array in (rows, others))
    squares: NDArray[np.float64] = rows @ others.T
    squares *= -2
    squares += norms[:, None]
    squares += other_norms
    limit = SMALL * (norms.max(initial=0) + other_norms.max(initial=0))
    for row in np.flatnonzero(squares.min(axis=1, initial=np.inf) <= limit):
        close = np.flatnonzero(squares[row] <= limit)
        squares[row, close] = np.square(rows[row] - others[close]).sum(axis=1)
    return squares
