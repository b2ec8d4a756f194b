"""Purity against loops and other libraries, and the null against its exact expectation."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import entropy
from sklearn.metrics import homogeneity_score
from sklearn.metrics.cluster import contingency_matrix

from workflow.som.model.lattice import Lattice
from workflow.som.statistics.hits import count_hits
from workflow.som.statistics.purity import permuted_single_digit_units, summarise, units_table


def summary_of(bmus, labels, n_units, training=None, permutations=5, seed=0):
    bmus, labels = np.asarray(bmus), np.asarray(labels)
    counts = count_hits(bmus, labels, n_units)
    training = counts if training is None else training
    return summarise(counts, training, bmus, labels, permutations=permutations, seed=seed)


def random_case(n_samples=500, n_units=60, seed=0):
    generator = np.random.default_rng(seed)
    bmus = generator.integers(0, n_units - 10, n_samples).astype(np.int32)
    return bmus, generator.integers(0, 10, n_samples).astype(np.uint8)


def test_hits_are_the_contingency_table():
    bmus, labels = random_case()
    counts = count_hits(bmus, labels, 60)
    np.testing.assert_array_equal(
        counts[np.ix_(np.unique(bmus), np.unique(labels))].T, contingency_matrix(labels, bmus)
    )
    assert counts.shape == (60, 10)
    assert counts.sum() == 500
    assert not counts[50:].any()


def test_small_integer_types_do_not_overflow():
    # Ten cells a unit: those of unit 30,000 are beyond int16.
    counts = count_hits(np.array([30_000], np.int16), np.array([9], np.uint8), 30_001)
    assert counts[30_000, 9] == counts.sum() == 1


cases = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9)), min_size=1, max_size=40)


@settings(deadline=None, max_examples=50)
@given(cases)
def test_the_table_says_what_counting_by_hand_says(pairs):
    bmus, labels = np.array(pairs).T
    frame = units_table(count_hits(bmus, labels, 6), Lattice("square", (2, 3)))
    for unit, row in enumerate(frame.to_dict("records")):
        own = [label for bmu, label in pairs if bmu == unit]
        counts = [own.count(digit) for digit in range(10)]
        assert (row["unit"], row["row"], row["column"]) == (unit, unit // 3, unit % 3)
        assert row["hits"] == len(own)
        assert row["n_digits"] == len(set(own))
        assert [row[f"digit_{digit}"] for digit in range(10)] == counts
        if own:
            assert row["majority_digit"] == min(set(own), key=lambda d: (-own.count(d), d))
            assert row["purity"] == pytest.approx(max(counts) / len(own))
            assert row["entropy_bits"] == pytest.approx(entropy(counts, base=2), abs=1e-12)
        else:
            nulls = frame.loc[unit, ["majority_digit", "purity", "entropy_bits"]]
            assert nulls.isna().all()


@settings(deadline=None, max_examples=50)
@given(cases)
def test_the_summary_agrees_with_the_table(pairs):
    bmus, labels = np.array(pairs).T
    frame = units_table(count_hits(bmus, labels, 6), Lattice("square", (2, 3)))
    summary = summary_of(bmus, labels, 6)
    assert summary["n_units"] == 6
    assert summary["n_samples"] == len(pairs)
    assert summary["active_units"] == (frame["hits"] > 0).sum()
    assert summary["active_units"] + summary["dead_units"] == 6
    assert summary["histogram"] == [int((frame["n_digits"] == n).sum()) for n in range(11)]
    assert summary["single_digit_units"] == summary["histogram"][1]
    assert summary["single_digit_share"] == summary["histogram"][1] / 6
    majority = (frame["purity"] * frame["hits"]).sum() / len(pairs)
    assert summary["map_purity"] == pytest.approx(majority)
    largest_class = np.bincount(labels).max() / len(pairs)
    assert largest_class <= summary["map_purity"] + 1e-12 <= 1 + 2e-12


def test_scikit_learn_measures_the_same_homogeneity():
    bmus, labels = random_case()
    assert summary_of(bmus, labels, 60)["homogeneity"] == homogeneity_score(labels, bmus)


def test_homogeneity_is_what_the_units_entropies_leave_of_the_classes():
    bmus, labels = random_case()
    frame = units_table(count_hits(bmus, labels, 60), Lattice("square", (6, 10))).dropna()
    conditional = float((frame["entropy_bits"] * frame["hits"]).sum() / len(labels))
    of_classes = entropy(np.bincount(labels), base=2)
    found = summary_of(bmus, labels, 60)["homogeneity"]
    assert found == pytest.approx(1 - conditional / of_classes)


def test_renaming_the_digits_or_moving_the_units_changes_no_purity():
    bmus, labels = random_case()
    generator = np.random.default_rng(1)
    digits, units = generator.permutation(10), generator.permutation(60)
    expected = summary_of(bmus, labels, 60)
    for moved in (summary_of(bmus, digits[labels], 60), summary_of(units[bmus], labels, 60)):
        assert moved["histogram"] == expected["histogram"]
        assert moved["map_purity"] == expected["map_purity"]
        assert moved["homogeneity"] == pytest.approx(expected["homogeneity"])


def test_all_samples_on_one_unit():
    labels = np.repeat(np.arange(10), 7)
    summary = summary_of(np.full(70, 3), labels, 9)
    assert summary["histogram"] == [8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    assert (summary["active_units"], summary["dead_units"]) == (1, 8)
    assert summary["map_purity"] == pytest.approx(0.1)
    assert summary["label_accuracy"] == pytest.approx(0.1)
    assert summary["homogeneity"] == pytest.approx(0, abs=1e-12)
    assert summary["permuted_single_digit_units"] == {"mean": 0, "low": 0, "high": 0}
    frame = units_table(count_hits(np.full(70, 3), labels, 9), Lattice("square", (3, 3)))
    assert frame["entropy_bits"][3] == pytest.approx(math.log2(10))
    assert frame["majority_digit"][3] == 0
    assert frame["purity"].isna().sum() == 8


def test_one_unit_and_one_sample():
    summary = summary_of([0], [4], 1)
    assert summary["single_digit_share"] == summary["map_purity"] == 1
    assert summary["label_accuracy"] == summary["homogeneity"] == 1
    assert summary["permuted_single_digit_units"] == {"mean": 1, "low": 1, "high": 1}


def test_units_are_labelled_by_the_training_majority_and_scored_on_the_test_set():
    # Unit 0: training 3, 3, 8 → 3. Unit 1: a tie of 2 and 7 → 2. Unit 2: no training sample.
    training = count_hits(np.array([0, 0, 0, 1, 1]), np.array([3, 3, 8, 7, 2]), 3)
    bmus, labels = [0, 0, 1, 1, 2], [3, 8, 2, 7, 0]
    assert summary_of(bmus, labels, 3, training)["label_accuracy"] == pytest.approx(2 / 5)


def test_label_accuracy_on_the_training_set_itself_is_the_map_purity():
    summary = summary_of(*random_case(), 60)
    assert summary["label_accuracy"] == pytest.approx(summary["map_purity"])


def test_the_nulls_mean_is_the_hypergeometric_expectation():
    bmus, labels = random_case(n_samples=200)
    sizes = np.bincount(labels)
    expected = sum(
        sum(math.comb(int(n), int(hits)) for n in sizes) / math.comb(200, int(hits))
        for hits in np.bincount(bmus)
        if hits
    )
    counts = [
        permuted_single_digit_units(bmus, labels, 60, permutations=400, seed=seed).mean
        for seed in range(3)
    ]
    # A count has a variance below its 50 units'; the mean of 1,200 of them is within 5 σ.
    assert np.mean(counts) == pytest.approx(expected, abs=5 * np.sqrt(50 * 0.25 / 1200))


def test_units_with_one_hit_recognise_one_digit_by_chance_alone():
    labels = np.random.default_rng(2).integers(0, 10, 30)
    null = permuted_single_digit_units(np.arange(30), labels, 40, permutations=20, seed=0)
    assert null == (30, 30, 30)


def test_the_null_repeats_for_a_seed_and_holds_95_percent_between_its_bounds():
    bmus, labels = random_case(n_samples=150)
    draw = {"permutations": 200, "seed": 4}
    null = permuted_single_digit_units(bmus, labels, 60, **draw)
    assert null == permuted_single_digit_units(bmus, labels, 60, **draw)
    assert null != permuted_single_digit_units(bmus, labels, 60, permutations=200, seed=5)
    assert null.low < null.mean < null.high
    # By hand: one permutation of the labels after another, from one generator.
    generator = np.random.default_rng([4, 0])
    singles = []
    for _ in range(200):
        shuffled = generator.permutation(labels)
        digits = [len(set(shuffled[bmus == unit])) for unit in range(60)]
        singles.append(digits.count(1))
    low, high = np.quantile(singles, [0.025, 0.975])
    assert null == pytest.approx((np.mean(singles), low, high))
