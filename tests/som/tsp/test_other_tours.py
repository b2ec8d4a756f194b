"""Controls: tours of every city, local search that never lengthens, and known optima."""

import itertools

import numpy as np
import pytest

from workflow.som.tsp.cities import tour_length
from workflow.som.tsp.other_tours import (
    find_control_tours,
    nearest_neighbour_tour,
    routed_tour,
    shortened,
    space_filling_tour,
)


def random_points(seed, n_points=60):
    return np.random.default_rng(seed).random((n_points, 2)) * 1000


def is_tour(tour, n_cities):
    return np.array_equal(np.sort(tour), np.arange(n_cities))


def two_opt_gain(points, tour):
    """Return the most that one exchange of two edges saves, by trying all exchanges."""
    length, n_cities, most = tour_length(points, tour), len(tour), 0.0
    for i, j in itertools.combinations(range(n_cities), 2):
        other = np.concatenate([tour[:i], tour[i : j + 1][::-1], tour[j + 1 :]])
        most = max(most, length - tour_length(points, other))
    return most


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("start", ["random", "nearest", "curve"])
def test_local_search_never_lengthens_and_keeps_every_city(seed, start):
    points = random_points(seed, 200)
    tour = {
        "random": lambda: np.random.default_rng(seed).permutation(200),
        "nearest": lambda: nearest_neighbour_tour(points, seed),
        "curve": lambda: space_filling_tour(points),
    }[start]()
    before = tour.copy()
    better = shortened(points, tour)
    np.testing.assert_array_equal(tour, before)
    assert is_tour(better, 200)
    assert tour_length(points, better) <= tour_length(points, tour)
    np.testing.assert_array_equal(shortened(points, better), better)


@pytest.mark.parametrize("seed", range(6))
def test_few_cities_are_left_without_a_better_exchange(seed):
    points = random_points(seed, 11)  # Each city has ten others, so all moves are tried.
    better = shortened(points, np.random.default_rng(seed).permutation(11))
    assert two_opt_gain(points, better) < 1e-6


def test_a_city_out_of_its_place_is_moved_back_by_or_opt():
    # Two rows of cities. City 2 belongs after city 1, but is visited last, between the rows' ends.
    points = np.array([[x, 0.0] for x in range(6)] + [[x, 4.0] for x in range(5, -1, -1)])
    wrong = np.array([0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 2])
    better = shortened(points, wrong)
    assert tour_length(points, better) == pytest.approx(18)


@pytest.mark.parametrize("n_cities", [5, 6, 7])
def test_fewest_cities_and_cities_in_one_place(n_cities):
    for points in (random_points(0, n_cities), np.ones((n_cities, 2))):
        for tour in (nearest_neighbour_tour(points, 1), space_filling_tour(points)):
            assert is_tour(shortened(points, tour), n_cities)


@pytest.mark.parametrize("seed", range(3))
def test_nearest_neighbour_is_that_of_the_sentence(seed):
    points = np.round(random_points(seed) / 100)  # So that there are ties and equal places.
    tour = nearest_neighbour_tour(points, seed)
    assert is_tour(tour, 60)
    left = set(range(60)) - {tour[0]}
    for here, there in itertools.pairwise(tour):
        assert there == min(left, key=lambda j: (((points[here] - points[j]) ** 2).sum(), j))
        left.remove(there)


def test_the_curve_goes_through_a_grid_by_short_steps_and_closes():
    side = 32
    points = np.stack(np.divmod(np.arange(side**2), side), axis=1).astype(float)
    tour = space_filling_tour(points)
    assert is_tour(tour, side**2)
    edges = np.linalg.norm(points[tour] - points[np.roll(tour, -1)], axis=1)
    assert edges.max() < 3.1
    assert tour_length(points, tour) < 1.45 * side**2


def test_the_curve_is_much_shorter_than_chance():
    points = random_points(0, 2000)
    expected = 0.7124 * np.sqrt(2000 * 1000**2)  # Optimal tours' length (Beardwood et al. 1959).
    assert expected < tour_length(points, space_filling_tour(points)) < 1.45 * expected


def test_the_solver_finds_the_optimum_of_few_cities():
    points = random_points(1, 8)
    tours = ([0, *rest] for rest in itertools.permutations(range(1, 8)))
    optimum = min(tour_length(points, np.array(tour), rounded=True) for tour in tours)
    found = routed_tour(points, 1, rounded=True)
    assert is_tour(found, 8)
    assert tour_length(points, found, rounded=True) == optimum


@pytest.mark.parametrize("scale", [1e-9, 1e-3, 1e6])
def test_the_solver_finds_the_optimum_on_any_scale(scale):
    points = random_points(3, 8)
    tours = [np.array([0, *rest]) for rest in itertools.permutations(range(1, 8))]
    found = routed_tour(scale * points, 1, rounded=False)
    assert tour_length(points, found) == pytest.approx(
        min(tour_length(points, tour) for tour in tours), rel=1e-9
    )


def test_all_controls_are_found_for_every_seed():
    points = random_points(2)
    found = find_control_tours(points, [4, 5])
    names = [(each.method, each.seed) for each in found]
    improved = "nearest neighbour + 2-opt, Or-opt"
    assert names == [
        ("space-filling curve", -1),
        *[("nearest neighbour", 4), (improved, 4), ("nearest neighbour", 5), (improved, 5)],
    ]
    np.testing.assert_array_equal(found[2].tour, shortened(points, found[1].tour))
    assert all(each.seconds >= 0 for each in found)
    assert found[2].seconds >= found[1].seconds
