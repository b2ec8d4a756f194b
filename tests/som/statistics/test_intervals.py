"""Intervals by hand, against printed tables, and that they cover as often as they say."""

import numpy as np
import pytest

from workflow.som.statistics.intervals import mean_interval, wilson_interval


# p̂ = 9/10, z = 1.96: (0.9 + 0.19207 ∓ 0.26707) / 1.38415, worked by hand from Wilson's formula;
# 0 of n: (0, z² / (n + z²)); n of n: (n / (n + z²), 1).
@pytest.mark.parametrize(
    ("n_correct", "n_samples", "low", "high"),
    [
        (9, 10, 0.59585, 0.98212),
        (0, 10, 0.0, 3.84146 / 13.84146),
        (10, 10, 10 / 13.84146, 1.0),
        (50, 100, 0.40383, 0.59617),
    ],
)
def test_wilson_interval_by_hand(n_correct, n_samples, low, high):
    assert wilson_interval(n_correct, n_samples) == pytest.approx((low, high), abs=2e-5)


def test_wilson_interval_covers_in_95_of_100():
    counts = np.random.default_rng(0).binomial(1000, 0.985, 4000)
    covered = [low <= 0.985 <= high for low, high in (wilson_interval(n, 1000) for n in counts)]
    assert 0.93 < np.mean(covered) < 0.97


def test_wilson_interval_of_shares_of_a_test_set_to_the_last_but_one_bit():
    z = 1.959963984540054  # The central 95 % of a normal distribution.
    for n_correct in range(0, 10_001, 97):
        share, squared = n_correct / 10_000, z**2 / 10_000
        middle = (share + squared / 2) / (1 + squared)
        half = z * np.sqrt(share * (1 - share) / 10_000 + squared / 40_000) / (1 + squared)
        expected = middle - half, middle + half
        assert wilson_interval(n_correct, 10_000) == pytest.approx(expected, rel=1e-13, abs=1e-15)


def test_mean_interval_of_one_value_is_none_and_of_equal_ones_has_no_width():
    assert np.isnan(mean_interval(np.array([3.0]))).all()
    assert mean_interval(np.array([3.0, 3.0, 3.0])) == (3.0, 3.0)
    # Five values: t = 2.776 from a printed table.
    values = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    half = 2.776 * values.std(ddof=1) / 5**0.5
    assert mean_interval(values) == pytest.approx((3 - half, 3 + half), rel=1e-3)
