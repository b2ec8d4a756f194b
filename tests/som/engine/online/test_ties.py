"""Exact ties go to the lowest index, in every form and precision."""

import numpy as np
import pytest

from workflow.som.engine.online.plain import has_identical_units, present_plainly
from workflow.som.engine.online.rule import train_epoch, train_epoch_plainly
from workflow.som.engine.online.twins import _part
from workflow.som.model.kernels import neighbourhood
from workflow.som.model.lattice import ByOffset, Lattice
from workflow.som.model.samples import as_features, middle_of

GRID = Lattice("square", (8, 8))
FORMS = ("block", "virtual", "lazy")


def plain_winners(codebook, samples, order, eta, learning_rate, precision):
    winners = np.empty(len(order), np.int32)
    steps = ByOffset.of_table((learning_rate * eta).astype(precision))
    present_plainly(codebook.astype(precision), steps, samples, order, winners)
    return winners


def winners_of(codebook, samples, order, eta, learning_rate, **options):
    winners = np.empty(len(order), np.int32)
    train_epoch(codebook, samples, order, eta, learning_rate, winners=winners, **options)
    return winners


def walk(codebook, samples, order, eta, learning_rate, winners):
    """Yield the float64 codebook before each sample, as the given winners make it."""
    state = codebook.astype(float)
    for sample, winner in zip(order, winners, strict=True):
        x = as_features(samples[sample], state.dtype)
        yield x, winner, state
        state += learning_rate * eta[winner][:, None] * (x - state)


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("form", FORMS)
def test_first_winners_of_identical_units(form, precision):
    generator = np.random.default_rng(19)
    samples = generator.integers(0, 256, (40, 49), dtype=np.uint8)
    codebook = (samples[generator.integers(0, 5, 64)] / np.float32(255)).astype(np.float32)
    order, eta = np.arange(40), neighbourhood(GRID, 0.1)
    found = winners_of(codebook, samples, order, eta, 0.5, form=form, precision=precision)
    np.testing.assert_array_equal(
        found, plain_winners(codebook, samples, order, eta, 0.5, precision)
    )


@pytest.mark.parametrize("kernel", ["gaussian", "cut_gaussian", "bubble"])
@pytest.mark.parametrize("radius", [0.3, 1.5, 4.0])
@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("form", FORMS)
def test_no_higher_index_wins_against_an_identical_unit(form, precision, radius, kernel):
    eta, n_ties = neighbourhood(GRID, radius, kernel), 0
    for seed in range(6):
        generator = np.random.default_rng(seed)
        samples = generator.integers(0, 256, (300, 49), dtype=np.uint8)
        samples[100:] = samples[generator.integers(0, 100, 200)]
        order = generator.permutation(300)
        codebook = as_features(samples[order[generator.integers(0, 8, 64)]])
        winners = winners_of(codebook, samples, order, eta, 0.5, form=form, precision=precision)
        for x, winner, state in walk(codebook, samples, order, eta, 0.5, winners):
            distances = np.square(x - state).sum(axis=1)
            assert distances[winner] <= distances.min() + 1e-6 * np.square(x).sum()
            same = (state == state[winner]).all(axis=1)
            assert winner == np.argmax(same)
            n_ties += same.sum() > 1
    assert n_ties >= 6  # Otherwise nothing was tested.


@pytest.mark.parametrize("kernel", ["bubble", "cut_gaussian"])
@pytest.mark.parametrize("duplicates", [1, 3])
def test_units_that_stay_identical_for_long(kernel, duplicates):
    """All units within a bubble move alike, so equal ones part only at its edge."""
    generator = np.random.default_rng(duplicates)
    # Few enough that equal shares bring no other units together within rounding.
    samples = np.repeat(generator.integers(0, 256, (130, 49), dtype=np.uint8), duplicates, axis=0)
    order = generator.permutation(len(samples))
    codebook = as_features(samples[generator.integers(0, 9, 64)])
    eta = neighbourhood(GRID, 9.0, kernel)
    expected = plain_winners(codebook, samples, order, eta, 0.05, "float64")
    found = winners_of(codebook, samples, order, eta, 0.05, form="block", precision="float64")
    np.testing.assert_array_equal(found, expected)


def test_list_of_identical_units_follows_from_the_updates():
    generator = np.random.default_rng(5)
    first = generator.integers(0, 4, 40)
    first = np.array([np.flatnonzero(first == one)[0] for one in first])
    classes = [(one,) for one in first]
    for _ in range(6):
        step = generator.integers(0, 3, 40) / 4
        _part(first, np.empty_like(first), step, -1)
        classes = [(*one, share) for one, share in zip(classes, step, strict=True)]
        np.testing.assert_array_equal(first, [classes.index(one) for one in classes])


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("as_bytes", [False, True])
def test_units_that_differ_at_equal_distances(form, precision, as_bytes):
    """Zeros and ones, and steps of a half: all numbers have few digits, so all ties are exact."""
    generator = np.random.default_rng(3)
    bits = generator.integers(0, 2, (64 + 40, 16))
    codebook, samples = bits[:64].astype(np.float32), bits[64:]
    samples = (255 * samples).astype(np.uint8) if as_bytes else samples.astype(np.float32)
    order, eta = np.arange(40), np.eye(64)
    expected = plain_winners(codebook, samples, order, eta, 0.5, precision)
    found = winners_of(codebook, samples, order, eta, 0.5, form=form, precision=precision)
    np.testing.assert_array_equal(found, expected)


# The lazy form's bounds do not hold where units are pushed away.
@pytest.mark.parametrize(
    ("form", "kernel"),
    [*((form, "gaussian") for form in [*FORMS, "eager"]), ("block", "mexican_hat")],
)
def test_a_codebook_of_one_vector(form, kernel):
    """All units tie at first: the winner is unit 0, whichever way the others are moved."""
    samples = np.random.default_rng(0).random((60, 10), dtype=np.float32)
    codebook, order = np.full((64, 10), 0.3, np.float32), np.arange(60)
    eta = neighbourhood(GRID, 2.0, kernel)
    found = train_epoch(codebook, samples, order, eta, 0.3, form=form, precision="float64")
    expected = train_epoch_plainly(codebook, samples, order, eta, 0.3)
    np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("form", [*FORMS, "eager"])
def test_one_sample_again_and_again(form):
    samples = np.random.default_rng(0).random((1, 10), dtype=np.float32)
    codebook = np.zeros((64, 10), np.float32)
    order, eta = np.zeros(200, dtype=np.int64), neighbourhood(GRID, 2.0)
    found = train_epoch(codebook, samples, order, eta, 0.3, form=form, precision="float64")
    expected = train_epoch_plainly(codebook, samples, order, eta, 0.3)
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_reports_count_all_samples():
    samples = np.random.default_rng(0).random((300, 10), dtype=np.float32)
    reports = []
    train_epoch(
        np.zeros((64, 10), np.float32), samples, np.arange(300), neighbourhood(GRID, 2.0), 0.3,
        form="block", report=reports.append,
    )  # fmt: skip
    assert sum(reports) == 300


def test_identical_units():
    codebook = np.random.default_rng(0).random((50, 7), dtype=np.float32)
    assert not has_identical_units(codebook)
    codebook[41] = codebook[3]
    assert has_identical_units(codebook)
    assert has_identical_units(codebook.astype(np.float64))


def test_nothing_is_rounded_when_the_middle_is_subtracted_from_numbers_of_few_digits():
    generator = np.random.default_rng(0)
    for samples in (generator.integers(0, 2, (90, 5)), generator.integers(-8, 8, (90, 5)) / 8):
        samples = samples.astype(np.float32)
        middle = middle_of(samples).astype(np.float32)
        exact = samples.astype(np.float64) - middle
        np.testing.assert_array_equal((samples - middle).astype(np.float64), exact)
        ranges = samples.max(axis=0) - samples.min(axis=0)
        assert (np.abs(middle - samples.mean(axis=0)) <= ranges / 128 + 1e-6).all()


def test_the_middle_is_near_the_mean_whatever_the_scale():
    generator = np.random.default_rng(0)
    scales = np.array([1e-20, 1e-3, 1, 1e5, 1e20])
    samples = (scales * (1000 + generator.random((200, 5)))).astype(np.float32)
    ranges = np.ptp(samples.astype(np.float64), axis=0)
    distance = np.abs(middle_of(samples) - samples.mean(axis=0, dtype=np.float64))
    assert (distance <= ranges / 64).all()
