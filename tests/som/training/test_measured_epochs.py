"""An epoch gives the rule's codebook, and its row has the measured errors and times."""

import numpy as np
import pytest

from workflow.som.engine.search.find import find_two_nearest
from workflow.som.mapping.map_errors import map_errors
from workflow.som.model.initialisation import random_codebook
from workflow.som.model.lattice import Lattice
from workflow.som.training.epoch import Epoch, TrainingSettings, train_one_epoch
from workflow.som.training.finders import finder_for
from workflow.som.training.measured_epochs import measure_start, spread, train_measured_epoch

LATTICE, EPOCH = Lattice("square", (3, 4)), Epoch(2, 0.4, 2.5)
SAMPLES = np.random.default_rng(1).random((60, 5), dtype=np.float32)
# Far longer than an epoch takes in this test.
LONG = 1e6


@pytest.fixture(params=["online", "batch"])
def settings(request):
    return TrainingSettings(rule=request.param, kernel="gaussian", order_seed=7)


@pytest.fixture
def start(settings):
    finder = finder_for(SAMPLES, LATTICE, settings)
    return measure_start(random_codebook(7, 12, 5), LATTICE, finder)


def test_epoch_0_is_the_codebook_with_its_errors_and_no_times(start):
    np.testing.assert_array_equal(start.codebook, random_codebook(7, 12, 5))
    nearest = find_two_nearest(SAMPLES, start.codebook)
    expected = {"epoch": 0, "codebook_spread": spread(start.codebook)}
    assert start.row == expected | map_errors(nearest, LATTICE)._asdict()


def test_the_spread_is_the_distance_of_units_from_their_mean():
    codebook = random_codebook(7, 12, 5).astype(np.float64)
    squares = np.square(codebook - codebook.mean(axis=0)).sum(axis=1)
    assert spread(codebook) == pytest.approx(np.sqrt(squares.mean()))
    assert spread(np.full((12, 5), 0.3, np.float32)) == pytest.approx(0, abs=1e-12)


def test_an_epoch_is_the_rules_with_its_errors(start, settings):
    made = train_measured_epoch(start.codebook, SAMPLES, LATTICE, settings, EPOCH)
    expected = train_one_epoch(start.codebook, SAMPLES, LATTICE, settings, EPOCH)
    np.testing.assert_array_equal(made.codebook, expected)
    nearest = find_two_nearest(SAMPLES, expected)
    for found, column in zip(made.search.nearest, nearest, strict=True):
        np.testing.assert_array_equal(found, column)
    assert made.row.items() >= map_errors(nearest, LATTICE)._asdict().items()
    assert made.row["samples_per_second"] == pytest.approx(60 / made.row["seconds"])


def test_the_search_before_an_epoch_changes_no_bit_and_its_time_counts_for_the_batch_rule(
    start, settings
):
    alone = train_measured_epoch(start.codebook, SAMPLES, LATTICE, settings, EPOCH)
    search = start.search._replace(seconds=LONG)
    made = train_measured_epoch(start.codebook, SAMPLES, LATTICE, settings, EPOCH, search=search)
    np.testing.assert_array_equal(made.codebook, alone.codebook)
    assert alone.row["seconds"] < LONG
    assert (made.row["seconds"] > LONG) == (settings.rule == "batch")


def test_the_batch_rule_does_not_search_where_it_need_not(start, settings):
    """It uses the given nearest units, even if they are wrong."""
    elsewhere = start.search.nearest._replace(bmus=np.zeros(60, np.int32))
    search = start.search._replace(nearest=elsewhere)
    alone = train_measured_epoch(start.codebook, SAMPLES, LATTICE, settings, EPOCH)
    made = train_measured_epoch(start.codebook, SAMPLES, LATTICE, settings, EPOCH, search=search)
    assert (made.codebook != alone.codebook).any() == (settings.rule == "batch")
