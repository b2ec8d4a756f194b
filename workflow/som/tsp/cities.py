"""Cities in the plane, given or drawn at random, and the length of a tour."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Tour = NDArray[np.int64]


class Cities(NamedTuple):
    """Where cities are, shape (n_cities, 2), and the number by which each is known."""

    points: Points
    numbers: NDArray[np.int32]


def random_cities(n_cities: int, seed: int) -> Cities:
    """Draw cities uniformly in a square, on whole coordinates, a million of them per city.

    They are numbered from 1.

    Examples
    --------
    >>> random_cities(5, seed=0).numbers
    array([1, 2, 3, 4, 5], dtype=int32)
    """
    side = round(1000 * np.sqrt(n_cities))
    points = np.random.default_rng([seed]).integers(0, side, (n_cities, 2)).astype(np.float64)
    return Cities(points, np.arange(1, n_cities + 1, dtype=np.int32))


def tour_length(points: Points, tour: Tour, *, rounded: bool = False) -> float:
    """Return the length of a closed tour.

    Parameters
    ----------
    points : array of shape (n_cities, 2)
    tour : integer array of shape (n_cities,)
        The cities in visiting order.
    rounded : bool
        Whether every edge counts as the nearest whole number (halves up), as in TSPLIB's EUC_2D.

    Examples
    --------
    >>> square = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    >>> tour_length(square, np.array([0, 2, 1, 3])), tour_length(square, np.arange(4))
    (4.82842712474619, 4.0)
    >>> tour_length(square, np.array([0, 2, 1, 3]), rounded=True)
    4.0
    """
    steps = points[tour] - points[np.roll(tour, -1)]
    edges = np.sqrt(np.square(steps).sum(axis=1))
    return float((np.floor(edges + 0.5) if rounded else edges).sum())
