"""A ring-shaped map trained on cities: the order in which its units meet them is a tour.

The rule is the online rule of `engine.online.rule` on a ring of units: for every city x in
turn, with c the nearest unit, w_j ← w_j + α·η(d) (x − w_j), where d = min(|c − j|, M − |c − j|) and
η(d) = exp(−d² / 2σ²), cut off where it is below `LEAST_NEIGHBOURHOOD`. Each epoch presents every
city once, in a new random order (Angéniol, de La Croix Vaubois & Le Texier 1988).

While σ is large neighbouring units move alike, so the ring then has fewer of them: it doubles, by a
unit in the middle of each edge, whenever σ has halved. σ is stated in units of the full ring.

After its first fall the radius is raised again and again, not as far, and falls once more. Towards
the end of each fall every epoch's ring gives a tour, and the shortest of all is kept. The rule
alone moves units; nothing else changes a tour.
"""

import math
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..config.tsp_settings import TspSettings
from .cities import Points, Tour, tour_length
from .ring_scan import train_ring_epoch
from .snapshots import Snapshot

# η below this moves nothing; it is reached at 3.03 σ.
LEAST_NEIGHBOURHOOD = 0.01
# While the ring is not full it doubles when σ falls below so many of its units.
LEAST_COARSE_RADIUS = 4.0
FEWEST_UNITS = 8
# Epochs with a radius of up to so many final radii give a tour each.
LAST_RADII = 2.0
N_SNAPSHOTS = 48
# The presentation order of epoch e is default_rng([seed, e]); 0 draws where the circle starts.
Ring = NDArray[np.float64]


class Epoch(NamedTuple):
    """One pass over the cities: its radius in units of the full ring, and which fall it is in."""

    number: int
    radius: float
    fall: int


class RingTours(NamedTuple):
    """What a training gives: tours, and for each the unit that every city belongs to."""

    tour: Tour  # The shortest of all.
    units: NDArray[np.int64]
    first_tour: Tour  # The shortest of the first fall.
    snapshots: list[Snapshot]  # Of the first fall.
    n_units: int
    n_epochs: int
    first_seconds: float  # Of the first fall.


def radius_schedule(n_cities: int, settings: TspSettings) -> list[Epoch]:
    """Return all epochs of a training: the first fall, then as many cycles as are allowed.

    Parameters
    ----------
    n_cities : int
    settings : TspSettings
        Radii fall geometrically, from `initial_radius` of the ring and from `cycle_radius` units.
    """
    final = settings.final_radius
    first = max(settings.initial_radius * settings.units_per_city * n_cities, final)
    allowed = settings.presentations // (n_cities * settings.cycle_epochs)
    falls = [_fall(first, final, settings.epochs)]
    falls += [_fall(settings.cycle_radius, final, settings.cycle_epochs)] * min(
        settings.cycles, allowed
    )
    radii = [(fall, radius) for fall, radii in enumerate(falls) for radius in radii]
    return [Epoch(number, radius, fall) for number, (fall, radius) in enumerate(radii, 1)]


def _fall(first: float, last: float, n_epochs: int) -> list[float]:
    return [float(radius) for radius in np.geomspace(first, last, n_epochs)]


def steps_of(radius: float, learning_rate: float, n_units: int) -> NDArray[np.float64]:
    """Return α·η of the ring distances 0, 1, … up to where η is cut off or the ring closes.

    Examples
    --------
    >>> steps_of(1.0, 0.5, 100).round(3)
    array([0.5  , 0.303, 0.068, 0.006])
    """
    reach = int(radius * math.sqrt(-2 * math.log(LEAST_NEIGHBOURHOOD)))
    distances = np.arange(min(reach, (n_units - 1) // 2) + 1)
    return learning_rate * np.exp(-np.square(distances) / (2 * radius**2))


def train_ring(
    points: Points,
    settings: TspSettings,
    seed: int,
    *,
    report: Callable[[int], object] | None = None,
) -> RingTours:
    """Train a ring on cities and return its tours.

    Parameters
    ----------
    points : array of shape (n_cities, 2)
    settings : TspSettings
    seed : int
    report : callable, optional
        Called with the number of presentations after each epoch.
    """
    # A city's place, not the scale or the origin of the coordinates, decides what happens.
    low, scale = points.min(axis=0), max(float(np.ptp(points, axis=0).max()), 1e-300)
    samples = (points - low) / scale
    epochs = radius_schedule(len(points), settings)
    taken = _snapshot_epochs(settings.epochs)
    best: tuple[float, Tour, NDArray[np.int64]] = math.inf, np.arange(0), np.arange(0)
    first, snapshots, ring = best, [], np.empty((0, 2))
    start, first_seconds = time.perf_counter(), 0.0
    for epoch, ring, winners in _epochs(samples, epochs, settings, seed):
        if epoch.radius <= LAST_RADII * settings.final_radius:
            tour, units = tour_of(ring, samples, winners)
            length = tour_length(points, tour)
            best = min(best, (length, tour, units), key=lambda found: found[0])
        if epoch.fall == 0:
            first, first_seconds = best, time.perf_counter() - start
            if epoch.number in taken:
                snapshots.append(Snapshot(epoch.number, epoch.radius, low + scale * ring))
        if report:
            report(len(points))
    return RingTours(best[1], best[2], first[1], snapshots, len(ring), len(epochs), first_seconds)


def _epochs(
    samples: Points, epochs: list[Epoch], settings: TspSettings, seed: int
) -> Iterator[tuple[Epoch, Ring, NDArray[np.int64]]]:
    """Train the ring, in place; yield each epoch with it and the winners of that epoch."""
    n_units = max(FEWEST_UNITS, settings.units_per_city * len(samples))
    halvings = max(0, math.ceil(math.log2(epochs[0].radius / (2 * LEAST_COARSE_RADIUS))))
    halvings = min(halvings, int(math.log2(n_units / FEWEST_UNITS)))
    ring = _circle(samples, round(n_units / 2**halvings), np.random.default_rng([seed, 0]).random())
    winners = np.zeros(len(samples), dtype=np.int64)
    for epoch in epochs:
        while halvings and epoch.radius / 2**halvings < LEAST_COARSE_RADIUS:
            middles = (ring + np.roll(ring, -1, axis=0)) / 2
            ring = np.stack([ring, middles], axis=1).reshape(-1, 2)
            winners *= 2
            halvings -= 1
        steps = steps_of(epoch.radius / 2**halvings, settings.learning_rate, len(ring))
        order = np.random.default_rng([seed, epoch.number]).permutation(len(samples))
        train_ring_epoch(ring, samples, order, steps, winners, cell_size(samples, len(ring)))
        yield epoch, ring, winners


def _circle(samples: Points, n_units: int, turn: float) -> Ring:
    """Lay the units on a small ellipse about the middle of the cities."""
    angles = 2 * np.pi * (np.arange(n_units) / n_units + turn)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return samples.mean(axis=0) + 0.25 * samples.std(axis=0) * circle


def cell_size(samples: Points, n_units: int) -> float:
    """Return the edge of square cells of which there are about as many as units or cities."""
    area = float(np.ptp(samples, axis=0).prod())
    return max(math.sqrt(area / min(n_units, len(samples))), 1e-3)


def tour_of(
    ring: Ring, samples: Points, guesses: NDArray[np.int64]
) -> tuple[Tour, NDArray[np.int64]]:
    """Return the cities in the order of their nearest units, and those units, city by city.

    Cities that share a unit follow the ring's direction there: they are sorted by their place along
    the line from the unit before to the unit after.

    Parameters
    ----------
    ring : array of shape (n_units, 2)
    samples : array of shape (n_cities, 2)
    guesses : integer array of shape (n_cities,)
        Any units, best those near the cities: they make the search short.

    Examples
    --------
    >>> square = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    >>> cities = np.array([[0.9, 0.2], [0.1, 0.1], [0.9, -0.1], [0.2, 0.8]])
    >>> tour_of(square, cities, np.zeros(4, dtype=np.int64))
    (array([1, 2, 0, 3]), array([1, 0, 1, 3]))
    """
    units = guesses.copy()
    # An epoch that moves nothing finds the nearest units.
    still, order = np.zeros(1), np.arange(len(samples))
    train_ring_epoch(ring, samples, order, still, units, cell_size(samples, len(ring)))
    directions = np.roll(ring, -1, axis=0) - np.roll(ring, 1, axis=0)
    along = ((samples - ring[units]) * directions[units]).sum(axis=1)
    return np.lexsort((along, units)), units


def _snapshot_epochs(n_epochs: int) -> set[int]:
    return set(np.linspace(1, n_epochs, min(N_SNAPSHOTS, n_epochs)).round().astype(int).tolist())


def compile_ring() -> None:
    """Have the epoch compiled, or read from the disk, so that no measured time contains it."""
    ring, winners = np.zeros((FEWEST_UNITS, 2)), np.zeros(1, dtype=np.int64)
    train_ring_epoch(ring, np.zeros((1, 2)), np.arange(1), np.zeros(1), winners, 1.0)
