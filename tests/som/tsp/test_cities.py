"""Cities drawn at random, and the length of a tour."""

import numpy as np
import pytest

from workflow.som.tsp.cities import random_cities, tour_length


def test_random_cities_repeat_and_differ_by_seed():
    points, numbers = random_cities(30, 1)
    np.testing.assert_array_equal(points, random_cities(30, 1).points)
    assert (points != random_cities(30, 2).points).any()
    assert numbers.tolist() == list(range(1, 31))
    many = random_cities(10_000, 0).points
    assert abs(many.mean() / 100_000 - 0.5) < 0.01 and many.max() < 100_000


@pytest.mark.parametrize("rounded", [False, True])
def test_length_is_the_sum_of_edges_whatever_the_start_or_direction(points, rounded):
    tour = np.random.default_rng(0).permutation(40)
    edges = [
        np.hypot(*(points[a] - points[b])) for a, b in zip(tour, [*tour[1:], tour[0]], strict=True)
    ]
    expected = sum(int(edge + 0.5) for edge in edges) if rounded else sum(edges)
    for other in (tour, tour[::-1], np.roll(tour, 7)):
        assert tour_length(points, other, rounded=rounded) == pytest.approx(expected, rel=1e-12)


def test_length_follows_scale_and_stays_when_the_plane_turns(points):
    tour = np.arange(40)
    turned = points @ np.array([[0.6, -0.8], [0.8, 0.6]]) + 5
    assert tour_length(turned, tour) == pytest.approx(tour_length(points, tour))
    assert tour_length(3 * points, tour) == pytest.approx(3 * tour_length(points, tour))


def test_halves_round_up_as_in_tsplib():
    points = np.array([[0.0, 0.0], [2.5, 0.0]])
    assert tour_length(points, np.arange(2), rounded=True) == 6
