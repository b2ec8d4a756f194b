"""Stability against all pairs one by one, SciPy's binomial, and maps of known stability."""

import itertools

import numpy as np
import pytest
from scipy.stats import binom

from workflow.som.model.lattice import Lattice
from workflow.som.statistics.stability import align, neighbour_stability

SHAPES = [(1, 1), (14,), (4, 5), (3, 4, 2)]


def random_maps(shape, n_maps=6, n_samples=50, seed=0):
    lattice = Lattice("block", shape)
    generator = np.random.default_rng(seed)
    return generator.integers(0, lattice.n_units, (n_maps, n_samples)), lattice


def near(lattice, a, b, radius):
    return np.linalg.norm(lattice.positions[a] - lattice.positions[b]) <= radius + 1e-9


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("radius", [0, 1, np.sqrt(2), 2, np.sqrt(13)])
def test_every_pair_counted_one_by_one(shape, radius):
    bmus, lattice = random_maps(shape)
    bmus[1:3] = bmus[0]  # Three maps agree, so that high counts occur.
    pairs = list(itertools.combinations(range(50), 2))
    table = np.array([[near(lattice, m[i], m[j], radius) for i, j in pairs] for m in bmus])
    counts = table.sum(axis=0)
    found = neighbour_stability(bmus, lattice, radius)
    assert found["n_pairs"] == len(pairs)
    assert found["observed"] == np.bincount(counts, minlength=7).tolist()
    np.testing.assert_allclose(found["map_shares"], table.mean(axis=1))
    assert found["neighbour_share"] == pytest.approx(table.mean())
    units = range(lattice.n_units)
    v = np.mean([sum(near(lattice, a, b, radius) for b in units) for a in units])
    assert found["uniform_share"] == pytest.approx(v / lattice.n_units)
    both = [table[a] & table[b] for a, b in itertools.permutations(range(6), 2)]
    again = np.sum(both) / (table.sum() * 5)
    assert found["again"] == pytest.approx(again)
    for name, found_share in (("often", found["often_share"]), ("seldom", found["seldom_share"])):
        limit = found["often_from"] if name == "often" else found["seldom_to"]
        beyond = counts >= (7 if limit is None else limit)
        if name == "seldom":
            beyond = counts <= (-1 if limit is None else limit)
        assert found_share == pytest.approx(beyond.mean())


@pytest.mark.parametrize("n_maps", [5, 8, 12, 30])
def test_the_null_is_the_binomial_where_all_maps_have_the_same_hits(n_maps):
    hits = random_maps((4, 5), n_maps=1, n_samples=400)[0][0]
    generator = np.random.default_rng(1)
    bmus = np.array([generator.permutation(hits) for _ in range(n_maps)])
    found = neighbour_stability(bmus, Lattice("square", (4, 5)), 1)
    p = found["neighbour_share"]
    null = binom(n_maps, p)
    np.testing.assert_allclose(found["expected"], null.pmf(np.arange(n_maps + 1)) * 79800)
    assert found["often_from"] == null.ppf(0.975) + 1
    assert null.sf(found["often_from"] - 1) <= 0.025 < null.sf(found["often_from"] - 2)
    assert found["often_by_chance"] == pytest.approx(null.sf(found["often_from"] - 1))
    # With few maps none is no wonder.
    assert (found["seldom_to"] is None) == (null.pmf(0) > 0.025)
    limit = -1 if found["seldom_to"] is None else found["seldom_to"]
    assert null.cdf(limit) <= 0.025 < null.cdf(limit + 1)
    assert found["seldom_by_chance"] == pytest.approx(null.cdf(limit))


def test_the_null_of_maps_that_differ_is_that_of_all_their_outcomes():
    bmus, lattice = random_maps((4, 5), n_maps=4)
    bmus[0] //= 7
    bmus[1] //= 3
    found = neighbour_stability(bmus, lattice, 1)
    expected = np.zeros(5)
    for outcome in itertools.product([False, True], repeat=4):
        chances = [p if hit else 1 - p for p, hit in zip(found["map_shares"], outcome, strict=True)]
        expected[sum(outcome)] += np.prod(chances)
    np.testing.assert_allclose(found["expected"], expected * found["n_pairs"])
    assert np.ptp(found["map_shares"]) > 0.1


def test_maps_without_anything_in_common_are_as_often_neighbours_as_chance_says():
    # p of about a half, so that both tails can be significant.
    bmus, lattice = random_maps((2, 5), n_maps=15, n_samples=1000)
    found = neighbour_stability(bmus, lattice, 2)
    assert found["often_from"] is not None
    assert found["seldom_to"] is not None
    for tail in ("often", "seldom"):
        by_chance = found[f"{tail}_by_chance"]
        assert 0.002 < by_chance <= 0.025
        assert found[f"{tail}_share"] == pytest.approx(by_chance, rel=0.1)
    assert found["again"] == pytest.approx(found["neighbour_share"], rel=0.02)
    assert found["neighbour_share"] == pytest.approx(found["uniform_share"], rel=0.02)
    np.testing.assert_allclose(
        np.array(found["observed"]) / found["n_pairs"],
        np.array(found["expected"]) / found["n_pairs"],
        atol=0.005,
    )


def test_maps_that_are_the_same_agree_on_every_pair():
    bmus, lattice = random_maps((4, 5), n_maps=1)
    found = neighbour_stability(np.repeat(bmus, 8, axis=0), lattice, 1)
    assert found["again"] == 1
    assert sum(found["observed"][1:8]) == 0
    assert found["observed"][8] / found["n_pairs"] == pytest.approx(found["neighbour_share"])
    assert found["often_share"] == pytest.approx(found["neighbour_share"])
    assert sum(found["expected"]) == pytest.approx(found["n_pairs"])


def test_turning_a_map_changes_nothing():
    bmus, lattice = random_maps((4, 5))
    turned = bmus.copy()
    turned[::2] = 19 - turned[::2]
    assert neighbour_stability(turned, lattice, 1) == neighbour_stability(bmus, lattice, 1)


def test_what_is_undefined_is_none():
    bmus, lattice = random_maps((4, 5), n_maps=1)
    assert neighbour_stability(bmus, lattice, 1)["again"] is None
    one = neighbour_stability(bmus[:, :1], lattice, 1)
    assert one["observed"] == [0, 0]
    assert one["neighbour_share"] is one["often_share"] is one["again"] is None
    apart = neighbour_stability(np.array([[0, 7], [0, 7]]), lattice, 0)
    assert apart["again"] is None
    assert apart["observed"] == [1, 0, 0]


def symmetries_of_the_square(side):
    units = np.arange(side * side).reshape(side, side)
    turned = [np.rot90(units, turns) for turns in range(4)]
    return np.array([table.ravel() for table in turned + [table.T for table in turned]])


@pytest.mark.parametrize("hidden", range(8))
def test_a_turned_map_is_turned_back(hidden):
    symmetries = symmetries_of_the_square(6)
    squares = Lattice("square", (6, 6)).squared_distances()
    (places, others), _ = random_maps((6, 6), n_maps=2, n_samples=300)
    found = align(places, symmetries[hidden][places], symmetries, squares)
    assert found.mean_distance == 0
    np.testing.assert_array_equal(found.permutation[symmetries[hidden]], np.arange(36))
    np.testing.assert_array_equal(symmetries[found.symmetry], found.permutation)
    # A few samples elsewhere do not mislead it.
    moved = symmetries[hidden][places]
    moved[:30] = others[:30]
    again = align(places, moved, symmetries, squares)
    assert again.symmetry == found.symmetry
    assert 0 < again.mean_distance < 0.6 < 2 < again.random_distance


def test_the_control_is_the_mean_over_all_shuffles():
    symmetries = symmetries_of_the_square(2)
    squares = Lattice("square", (2, 2)).squared_distances()
    a, b = np.array([0, 0, 0, 1, 3]), np.array([3, 3, 3, 0, 1])
    distances = np.sqrt(squares)
    shuffles = [
        [distances[a, symmetry[list(order)]].mean() for order in itertools.permutations(b)]
        for symmetry in symmetries
    ]
    found = align(a, b, symmetries, squares)
    assert found.random_distance == pytest.approx(np.min(np.mean(shuffles, axis=1)))
    kept = [distances[a, symmetry[b]].mean() for symmetry in symmetries]
    assert found.mean_distance == pytest.approx(min(kept))
    assert found.symmetry == int(np.argmin(kept))


def test_maps_without_anything_in_common_are_as_far_apart_as_shuffled_ones():
    (a, b), lattice = random_maps((8, 8), n_maps=2, n_samples=4000)
    found = align(a, b, symmetries_of_the_square(8), lattice.squared_distances())
    assert found.mean_distance == pytest.approx(found.random_distance, rel=0.03)
