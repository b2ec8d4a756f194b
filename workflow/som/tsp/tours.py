"""Tables of cities and tours, and how far tours are from the optimum."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..files.errors import SomError, damaged
from ..files.tables import read_table, write_table
from ..statistics.intervals import mean_interval
from .cities import Cities, Points, Tour, tour_length

RING, FIRST_FALL, RING_IMPROVED = "ring SOM", "ring SOM, first fall", "ring SOM + 2-opt, Or-opt"
NEAREST, NEAREST_IMPROVED = "nearest neighbour", "nearest neighbour + 2-opt, Or-opt"
CURVE, ROUTED = "space-filling curve", "OR-Tools"
METHODS = (RING, FIRST_FALL, RING_IMPROVED, CURVE, NEAREST, NEAREST_IMPROVED, ROUTED)

# Means over five seeds of diego-vicente/som-tsp, per cent above the optimum, and its seconds.
BLOG = {
    "qa194": (9.4, 14.0),
    "uy734": (7.5, 23.0),
    "fi10639": (22.3, 284.0),
    "it16862": (29.8, 401.0),
}


class FoundTour(NamedTuple):
    """A closed tour, the method and seed that found it (−1: it needs none), and how long it took.

    Seconds are of all that led to the tour, without tries for comparison.
    """

    method: str
    seed: int
    seconds: float
    tour: Tour


def write_cities(path: Path, cities: Cities, metadata: Mapping[str, str]) -> None:
    """Write one row per city, with the number that the TSPLIB file gives it."""
    frame = pd.DataFrame({"city": cities.numbers})
    x, y = cities.points.T
    write_table(path, frame.assign(x=x, y=y), metadata, kind="cities")


def read_cities(path: Path) -> tuple[Cities, dict[str, str]]:
    """Read the cities and the other facts about the instance."""
    frame, metadata = read_table(path)
    numbers = frame["city"].to_numpy(np.int32)
    return Cities(frame[["x", "y"]].to_numpy(np.float64), numbers), metadata


def whose(cities: Mapping[str, str]) -> dict[str, str]:
    """Return what a table of tours says of the cities that it visits, from their metadata."""
    return {"instance": cities["instance"], "cities": cities["checksum"]}


def write_tour(
    path: Path,
    cities: Cities,
    tour: Tour,
    metadata: Mapping[str, str],
    units: NDArray[np.int64] | None = None,
    *,
    kind: str,
) -> None:
    """Write one row per city in visiting order, with its unit where a ring found the tour."""
    points = cities.points
    frame = pd.DataFrame(
        {
            "position": np.arange(len(tour), dtype=np.int32),
            "city": cities.numbers[tour],
            "x": points[tour, 0],
            "y": points[tour, 1],
        }
    )
    if units is not None:
        frame["unit"] = units[tour].astype(np.int32)
    lengths = {
        "length": repr(tour_length(points, tour)),
        "length_rounded": str(int(tour_length(points, tour, rounded=True))),
    }
    write_table(path, frame, {**metadata, **lengths}, kind=kind)


def read_tour(path: Path, cities: Cities) -> tuple[Tour, dict[str, str]]:
    """Read a tour as positions in the table of its cities, from 0.

    Raises
    ------
    DamagedFileError
        If it does not visit every city once.
    """
    frame, metadata = read_table(path)
    return _positions(path, frame["city"], cities), metadata


def _positions(path: Path, visited: pd.Series, cities: Cities) -> Tour:
    """Return the positions of visited cities in the table of cities."""
    tour = pd.Index(cities.numbers).get_indexer(pd.Index(visited)).astype(np.int64)
    if not np.array_equal(np.sort(tour), np.arange(len(cities.numbers))):
        raise damaged(path, "it does not visit every city once")
    return tour


def write_tours(
    path: Path,
    cities: Cities,
    found: Iterable[FoundTour],
    metadata: Mapping[str, str],
    *,
    kind: str,
) -> None:
    """Write tours of several methods and seeds into one table, one row per city and tour."""
    frames = [
        pd.DataFrame(
            {
                "method": tour.method,
                "seed": np.int32(tour.seed),
                "seconds": tour.seconds,
                "position": np.arange(len(tour.tour), dtype=np.int32),
                "city": cities.numbers[tour.tour],
            }
        )
        for tour in found
    ]
    columns = ["method", "seed", "seconds", "position", "city"]
    frame = pd.concat(frames) if frames else pd.DataFrame(columns=columns)
    write_table(path, frame, metadata, kind=kind)


def read_tours(path: Path, cities: Mapping[str, Cities]) -> list[tuple[str, FoundTour]]:
    """Read a table of `write_tours`, each tour with the name of its instance.

    `cities` has those of every instance, by its name.
    """
    whole, metadata = read_table(path)
    instance = metadata["instance"]
    found = []
    for _, frame in whole.groupby(["method", "seed"], sort=False):
        tour = _positions(path, frame.sort_values("position")["city"], cities[instance])
        method, seed, seconds = frame[["method", "seed", "seconds"]].iloc[0]
        found.append((instance, FoundTour(str(method), int(seed), float(seconds), tour)))
    return found


def read_ring_tour(path: Path, method: str, cities: Mapping[str, Cities]) -> tuple[str, FoundTour]:
    """Read a tour that began as a ring's, with the name of its instance.

    `cities` has those of every instance, by its name.
    """
    frame, metadata = read_table(path)
    instance = metadata["instance"]
    tour = _positions(path, frame["city"], cities[instance])
    seconds = metadata["first_seconds" if method == FIRST_FALL else "seconds"]
    return instance, FoundTour(method, int(metadata["seed"]), float(seconds), tour)


def measure_gaps(
    instance: str, points: Points, optimum: int | None, found: Iterable[FoundTour]
) -> pd.DataFrame:
    """Return one row a tour: its lengths, and its gap to the optimum in per cent.

    Lengths are rounded edge by edge as TSPLIB does (`length_rounded`), as its optima are, and exact
    (`length`). `gap` compares rounded lengths with the optimum. Where that is not known, it
    compares exact lengths with the shortest of them: rounded ones would say nothing where cities
    lie less than a few units apart. `reference` says which. `gap_exact` compares the exact length
    with the optimum, as is often done, though that counts rounded edges: it may fall below 0.

    Raises
    ------
    SomError
        If a tour is shorter than the optimum.
    """
    rows = [
        {
            "instance": instance,
            "cities": len(points),
            "method": tour.method,
            "seed": tour.seed if tour.seed >= 0 else None,
            "length_rounded": int(tour_length(points, tour.tour, rounded=True)),
            "length": tour_length(points, tour.tour),
            "optimum": optimum,
            "seconds": tour.seconds,
        }
        for tour in found
    ]
    types = {"seed": "Int64", "optimum": "Int64"}
    frame = pd.DataFrame(rows).astype(types)
    if optimum is None:
        frame["reference"] = "shortest tour found"
        frame["gap"] = frame["gap_exact"] = _gap(frame["length"], float(frame["length"].min()))
        return frame
    if (shortest := frame["length_rounded"].min()) < optimum:
        raise SomError(
            f"optima.csv says that the best tour of {instance} has the length {optimum}, but one "
            f"of {shortest} was found (each edge as the nearest whole number, as in EUC_2D): "
            "correct it, or remove that row to compare exact lengths with the shortest tour found."
        )
    frame["reference"] = "optimum"
    frame["gap"] = _gap(frame["length_rounded"], optimum)
    frame["gap_exact"] = _gap(frame["length"], optimum)
    return frame


def _gap(lengths: pd.Series, reference: float) -> pd.Series:
    """Return how far lengths are above a reference in per cent; 0 if all cities share a place."""
    return 100 * (lengths / reference - 1) if reference else 0.0 * lengths


def length_text(tour: Mapping[str, str], cities: Mapping[str, str]) -> str:
    """Return a tour's length as it is compared: rounded where the optimum is known, else exact.

    Parameters
    ----------
    tour, cities : mapping
        The metadata of their tables.

    Examples
    --------
    >>> found = {"length": "5.65685", "length_rounded": "4"}
    >>> length_text(found, {"optimum": "4"}), length_text(found, {"optimum": ""})
    ('4', '5.657')
    """
    if cities["optimum"]:
        return f"{int(tour['length_rounded']):,}"
    length = float(tour["length"])
    return f"{length:,.0f}" if 1000 <= length < 1e15 else f"{length:.4g}"


def summarise(gaps: pd.DataFrame) -> pd.DataFrame:
    """Return one row an instance and method: means over seeds with 95 % intervals (Student's t).

    Intervals are null where there are fewer than two seeds.
    """
    rows = []
    for (instance, method), group in gaps.groupby(["instance", "method"], sort=False):
        interval = mean_interval(group["gap"].to_numpy(float))
        rows.append(
            {
                "instance": instance,
                "method": method,
                "cities": int(group["cities"].iloc[0]),
                "n_seeds": len(group),
                "gap": float(group["gap"].mean()),
                "gap_low": interval.low,
                "gap_high": interval.high,
                "gap_least": float(group["gap"].min()),
                "gap_exact": float(group["gap_exact"].mean()),
                "seconds": float(group["seconds"].mean()),
                "reference": group["reference"].iloc[0],
            }
        )
    bounds = {"gap_low": "Float64", "gap_high": "Float64"}
    return pd.DataFrame(rows).astype(bounds)
