"""Tables of cities and tours, and how far tours are from the optimum."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workflow.som.files.errors import damaged
from workflow.som.files.tables import read_table, write_table
from workflow.som.statistics.intervals import mean_interval
from workflow.som.tsp.cities import Points, Tour, tour_length

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


def write_cities(path: Path, points: Points, metadata: Mapping[str, str]) -> None:
    """Write one row per city, numbered from 1 as in TSPLIB."""
    frame = pd.DataFrame({"city": np.arange(1, len(points) + 1, dtype=np.int32)})
    write_table(path, frame.assign(x=points[:, 0], y=points[:, 1]), metadata, kind="cities")


def read_cities(path: Path) -> tuple[Points, dict[str, str]]:
    """Read the coordinates, shape (n_cities, 2), and the other facts about the instance."""
    frame, metadata = read_table(path)
    return frame[["x", "y"]].to_numpy(np.float64), metadata


def whose(cities: Mapping[str, str]) -> dict[str, str]:
    """Return what a table of tours says of the cities that it visits, from their metadata."""
    return {"instance": cities["instance"], "cities": cities["checksum"]}


def write_tour(
    path: Path,
    points: Points,
    tour: Tour,
    metadata: Mapping[str, str],
    units: NDArray[np.int64] | None = None,
    *,
    kind: str,
) -> None:
    """Write one row per city in visiting order, with its unit where a ring found the tour."""
    frame = pd.DataFrame(
        {
            "position": np.arange(len(tour), dtype=np.int32),
            "city": (tour + 1).astype(np.int32),
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


def read_tour(path: Path) -> tuple[Tour, dict[str, str]]:
    """Read a tour as indices of cities from 0.

    Raises
    ------
    DamagedFileError
        If it does not visit every city once.
    """
    frame, metadata = read_table(path)
    tour = frame["city"].to_numpy(np.int64) - 1
    if not np.array_equal(np.sort(tour), np.arange(len(tour))):
        raise damaged(path, "it does not visit every city once")
    return tour, metadata


def write_tours(
    path: Path, found: Iterable[FoundTour], metadata: Mapping[str, str], *, kind: str
) -> None:
    """Write tours of several methods and seeds into one table, one row per city and tour."""
    frames = [
        pd.DataFrame(
            {
                "method": tour.method,
                "seed": np.int32(tour.seed),
                "seconds": tour.seconds,
                "position": np.arange(len(tour.tour), dtype=np.int32),
                "city": (tour.tour + 1).astype(np.int32),
            }
        )
        for tour in found
    ]
    columns = ["method", "seed", "seconds", "position", "city"]
    frame = pd.concat(frames) if frames else pd.DataFrame(columns=columns)
    write_table(path, frame, metadata, kind=kind)


def read_tours(path: Path) -> list[tuple[str, FoundTour]]:
    """Read a table of `write_tours`, each tour with the name of its instance."""
    whole, metadata = read_table(path)
    found = []
    for _, frame in whole.groupby(["method", "seed"], sort=False):
        tour = frame.sort_values("position")["city"].to_numpy(np.int64) - 1
        method, seed, seconds = frame[["method", "seed", "seconds"]].iloc[0]
        known = FoundTour(str(method), int(seed), float(seconds), tour)
        found.append((metadata["instance"], known))
    return found


def read_ring_tour(path: Path, method: str) -> tuple[str, FoundTour]:
    """Read a tour that began as a ring's, with the name of its instance."""
    tour, metadata = read_tour(path)
    seconds = metadata["first_seconds" if method == FIRST_FALL else "seconds"]
    return metadata["instance"], FoundTour(method, int(metadata["seed"]), float(seconds), tour)


def measure_gaps(
    instance: str, points: Points, optimum: int | None, found: Iterable[FoundTour]
) -> pd.DataFrame:
    """Return one row a tour: its lengths, and its gap to the optimum in per cent.

    Lengths are rounded edge by edge as TSPLIB does (`length_rounded`), as its optima are, and exact
    (`length`). `gap` compares rounded lengths with the optimum, or where that is not known with the
    shortest tour among these; `reference` says which. `gap_exact` compares the exact length with
    the same optimum, as is often done, though that counts rounded edges: it may fall below 0.
    Without an optimum it compares exact lengths with the shortest of them.
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
    best = frame["length_rounded"].min()
    reference = best if optimum is None else optimum
    frame["reference"] = "shortest tour found" if optimum is None else "optimum"
    frame["gap"] = _gap(frame["length_rounded"], reference)
    exact = float(frame["length"].min()) if optimum is None else optimum
    frame["gap_exact"] = _gap(frame["length"], exact)
    return frame


def _gap(lengths: pd.Series, reference: float) -> pd.Series:
    """Return how far lengths are above a reference in per cent; 0 if all cities share a place."""
    return 100 * (lengths / reference - 1) if reference else 0.0 * lengths


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
