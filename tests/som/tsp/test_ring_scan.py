"""The compiled epoch on a ring compared with the plain rule, with the same cut neighbourhood."""

import numpy as np
import pytest

from workflow.som.engine.online.rule import train_epoch_plainly
from workflow.som.tsp.ring_scan import train_ring_epoch

ALPHA = 0.8


def ring_table(n_units, radius, reach):
    """Return η(c, j) of a ring, zero beyond `reach`, computed without code of the library."""
    table = np.zeros((n_units, n_units))
    for c in range(n_units):
        for j in range(n_units):
            d = min(abs(c - j), n_units - abs(c - j))
            if d <= reach:
                table[c, j] = np.exp(-(d**2) / (2 * radius**2))
    return table


def winners_of_plain_rule(ring, samples, order, table):
    """Return every winner of an epoch by comparison with all units, in float64."""
    state, winners = ring.copy(), np.full(len(samples), -1)
    for sample in order:
        distances = ((samples[sample] - state) ** 2).sum(axis=1)
        winners[sample] = np.argmin(distances)
        state += (ALPHA * table[winners[sample]])[:, None] * (samples[sample] - state)
    return winners, state


def example(n_samples, n_units, kind, seed=0):
    generator = np.random.default_rng([seed, n_samples, n_units])
    # The values fit float32 exactly, as the plain rule reads float32.
    samples = generator.random((n_samples, 2), dtype=np.float32).astype(float)
    if kind == "clusters":
        samples = 0.01 * samples + generator.integers(0, 2, (n_samples, 2))
    elif kind == "grid":
        samples = np.round(samples * 4) / 4
    elif kind == "line":
        samples[:, 1] = 0.5
    elif kind == "one place":
        samples[:] = 0.25
    samples = samples.astype(np.float32).astype(float)
    ring = generator.random((n_units, 2), dtype=np.float32).astype(float)
    return samples, ring, generator.permutation(n_samples)


@pytest.mark.parametrize("kind", ["uniform", "clusters", "grid", "line", "one place"])
@pytest.mark.parametrize(("n_units", "radius", "reach"), [(40, 2.0, 6), (41, 9.0, 20), (3, 1.0, 1)])
@pytest.mark.parametrize("size", [0.03, 0.3, 5.0])
def test_an_epoch_is_that_of_the_plain_rule(kind, n_units, radius, reach, size):
    samples, ring, order = example(150, n_units, kind)
    table = ring_table(n_units, radius, reach)
    expected_winners, expected = winners_of_plain_rule(ring, samples, order, table)
    plain = train_epoch_plainly(
        ring.astype(np.float32), samples.astype(np.float32), order, table, ALPHA
    )
    winners = np.random.default_rng(1).integers(0, n_units, len(samples))
    steps = ALPHA * np.exp(-(np.arange(reach + 1.0) ** 2) / (2 * radius**2))
    train_ring_epoch(ring, samples, order, steps, winners, size)
    np.testing.assert_array_equal(winners, expected_winners)
    np.testing.assert_allclose(ring, expected, rtol=0, atol=1e-12)
    np.testing.assert_allclose(ring, plain, rtol=0, atol=1e-6)


def test_of_units_that_tie_the_lowest_wins_whatever_the_guess():
    ring = np.array([[0.9, 0.9], [0.1, 0.0], [0.1, 0.0], [0.0, 0.1], [0.5, 0.5]])
    samples = np.zeros((1, 2))
    for guess in range(5):
        winners = np.array([guess])
        train_ring_epoch(ring.copy(), samples, np.arange(1), np.zeros(1), winners, 0.05)
        assert winners[0] == 1


def test_units_beyond_the_reach_keep_their_place_and_the_ring_closes():
    samples, ring, _ = example(1, 30, "uniform")
    ring[0] = samples[0] + 1e-3
    before = ring.copy()
    steps = np.array([0.5, 0.25])
    train_ring_epoch(ring, samples, np.arange(1), steps, np.zeros(1, np.int64), 0.1)
    moved = np.flatnonzero((ring != before).any(axis=1))
    np.testing.assert_array_equal(moved, [0, 1, 29])
    np.testing.assert_allclose(ring[29], before[29] + 0.25 * (samples[0] - before[29]))


def test_samples_outside_the_order_are_left_alone():
    samples, ring, order = example(20, 12, "uniform")
    winners = np.full(20, 7)
    train_ring_epoch(ring, samples, order[:5], np.array([0.5]), winners, 0.2)
    assert (winners[order[5:]] == 7).all()
