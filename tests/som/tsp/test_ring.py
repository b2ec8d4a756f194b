"""The ring: its schedule, its tours, and changes that must not affect them."""

import itertools

import numpy as np
import pytest

from workflow.som.tsp.cities import tour_length
from workflow.som.tsp.ring import (
    LEAST_COARSE_RADIUS,
    radius_schedule,
    steps_of,
    tour_of,
    train_ring,
)


def shortest_by_permutations(points):
    """Return the optimum of few cities by trying all tours."""
    tours = ([0, *rest] for rest in itertools.permutations(range(1, len(points))))
    return min(tour_length(points, np.array(tour)) for tour in tours)


@pytest.mark.parametrize("seed", range(5))
def test_few_cities_get_the_optimal_tour(make_settings, seed):
    points = np.random.default_rng(seed).random((8, 2))
    found = train_ring(points, make_settings(), seed)
    assert tour_length(points, found.tour) == pytest.approx(shortest_by_permutations(points))


def test_cities_on_a_circle_are_visited_around_it(make_settings):
    angles = np.random.default_rng(0).permutation(50) * 2 * np.pi / 50
    points = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    tour = train_ring(points, make_settings(cycles=0), 0).tour
    steps = np.diff(angles[np.append(tour, tour[0])]) % (2 * np.pi)
    np.testing.assert_allclose(np.minimum(steps, 2 * np.pi - steps), 2 * np.pi / 50)


def test_a_tour_visits_every_city_once_and_names_their_units(make_settings, points):
    found = train_ring(points, make_settings(), 0)
    for tour in (found.tour, found.first_tour):
        np.testing.assert_array_equal(np.sort(tour), np.arange(40))
    assert (np.diff(found.units[found.tour]) >= 0).all()
    assert found.units.max() < found.n_units
    assert found.n_units == pytest.approx(120, rel=0.1)


def test_it_repeats_by_seed_and_the_shortest_tour_is_never_longer(make_settings, points):
    once, again, other = (train_ring(points, make_settings(), seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(once.tour, again.tour)
    assert (once.first_tour != other.first_tour).any()
    for found in (once, other):
        assert tour_length(points, found.tour) <= tour_length(points, found.first_tour)


def test_more_cycles_go_on_from_fewer(make_settings, points):
    lengths = [
        tour_length(points, train_ring(points, make_settings(cycles=cycles), 1).tour)
        for cycles in (0, 2, 10)
    ]
    assert lengths == sorted(lengths, reverse=True)
    alone = train_ring(points, make_settings(cycles=0), 1)
    np.testing.assert_array_equal(alone.tour, alone.first_tour)


def test_place_and_scale_of_the_plane_do_not_matter(make_settings, points):
    # Whole numbers and a power of two, so that nothing is rounded differently.
    points = np.round(points)
    moved = (points - 512) * 4
    found = [train_ring(each, make_settings(), 2).tour for each in (points, moved)]
    np.testing.assert_array_equal(found[0], found[1])


@pytest.mark.parametrize("kind", ["line", "one place", "pairs", "upright line"])
def test_cities_that_lie_oddly_still_get_a_tour(make_settings, kind):
    points = np.random.default_rng(0).random((12, 2))
    if kind == "one place":
        points[:] = 3.0
    elif kind == "pairs":
        points[6:] = points[:6]
    else:
        points[:, int(kind == "line")] = 0.0
    found = train_ring(points, make_settings(), 0)
    np.testing.assert_array_equal(np.sort(found.tour), np.arange(12))
    if "line" in kind:
        assert tour_length(points, found.tour) == pytest.approx(2 * np.ptp(points, axis=0).max())


def test_radii_fall_geometrically_first_from_a_share_of_the_ring(make_settings):
    epochs = radius_schedule(100, make_settings(epochs=5, cycle_epochs=3, cycles=2))
    assert [epoch.number for epoch in epochs] == list(range(1, 12))
    radii = [epoch.radius for epoch in epochs]
    np.testing.assert_allclose(radii[:5], 30 * (1 / 30) ** (np.arange(5) / 4))
    np.testing.assert_allclose(radii[5:8], [7, 7**0.5, 1])
    assert radii[5:8] == radii[8:]


def test_many_cities_get_fewer_cycles(make_settings):
    settings = make_settings(cycle_epochs=10, cycles=50, presentations=100_000)
    falls = {n: radius_schedule(n, settings)[-1].fall for n in (100, 1000, 20_000)}
    assert falls == {100: 50, 1000: 10, 20_000: 0}


def test_the_ring_is_never_coarser_than_its_radius(make_settings, points):
    snapshots = train_ring(points, make_settings(), 0).snapshots
    units = [len(each.ring) for each in snapshots]
    assert units == sorted(units) and units[0] < units[-1]
    for each in snapshots:
        coarseness = units[-1] / len(each.ring)
        assert coarseness == 1 or each.radius / coarseness >= LEAST_COARSE_RADIUS


def test_steps_end_where_they_are_negligible_or_the_ring_closes():
    steps = steps_of(2.0, 0.5, 1000)
    assert steps[0] == 0.5 and steps[-1] >= 0.5 * 0.01 and len(steps) == 7
    assert len(steps_of(50.0, 0.5, 9)) == 5  # The unit opposite is 4 steps away.


def test_tour_of_orders_cities_of_one_unit_along_the_ring():
    ring = np.array([[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [1.0, 3.0]])
    cities = np.array([[1.2, 0.1], [0.8, -0.1], [2.0, 0.1], [0.0, 0.0], [1.1, 0.3]])
    tour, units = tour_of(ring, cities, np.full(5, 3))
    np.testing.assert_array_equal(units, [1, 1, 2, 0, 1])
    np.testing.assert_array_equal(tour, [3, 1, 4, 0, 2])
