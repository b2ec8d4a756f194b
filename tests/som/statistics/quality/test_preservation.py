"""Trustworthiness and continuity against scikit-learn, and against all orders of every tie."""

import itertools

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.manifold import trustworthiness as sklearn_trustworthiness

from workflow.som.model.lattice import Lattice
from workflow.som.statistics.quality import preservation
from workflow.som.statistics.quality.preservation import (
    continuity,
    measure_preservation,
    trustworthiness,
)

SHAPES = [(1, 1), (14,), (3, 4), (3, 4, 2)]


def random_case(shape, n_samples=40, seed=0):
    generator = np.random.default_rng(seed)
    lattice = Lattice("block", shape)
    samples = generator.random((n_samples, 3), dtype=np.float32)
    return samples, generator.integers(0, lattice.n_units, n_samples), lattice


def without_ties(values, generator):
    """Break ties at random: one more dimension, in which all are a little apart.

    Seen from one sample the others' steps in it are independent and alike, so that every order of
    those at one distance is as likely as any other.
    """
    return np.column_stack([values, generator.normal(scale=1e-4, size=len(values))])


@pytest.mark.parametrize("chunk_size", [3, 256])
def test_without_ties_scikit_learn_measures_exactly_the_same(chunk_size, monkeypatch):
    monkeypatch.setattr(preservation, "CHUNK_SIZE", chunk_size)
    # One sample a unit, none halfway between two others: no two distances from a unit are equal.
    generator = np.random.default_rng(2)
    line = Lattice("line", (32,))
    bmus = generator.permutation([0, 1, 3, 4, 9, 10, 12, 13, 27, 28, 30, 31])
    assert all(len(np.unique(row)) == 12 for row in np.abs(bmus[:, None] - bmus))
    samples = generator.random((12, 5), dtype=np.float32)
    places = bmus[:, None].astype(float)
    for k in range(1, 6):
        trust = sklearn_trustworthiness(samples.astype(float), places, n_neighbors=k)
        kept = sklearn_trustworthiness(places, samples.astype(float), n_neighbors=k)
        assert trustworthiness(samples, bmus, line, k) == pytest.approx(trust, abs=1e-12)
        assert continuity(samples, bmus, line, k) == pytest.approx(kept, abs=1e-12)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("k", [1, 5, 17])
def test_with_ties_it_is_what_scikit_learn_measures_on_the_average_over_their_orders(shape, k):
    samples, bmus, lattice = random_case(shape)
    samples[10:20] = samples[:10]  # Ties among the samples too.
    generator = np.random.default_rng(1)
    drawn = []
    for _ in range(150):
        places = without_ties(lattice.positions[bmus], generator)
        features = without_ties(samples.astype(float), generator)
        drawn.append(
            (
                sklearn_trustworthiness(features, places, n_neighbors=k),
                sklearn_trustworthiness(places, features, n_neighbors=k),
            )
        )
    found = measure_preservation(samples, bmus, lattice, [k])[0]
    errors = np.std(drawn, axis=0) / np.sqrt(len(drawn))
    assert (errors > 0).all()
    assert (np.abs(np.mean(drawn, axis=0) - found[1:]) < 4 * errors).all()


def orders(distances, sample):
    """All orders of the other samples by distance, ties in every order."""
    others = [j for j in range(len(distances)) if j != sample]
    groups = [
        [list(order) for order in itertools.permutations([j for j in others if distances[j] == d])]
        for d in np.unique(distances[others])
    ]
    return [sum(parts, []) for parts in itertools.product(*groups)]


def over_all_orders(in_space, on_map, k):
    """Mean over all orders of the sum of max(0, r − k) over the k nearest on the map."""
    total = 0.0
    for sample in range(len(in_space)):
        sums = [
            sum(max(0, ranks.index(other) + 1 - k) for other in neighbours[:k])
            for ranks in orders(in_space[sample], sample)
            for neighbours in orders(on_map[sample], sample)
        ]
        total += np.mean(sums)
    n = len(in_space)
    return 1 - 2 / (n * k * (2 * n - 3 * k - 1)) * total


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_it_is_the_mean_of_the_definition_over_all_orders_of_ties(seed, dtype):
    # Small whole numbers: ties in both spaces.
    generator = np.random.default_rng(seed)
    samples = generator.integers(0, 3, (6, 2)).astype(dtype)
    bmus, lattice = generator.integers(0, 6, 6), Lattice("square", (2, 3))
    in_space = cdist(samples, samples, "sqeuclidean")
    on_map = lattice.squared_distances()[np.ix_(bmus, bmus)]
    for k in (1, 2):
        found = measure_preservation(samples, bmus, lattice, [k])[0]
        assert found.trustworthiness == pytest.approx(over_all_orders(in_space, on_map, k))
        assert found.continuity == pytest.approx(over_all_orders(on_map, in_space, k))


def test_a_map_that_is_the_samples_space_keeps_every_neighbourhood_up_to_its_ties():
    # No two lattice distances from a sample are equal, and the samples are the places.
    places = np.array([0, 1, 4, 13, 32, 71, 124, 218])
    samples = places[:, None].astype(np.float32)
    found = measure_preservation(samples, places, Lattice("line", (219,)), [1, 2, 3])
    assert [values[1:] for values in found] == [(1, 1)] * 3


@pytest.mark.parametrize("k", [1, 5, 19])
def test_all_samples_on_one_unit_are_a_random_order(k):
    samples, _, lattice = random_case((3, 4))
    found = measure_preservation(samples, np.full(40, 7), lattice, [k])[0]
    # Each of 39 others is among the k nearest with k / 39: Σ max(0, r − k) = (39 − k)(40 − k) / 2.
    expected = 1 - 2 / (k * (80 - 3 * k - 1)) * (k / 39) * (39 - k) * (40 - k) / 2
    assert found.trustworthiness == pytest.approx(expected)
    assert found.continuity == pytest.approx(expected)


def test_identical_samples_are_tied_whatever_the_product_rounds():
    generator = np.random.default_rng(0)
    samples = np.repeat(generator.random((9, 50), dtype=np.float32) + 100, 30, axis=0)
    bmus = np.repeat(np.arange(9), 30)
    lattice = Lattice("square", (3, 3))
    expected = measure_preservation(samples, bmus, lattice, [5, 10, 29])
    # The nearest 29 are the copies. Fewer are drawn from them in each space on its own.
    assert expected[2][1:] == (1, 1)
    assert expected[0].trustworthiness == pytest.approx(expected[0].continuity)
    order = generator.permutation(len(samples))
    moved = measure_preservation(samples[order], bmus[order], lattice, [5, 10, 29])
    np.testing.assert_allclose(np.array(moved), np.array(expected), rtol=1e-12)


def test_rounding_parts_no_equal_distances():
    # Whole numbers are exact as bytes; as floats they lose a mean that is none.
    generator = np.random.default_rng(4)
    pixels = generator.integers(0, 3, (100, 30)).astype(np.uint8)
    bmus, lattice = generator.integers(0, 12, 100), Lattice("square", (3, 4))
    exact = measure_preservation(pixels, bmus, lattice, [1, 5, 20])
    found = measure_preservation(pixels.astype(np.float32), bmus, lattice, [1, 5, 20])
    np.testing.assert_allclose(np.array(found), np.array(exact), rtol=1e-12)


def test_several_ks_at_once_are_each_alone_in_the_order_asked():
    samples, bmus, lattice = random_case((3, 4))
    found = measure_preservation(samples, bmus, lattice, [7, 3, 20, 3, 0])
    assert found[0] == pytest.approx((7, *_both(samples, bmus, lattice, 7)))
    assert found[1] == found[3] == pytest.approx((3, *_both(samples, bmus, lattice, 3)))
    assert [tuple(values) for values in found if values[0] in (0, 20)] == [
        (20, None, None),
        (0, None, None),
    ]


def _both(samples, bmus, lattice, k):
    return trustworthiness(samples, bmus, lattice, k), continuity(samples, bmus, lattice, k)


@pytest.mark.parametrize("n_samples", [0, 1, 2])
def test_too_few_samples_have_no_neighbours_to_keep(n_samples):
    samples, bmus, lattice = random_case((2, 2), n_samples=n_samples)
    assert measure_preservation(samples, bmus, lattice, [1]) == [(1, None, None)]


def test_an_ordered_map_is_better_than_one_in_disorder_and_chance_is_a_half():
    generator = np.random.default_rng(0)
    samples = generator.random((300, 2), dtype=np.float32)
    lattice = Lattice("square", (10, 10))
    bmus = (samples * 10).astype(int) @ [10, 1]
    ordered = measure_preservation(samples, bmus, lattice, [10])[0]
    chance = measure_preservation(samples, generator.permutation(bmus), lattice, [10])[0]
    assert min(ordered[1:]) > 0.97
    assert chance[1:] == pytest.approx((0.5, 0.5), abs=0.05)


def test_progress_adds_up_and_inputs_are_not_changed():
    samples, bmus, lattice = random_case((3, 4))
    before, counted = (samples.copy(), bmus.copy()), []
    measure_preservation(samples, bmus, lattice, [3], report=counted.append)
    assert sum(counted) == 40
    np.testing.assert_array_equal(samples, before[0])
    np.testing.assert_array_equal(bmus, before[1])
