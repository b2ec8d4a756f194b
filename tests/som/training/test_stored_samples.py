"""Samples that are read in parts train the same maps as samples in memory."""

import numpy as np
import pytest

from tests.som.training.jobs import Job
from workflow.som.data import datasets
from workflow.som.data.datasets import open_images, read_images, write_images_in_parts
from workflow.som.data.stored import StoredSamples
from workflow.som.engine.batch import sums_by_unit
from workflow.som.engine.search import find
from workflow.som.files.errors import DamagedFileError, SomError
from workflow.som.model import samples as model
from workflow.som.model.initialisation import principal_components, starting_codebook
from workflow.som.model.lattice import Lattice
from workflow.som.model.map_size import natural_shape
from workflow.som.model.samples import groups_within, parts_of, take
from workflow.som.training import epoch as training
from workflow.som.training.epoch import (
    Epoch,
    TrainingSettings,
    presentations,
    train_one_epoch,
)

LATTICE = Lattice("square", (4, 5))
SHAPE = (3, 4)
N_SAMPLES, GROUP = 230, 32


@pytest.fixture(params=[np.uint8, np.float32], ids=["bytes", "features"])
def both(request, tmp_path, monkeypatch):
    """Return samples in memory, and the same in a file, of which two groups make a part."""
    rows = np.random.default_rng(0).integers(0, 256, (N_SAMPLES, 12)).astype(np.uint8)
    if request.param == np.float32:
        rows = (rows / np.float32(90)).astype(np.float32)
    stored = Groups(rows)
    monkeypatch.setattr(model, "PART_BYTES", 2 * GROUP * 12 * rows.itemsize)
    monkeypatch.setattr(model.parts_of, "__defaults__", (model.PART_BYTES,))
    return rows, stored


class Groups:
    """Samples in groups, in memory: what StoredSamples is, without a file."""

    def __init__(self, rows):
        self.rows, self.shape, self.dtype = rows, rows.shape, rows.dtype
        starts = range(0, len(rows), GROUP)
        self.group_sizes = [min(GROUP, len(rows) - start) for start in starts]
        self.reads = []

    def __len__(self):
        return len(self.rows)

    def read(self, groups):
        self.reads.append(list(groups))
        parts = [self.rows[GROUP * group : GROUP * (group + 1)] for group in groups]
        return np.concatenate(parts)


def settings(rule, **others):
    return TrainingSettings(rule=rule, kernel="gaussian", order_seed=7, **others)


def start():
    return np.random.default_rng(5).random((20, 12), dtype=np.float32)


def test_parts_are_successive_groups_and_none_is_larger_than_it_may_be(both):
    rows, stored = both
    found = list(parts_of(stored))
    assert [part.stop - part.start for part, _ in found] == [64, 64, 64, 38]
    np.testing.assert_array_equal(np.concatenate([part for _, part in found]), rows)
    assert [len(list(parts_of(stored, size))) for size in (1, 10**9)] == [8, 1]
    assert [list(some) for some in groups_within(stored, [7, 0, 3], 69 * 12 * rows.itemsize)] == [
        [7, 0],
        [3],
    ]


def test_any_samples_can_be_taken(both):
    rows, stored = both
    numbers = np.array([229, 0, 64, 63, 0, 100])
    np.testing.assert_array_equal(take(stored, numbers), rows[numbers], strict=True)


def test_the_nearest_units_are_those_of_samples_in_memory(both):
    rows, stored = both
    for found, expected in zip(
        find.find_two_nearest(stored, start()), find.find_two_nearest(rows, start()), strict=True
    ):
        np.testing.assert_array_equal(found, expected, strict=True)
    np.testing.assert_array_equal(find.find_bmus(stored, start()), find.find_bmus(rows, start()))


@pytest.mark.parametrize("initialisation", ["random", "sample", "pca"])
def test_the_initial_codebook_is_that_of_samples_in_memory(both, initialisation):
    rows, stored = both
    found = starting_codebook(initialisation, 3, stored, LATTICE)
    expected = starting_codebook(initialisation, 3, rows, LATTICE)
    # Sums of float32 features are cut elsewhere; of bytes they are exact.
    tolerance = 0 if rows.dtype == np.uint8 else 1e-6
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)
    assert natural_shape(stored, "square") == natural_shape(rows, "square")
    np.testing.assert_allclose(
        principal_components(stored, 2)[2], principal_components(rows, 2)[2], rtol=1e-12
    )


@pytest.mark.parametrize("weighted", [False, True])
def test_sums_by_unit_have_the_same_bits(both, weighted):
    rows, stored = both
    bmus = np.random.default_rng(1).integers(0, 20, N_SAMPLES)
    weights = np.random.default_rng(2).random(N_SAMPLES) if weighted else None
    for features in (slice(None), slice(3, 9)):
        found = sums_by_unit(stored, bmus, 20, weights, features)
        expected = sums_by_unit(rows, bmus, 20, weights, features)
        np.testing.assert_array_equal(found, expected, strict=True)


@pytest.mark.parametrize("threads", [1, 2])
def test_a_batch_epoch_has_the_same_bits(both, threads):
    rows, stored = both
    one = Epoch(1, 0.5, 1.5)
    found = train_one_epoch(start(), stored, LATTICE, settings("batch", threads=threads), one)
    expected = train_one_epoch(start(), rows, LATTICE, settings("batch"), one)
    np.testing.assert_array_equal(found, expected, strict=True)


def test_an_online_epoch_presents_each_sample_once_window_by_window(both, monkeypatch):
    rows, stored = both
    monkeypatch.setattr(training, "WINDOW_BYTES", 3 * GROUP * 12 * rows.itemsize)
    orders = []
    for number in (1, 2, 1):
        windows = list(presentations(stored, 7, number))
        assert [len(order) for _, order in windows] == [len(window) for window, _ in windows]
        assert max(len(window) for window, _ in windows) == 3 * GROUP
        assert len(windows) == 3
        orders.append(np.concatenate([window[order] for window, order in windows]))
        in_order = np.lexsort(orders[-1].T)
        np.testing.assert_array_equal(orders[-1][in_order], rows[np.lexsort(rows.T)])
    np.testing.assert_array_equal(orders[0], orders[2])
    assert (orders[0] != orders[1]).any(axis=1).mean() > 0.9


def test_an_online_epoch_is_that_of_the_windows_one_after_the_other(both, monkeypatch):
    rows, stored = both
    monkeypatch.setattr(training, "WINDOW_BYTES", 3 * GROUP * 12 * rows.itemsize)
    one = Epoch(4, 0.5, 1.5)
    expected, done = start(), []
    for window, order in presentations(stored, 7, 4):
        expected = train_one_epoch(expected, window, LATTICE, settings("online"), one, order=order)
    found = train_one_epoch(start(), stored, LATTICE, settings("online"), one, report=done.append)
    np.testing.assert_array_equal(found, expected, strict=True)
    assert sum(done) == N_SAMPLES


@pytest.fixture
def path(tmp_path):
    """Return a table of 230 images."""
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (N_SAMPLES, *SHAPE)).astype(np.uint8)
    sample = np.arange(N_SAMPLES, dtype=np.int32)
    labels = (sample % 10).astype(np.uint8)
    path = tmp_path / "train.parquet"
    blocks = np.array_split(images, 7)
    write_images_in_parts(path, sample, labels, SHAPE, blocks, {"dataset": "mnist"})
    return path


def test_only_large_tables_stay_in_their_file(path, monkeypatch):
    expected = read_images(path)
    monkeypatch.setattr(datasets, "MOST_IN_MEMORY", 12 * N_SAMPLES)
    assert isinstance(open_images(path).pixels, np.ndarray)
    monkeypatch.setattr(datasets, "MOST_IN_MEMORY", 12 * N_SAMPLES - 1)
    found = open_images(path)
    assert isinstance(found.pixels, StoredSamples)
    np.testing.assert_array_equal(found.pixels.read([0]), expected.pixels)
    np.testing.assert_array_equal(found.labels, expected.labels, strict=True)
    np.testing.assert_array_equal(found.sample, expected.sample, strict=True)
    assert found.metadata == expected.metadata


def test_large_tables_without_images_or_with_damage_are_refused(path, monkeypatch):
    monkeypatch.setattr(datasets, "MOST_IN_MEMORY", -1)
    write_images_in_parts(
        path,
        np.arange(0),
        np.arange(0, dtype=np.uint8),
        SHAPE,
        [np.zeros((0, *SHAPE), np.uint8)],
        {},
    )
    with pytest.raises(SomError, match="holds no images"):
        open_images(path)
    labels = np.full(3, 11, np.uint8)
    write_images_in_parts(path, np.arange(3), labels, SHAPE, [np.zeros((3, *SHAPE), np.uint8)], {})
    with pytest.raises(DamagedFileError, match="label 11"):
        open_images(path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DamagedFileError, match="is damaged"):
        open_images(path)


@pytest.mark.parametrize("rule", ["online", "batch"])
def test_a_run_on_stored_samples_goes_on_with_the_same_bits(path, monkeypatch, tmp_path, job, rule):
    given = job("given", rule=rule)
    in_memory = read_images(path)
    monkeypatch.setattr(datasets, "MOST_IN_MEMORY", -1)
    images = open_images(path)

    def run(name, images):
        return Job(tmp_path / name, given.experiment, images)

    whole, parts = run("whole", images), run("parts", images)
    expected = whole.train()
    parts.train(range(3))
    parts.train(range(3, 5), previous=parts.outputs([2])[0][0])
    assert parts.checkpoints() == expected
    assert run("memory", in_memory).train() == expected or rule == "online"
