"""2-opt and Or-opt moves on a tour, and the nearest-neighbour tour, compiled."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

LONGEST_SEGMENT = 3
# A gain below the rounding of a length is none, or the search might never end.
LEAST_GAIN = 1e-9


@njit(cache=True, nogil=True)
def improve(points: Floats, tour: Indices, neighbours: Indices) -> None:
    """Make moves that shorten a tour, in place, until none of those looked at does.

    Looked at are moves that join a city to one of its neighbours: exchanges of two edges (2-opt),
    and segments of up to three cities moved to another edge, either way round (Or-opt). A city is
    looked at again only after one of its edges has changed.

    Parameters
    ----------
    points : array of shape (n_cities, 2)
        Coordinates of about 1 at most.
    tour : array of shape (n_cities,)
        The cities in visiting order.
    neighbours : array of shape (n_cities, n_neighbours)
        Of each city, nearest first.
    """
    n_cities = len(tour)
    position = np.empty(n_cities, np.int64)
    waiting = np.ones(n_cities, np.bool_)
    queue = tour.copy()
    for i in range(n_cities):
        position[tour[i]] = i
    head, n_waiting = 0, n_cities
    touched = np.empty(8, np.int64)
    while n_waiting:
        city = queue[head]
        head = (head + 1) % n_cities
        n_waiting -= 1
        waiting[city] = False
        while True:
            count = _shorten_at(city, points, tour, position, neighbours, touched)
            if count == 0:
                break
            for i in range(count):
                other = touched[i]
                if not waiting[other] and other != city:
                    waiting[other] = True
                    queue[(head + n_waiting) % n_cities] = other
                    n_waiting += 1


@njit(cache=True, nogil=True)
def _shorten_at(
    a: int, points: Floats, tour: Indices, position: Indices, neighbours: Indices, touched: Indices
) -> int:
    """Make the first move found that joins `a` to a neighbour; return how many cities it touched.

    Those are put into `touched`.
    """
    n_cities = len(tour)
    for way in (1, -1):
        b = tour[(position[a] + way) % n_cities]
        edge = _distance(points, a, b)
        for c in neighbours[a]:
            gain = edge - _distance(points, a, c)
            if gain <= LEAST_GAIN:
                break
            d = tour[(position[c] + way) % n_cities]
            gain += _distance(points, c, d) - _distance(points, b, d)
            if gain > LEAST_GAIN:
                _exchange(a, b, c, d, tour, position)
                touched[0], touched[1], touched[2], touched[3] = a, b, c, d
                return 4
            if _move_segment(a, c, -way, points, tour, position, touched):
                return 8
    return 0


@njit(cache=True, nogil=True)
def _move_segment(
    a: int, c: int, way: int,
    points: Floats, tour: Indices, position: Indices, touched: Indices,
) -> bool:  # fmt: skip
    """Move a segment that starts at `a` and goes `way` next to `c`, on either side, if it pays."""
    n_cities = len(tour)
    p = tour[(position[a] - way) % n_cities]
    for length in range(1, min(LONGEST_SEGMENT, n_cities - 3) + 1):
        end = tour[(position[a] + way * (length - 1)) % n_cities]
        q = tour[(position[end] + way) % n_cities]
        if (way * (position[c] - position[a])) % n_cities < length:
            return False  # c is in the segment, and in all longer ones.
        saved = _distance(points, p, a) + _distance(points, end, q) - _distance(points, p, q)
        saved -= _distance(points, a, c)
        for side in (1, -1):
            d = tour[(position[c] + way * side) % n_cities]
            if (way * (position[d] - position[a])) % n_cities < length:
                continue
            gain = saved + _distance(points, c, d) - _distance(points, end, d)
            if gain <= LEAST_GAIN:
                continue
            if side == 1:  # p a…end q … c d: to p q … c a…end d
                _exchange(p, a, c, d, tour, position)
                _exchange(p, c, q, end, tour, position)
                _exchange(c, end, a, d, tour, position)
            else:  # p a…end q … d c: to p q … d end…a c
                _exchange(p, a, d, c, tour, position)
                _exchange(p, d, q, end, tour, position)
            touched[0], touched[1], touched[2], touched[3] = a, c, p, d
            touched[4], touched[5], touched[6], touched[7] = end, q, a, c
            return True
    return False


@njit(cache=True, nogil=True)
def _exchange(a: int, b: int, c: int, d: int, tour: Indices, position: Indices) -> None:
    """Replace the edges a–b and c–d by a–c and b–d; b follows a as d follows c, either way round.

    The shorter of the two parts between them is reversed.
    """
    if a == d or b == c:
        return
    n_cities = len(tour)
    if tour[(position[a] + 1) % n_cities] == b:
        first, last = position[b], position[c]
    else:
        first, last = position[a], position[d]
        if tour[(position[b] + 1) % n_cities] != a:
            return
    count = (last - first) % n_cities + 1
    if 2 * count > n_cities:
        first, last = (last + 1) % n_cities, (first - 1) % n_cities
        count = n_cities - count
    for _ in range(count // 2):
        one, other = tour[first], tour[last]
        tour[first], tour[last] = other, one
        position[other], position[one] = first, last
        first, last = (first + 1) % n_cities, (last - 1) % n_cities


@njit(cache=True, nogil=True)
def _distance(points: Floats, one: int, other: int) -> float:
    return np.sqrt(
        (points[one, 0] - points[other, 0]) ** 2 + (points[one, 1] - points[other, 1]) ** 2
    )


@njit(cache=True, nogil=True)
def visit_nearest(points: Floats, start: int, tour: Indices) -> None:
    """Write the tour that always goes on to the nearest city not yet visited."""
    left = np.arange(len(points))
    city = start
    for visited in range(len(points)):
        n_left = len(points) - visited
        # `left` holds the unvisited ones first, in no order: ties go to the lowest number.
        for i in range(n_left):
            if left[i] == city:
                left[i] = left[n_left - 1]
                break
        tour[visited] = city
        least, nearest = np.inf, -1
        for i in range(n_left - 1):
            distance = _distance(points, city, left[i])
            if distance < least or (distance == least and left[i] < nearest):
                least, nearest = distance, left[i]
        city = nearest
