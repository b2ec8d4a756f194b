"""Tours without a map, to compare the ring's with, and the local search that shortens any tour."""

import time
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from scipy.spatial import cKDTree

from .cities import Points, Tour
from .local_search import improve, visit_nearest
from .tours import CURVE, NEAREST, NEAREST_IMPROVED, RING_IMPROVED, FoundTour

N_NEIGHBOURS = 10
# Of the square by the space-filling curve: triangles of 2⁻²⁰ of its side in the end.
N_HALVINGS = 40
# The solver keeps all distances; beyond this it does not get far within its time.
MOST_ROUTED = 1000
# The extent of the cities in the solver's units where lengths are to be exact.
EXACT_EXTENT = 1e9


def find_control_tours(points: Points, seeds: Sequence[int]) -> list[FoundTour]:
    """Return all tours that no map and no solver finds, those that need a seed for each of `seeds`.

    Local search starts from the same tour that it is compared with.
    """
    compile_search()
    found = [_timed(CURVE, -1, partial(space_filling_tour, points))]
    for seed in seeds:
        start = _timed(NEAREST, seed, partial(nearest_neighbour_tour, points, seed))
        search = _timed(NEAREST_IMPROVED, seed, partial(shortened, points, start.tour))
        found += [start, search._replace(seconds=start.seconds + search.seconds)]
    return found


def improve_ring_tour(points: Points, ring: FoundTour) -> FoundTour:
    """Return a ring's tour after local search, with the time that both took."""
    compile_search()
    search = _timed(RING_IMPROVED, ring.seed, partial(shortened, points, ring.tour))
    return search._replace(seconds=ring.seconds + search.seconds)


def _timed(method: str, seed: int, find: Callable[[], Tour]) -> FoundTour:
    start = time.perf_counter()
    tour = find()
    return FoundTour(method, seed, time.perf_counter() - start, tour)


def compile_search() -> None:
    """Have the searches compiled, or read from the disk, so that no measured time contains it."""
    points = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.5, 2.0]])
    shortened(points, nearest_neighbour_tour(points, 0))


def nearest_neighbour_tour(points: Points, seed: int) -> Tour:
    """Return the tour that goes on to the nearest unvisited city, from one that the seed draws."""
    start = int(np.random.default_rng([seed]).integers(len(points)))
    tour = np.empty(len(points), dtype=np.int64)
    visit_nearest(points, start, tour)
    return tour


def space_filling_tour(points: Points) -> Tour:
    """Return the cities in the order in which Sierpiński's closed curve meets them.

    The square is halved into right triangles, and those again and again; a city belongs to the
    half at whose end of the hypotenuse it lies (Platzman & Bartholdi 1989).

    Examples
    --------
    >>> space_filling_tour(np.array([[0.0, 0.0], [9.0, 9.0], [0.0, 9.0], [9.0, 0.0]]))
    array([0, 3, 1, 2])
    """
    extent = max(np.ptp(points, axis=0).max(), 1e-300)
    places = (points - points.min(axis=0)) / extent
    x, y = places.T
    lower = (x >= y)[:, None]
    entry, exit_ = np.where(lower, [0.0, 0.0], [1.0, 1.0]), np.where(lower, [1.0, 1.0], [0.0, 0.0])
    apex = np.where(lower, [1.0, 0.0], [0.0, 1.0])
    order = (~lower[:, 0]).astype(np.int64)
    for _ in range(N_HALVINGS):
        far = np.square(places - exit_).sum(axis=1) < np.square(places - entry).sum(axis=1)
        order = 2 * order + far
        middle = (entry + exit_) / 2
        entry, exit_ = np.where(far[:, None], apex, entry), np.where(far[:, None], exit_, apex)
        apex = middle
    return np.argsort(order, kind="stable")


def shortened(points: Points, tour: Tour) -> Tour:
    """Return a tour after 2-opt and Or-opt moves among near neighbours, never a longer one.

    Moves are those of Croes (1958) and Or (1976), with neighbour lists and don't-look bits
    (Bentley 1992).
    """
    extent = max(np.ptp(points, axis=0).max(), 1e-300)
    scaled = (points - points.min(axis=0)) / extent
    n_neighbours = min(N_NEIGHBOURS, len(points) - 1)
    _, near = cKDTree(scaled).query(scaled, n_neighbours + 1)
    # A city is its own nearest neighbour, unless others share its place.
    own = near == np.arange(len(points))[:, None]
    own[~own.any(axis=1), -1] = True
    neighbours = near[~own].reshape(len(points), n_neighbours).astype(np.int64)
    better, before = tour.astype(np.int64), np.arange(0)
    # Don't-look bits may pass over a move: the search is done once all cities were looked at again.
    while not np.array_equal(before, better):
        before = better.copy()
        improve(scaled, better, neighbours)
    return better


def routed_tour(points: Points, seconds: int, *, rounded: bool) -> Tour:
    """Return the tour that the routing solver OR-Tools finds by guided local search in a time.

    Its result depends on how far it gets in that time, so it is not repeated bit for bit.

    Parameters
    ----------
    points : array of shape (n_cities, 2)
    seconds : int
    rounded : bool
        Whether it adds edges as whole numbers, as `tour_length` does; otherwise they are exact up
        to 10⁻⁹ of the cities' extent. (The solver itself knows only whole numbers.)
    """
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    if not rounded:
        points = points / max(np.ptp(points, axis=0).max(), 1e-300) * EXACT_EXTENT
    steps = points[:, None] - points
    distances = np.floor(np.sqrt(np.square(steps).sum(axis=2)) + 0.5).astype(np.int64)
    manager = pywrapcp.RoutingIndexManager(len(points), 1, 0)
    model = pywrapcp.RoutingModel(manager)
    transit = model.RegisterTransitMatrix(distances.tolist())
    model.SetArcCostEvaluatorOfAllVehicles(transit)
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PATH_CHEAPEST_ARC
    parameters.local_search_metaheuristic = (
        routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    )
    parameters.time_limit.FromSeconds(seconds)
    solution = model.SolveWithParameters(parameters)
    tour, index = [], model.Start(0)
    while not model.IsEnd(index):
        tour.append(manager.IndexToNode(index))
        index = solution.Value(model.NextVar(index))
    return np.array(tour, dtype=np.int64)
