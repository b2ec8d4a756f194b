"""Cities in the plane: read from TSPLIB files or drawn at random, and the length of a tour."""

import warnings
from pathlib import Path

import numpy as np
import vrplib
from numpy.typing import NDArray

from workflow.som.files.errors import SomError, reason

# A ring of fewer units than that has no inside.
FEWEST_CITIES = 5
MOST_CITIES = 200_000

Points = NDArray[np.float64]
Tour = NDArray[np.int64]


def read_tsplib(path: Path, *, name: str = "") -> Points:
    """Return the coordinates of the cities in a TSPLIB file, shape (n_cities, 2).

    Errors call it `name`, or by its path.

    Raises
    ------
    SomError
        If it cannot be read, or its distances are not those of the plane (EUC_2D).
    """
    name = name or str(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # What is wrong is said below.
            content = vrplib.read_instance(path, compute_edge_weights=False)
        kind = str(content.get("edge_weight_type"))
    except Exception as error:  # The library raises whatever parsing the text ran into.
        raise _not_tsplib(name, reason(error)) from None
    if kind != "EUC_2D":
        raise SomError(
            f"{name} has the EDGE_WEIGHT_TYPE {kind[:40]}, but only EUC_2D is read: "
            "remove the file or set cities to others."
        )
    try:
        points = np.array(content["node_coord"], dtype=np.float64)
        n_cities = int(content["dimension"])
    except (KeyError, TypeError, ValueError) as error:
        raise _not_tsplib(name, reason(error)) from None
    if points.shape != (n_cities, 2):
        raise _not_tsplib(name, f"DIMENSION is {n_cities}, the coordinates are {points.shape}")
    if not np.isfinite(points).all() or np.abs(points).max() > 1e12:
        raise _not_tsplib(name, "a coordinate is not a number below 1e12")
    if not FEWEST_CITIES <= n_cities <= MOST_CITIES:
        raise _not_tsplib(name, f"{n_cities} cities; {FEWEST_CITIES} to {MOST_CITIES:,} are read")
    return points


def _not_tsplib(name: str, why: str) -> SomError:
    return SomError(
        f"{name} is not a whole TSPLIB file of cities in the plane ({why}): "
        "mend it, fetch it again or remove it."
    )


def random_cities(n_cities: int, seed: int) -> Points:
    """Draw cities uniformly in a square, on whole coordinates, a million of them per city.

    Examples
    --------
    >>> random_cities(5, seed=0).shape
    (5, 2)
    """
    side = round(1000 * np.sqrt(n_cities))
    return np.random.default_rng([seed]).integers(0, side, (n_cities, 2)).astype(np.float64)


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
