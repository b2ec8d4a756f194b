"""Short trainings run by both rules, in memory and in parts, and their peaks are measured."""

import numpy as np
import pytest

from workflow.som.benchmark.memory_of_training import Request, train_briefly
from workflow.som.benchmark.memory_points import N_SAMPLES, peak_of, points_of, write_repeated
from workflow.som.benchmark.peak_memory import peak_memory_bytes
from workflow.som.data.datasets import read_images, write_images
from workflow.som.files.errors import SomError


@pytest.fixture
def images(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (90, 4, 5), dtype=np.uint8)
    path = tmp_path / "images.parquet"
    write_images(path, np.arange(90, dtype=np.int32), pixels, np.zeros(90, np.uint8), {})
    return read_images(path)


@pytest.fixture
def request_for(images, tmp_path):
    path = tmp_path / "samples.parquet"
    write_repeated(path, images, 200)
    return Request(str(path), False, "online", 9, 50, 1)


def test_units_and_samples_are_varied_one_at_a_time():
    points = points_of({"units": [100, 90_000], "samples": [10, 1_000_000]})
    assert [(p.axis, p.value, p.side, p.n_samples, p.in_parts) for p in points] == [
        *(("samples", 10, 50, 10, False), ("samples", 10, 50, 10, True)),
        *(("samples", 1_000_000, 50, 1_000_000, False), ("samples", 1_000_000, 50, 10**6, True)),
        *(("units", 100, 10, N_SAMPLES, False), ("units", 90_000, 300, N_SAMPLES, False)),
    ]


@pytest.mark.parametrize("n_samples", [1, 60, 90, 200])
def test_repeated_images_are_all_different(images, tmp_path, n_samples):
    write_repeated(tmp_path / "samples.parquet", images, n_samples)
    pixels = read_images(tmp_path / "samples.parquet").pixels
    assert pixels.shape == (n_samples, 20)
    assert len(np.unique(pixels, axis=0)) == n_samples
    first = min(n_samples, 90)
    np.testing.assert_array_equal(pixels[:first], images.pixels[:first])


@pytest.mark.parametrize("rule", ["online", "batch"])
@pytest.mark.parametrize("in_parts", [False, True])
def test_every_kind_of_training_runs(request_for, rule, in_parts):
    train_briefly(request_for._replace(rule=rule, in_parts=in_parts))


def test_units_may_outnumber_samples(request_for):
    train_briefly(request_for._replace(side=15))


def test_a_process_of_its_own_is_measured(request_for):
    held = np.ones(2**27)
    alone, training = peak_of(None, 1), peak_of(request_for._replace(side=40), 1)
    assert 5e7 < alone < training
    # What this process holds does not count.
    assert alone < held.nbytes < peak_memory_bytes()


def test_a_training_that_fails_is_refused_in_one_sentence(request_for):
    with pytest.raises(SomError, match="memory of training 81 units could not be measured"):
        peak_of(request_for._replace(path="nowhere.parquet"), 1)
