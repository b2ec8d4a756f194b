"""Shares against counting by hand, chance, and what must hold whatever the map."""

import math

import numpy as np
import pandas as pd
import pytest

from workflow.som.statistics.hits import count_hits
from workflow.som.statistics.purity import label_accuracy
from workflow.som.statistics.worth import measure_shares, measure_worth

FEW = {"draws": 3, "permutations": 20, "seed": 0}


def random_case(n_samples=600, n_units=40, seed=0):
    generator = np.random.default_rng(seed)
    bmus = generator.integers(0, n_units - 5, n_samples).astype(np.int32)
    return bmus, generator.integers(0, 10, n_samples).astype(np.uint8)


def test_a_map_counted_by_hand():
    # Unit 0: 3, 3. Unit 1: 3, 8. Unit 2: 5. Unit 3: dead.
    bmus, labels = np.array([0, 0, 1, 1, 2]), np.array([3, 3, 3, 8, 5])
    frame = measure_shares(bmus, labels, 4, sizes=[], draws=3, permutations=2000, seed=0)
    assert len(frame) == 1
    row = frame.iloc[0]
    assert (row["n_images"], row["draw"], row["hits_per_unit"]) == (5, 0, 5 / 4)
    assert (row["active_units"], row["single_digit_units"]) == (3, 2)
    assert (row["share_of_all"], row["share_of_active"]) == (2 / 4, 2 / 3)
    # By chance: unit 2 always; a pair is alike if both are 3, three pairs of ten.
    assert row["null_mean"] == pytest.approx(1 + 2 * 3 / 10, abs=0.05)


def test_one_hit_a_unit_always_looks_perfect():
    labels = np.random.default_rng(1).integers(0, 10, 50)
    frame = measure_shares(np.arange(50), labels, 80, sizes=[10, 30], **FEW)
    assert (frame["share_of_active"] == 1).all()
    assert (frame["single_digit_units"] == frame["n_images"]).all()
    for bound in ("null_mean", "null_low", "null_high"):
        assert (frame[bound] == frame["n_images"]).all()


def test_random_labels_are_worth_what_chance_gives():
    differences = []
    for seed in range(60):
        bmus, labels = random_case(300, 120, seed)
        row = measure_shares(bmus, labels, 120, sizes=[], **FEW).iloc[0]
        differences.append(row["single_digit_units"] - row["null_mean"])
    assert abs(np.mean(differences)) < 4 * np.std(differences) / math.sqrt(60)


def test_pure_units_stand_above_chance_however_many_images_are_shown():
    generator = np.random.default_rng(5)
    labels = generator.integers(0, 10, 1000)
    bmus = labels * 3 + generator.integers(0, 3, 1000)
    frame = measure_shares(bmus, labels, 30, sizes=[100, 300], **FEW)
    assert (frame["share_of_active"] == 1).all()
    assert (frame["null_high"] < frame["single_digit_units"]).all()
    assert frame["null_mean"].iloc[-1] == 0


def test_the_share_of_active_units_falls_as_more_images_are_shown():
    frame = measure_shares(
        *random_case(), 40, sizes=[20, 60, 200], draws=20, permutations=20, seed=0
    )
    shares = frame.groupby("n_images")["share_of_active"].mean()
    assert shares.is_monotonic_decreasing
    assert shares.iloc[0] > 0.6 > 0.05 > shares.iloc[-1]


def test_draws_are_subsets_counted_by_hand_and_the_same_for_every_codebook():
    bmus, labels = random_case(60, 20)
    frame = measure_shares(bmus, labels, 20, sizes=[15], **FEW)
    for draw in range(3):
        generator = np.random.default_rng([0, 3, 15, draw])
        shown = generator.choice(60, 15, replace=False)
        digits = [set(labels[shown][bmus[shown] == unit]) for unit in range(20)]
        row = frame.query("n_images == 15 and draw == @draw").iloc[0]
        assert row["active_units"] == sum(len(each) > 0 for each in digits)
        assert row["single_digit_units"] == sum(len(each) == 1 for each in digits)


def test_sizes_are_sorted_end_with_the_whole_set_and_leave_out_what_there_is_not():
    reported = []
    frame = measure_shares(
        *random_case(90, 20), 20, sizes=[50, 20, 90, 1000], report=reported.append, **FEW
    )
    assert frame.groupby("n_images").size().to_dict() == {20: 3, 50: 3, 90: 1}
    assert frame["n_images"].is_monotonic_increasing
    assert reported == [1] * 7


def test_the_same_seed_gives_the_same_table():
    case = random_case(90, 20)
    first = measure_shares(*case, 20, sizes=[30], **FEW)
    pd.testing.assert_frame_equal(first, measure_shares(*case, 20, sizes=[30], **FEW))
    other = measure_shares(*case, 20, sizes=[30], **{**FEW, "seed": 1})
    assert not first.equals(other)


def test_both_sets_are_measured_and_labelled_by_the_training_set():
    bmus, labels = random_case(200, 20)
    names = np.where(np.arange(200) < 80, "test", "training")
    mapped = pd.DataFrame({"set": names, "label": labels, "bmu": bmus})
    sizes = {"test": [40], "training": [50, 100]}
    frame = measure_worth("mine", mapped, 20, sizes=sizes, **FEW)
    assert list(frame.columns[:3]) == ["codebook", "set", "n_images"]
    assert set(frame["codebook"]) == {"mine"}
    assert frame.groupby(["set", "n_images"]).size().to_dict() == {
        ("test", 40): 3, ("test", 80): 1,
        ("training", 50): 3, ("training", 100): 3, ("training", 120): 1,
    }  # fmt: skip
    labelled = frame[frame["label_accuracy"].notna()].set_index("set")
    assert labelled["n_images"].to_dict() == {"test": 80, "training": 120}
    counts = count_hits(bmus[80:], labels[80:], 20)
    assert labelled["label_accuracy"]["test"] == label_accuracy(counts, bmus[:80], labels[:80])
    purity = counts.max(axis=1).sum() / 120
    assert labelled["label_accuracy"]["training"] == pytest.approx(purity)
