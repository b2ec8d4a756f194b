"""Each library runs in a process of its own, and times of different rules are never compared."""

import sys
from pathlib import Path

import numpy as np
import pytest

from workflow.som.benchmark import peers as compare
from workflow.som.benchmark.peers import Task, measure, start_in_training, task_from
from workflow.som.files.checkpoints import Checkpoint
from workflow.som.files.errors import SomError
from workflow.som.model.lattice import Lattice
from workflow.som.training.epoch import Epoch, TrainingSettings, train_one_epoch

PYTHON = Path(sys.executable)


def task(rule):
    generator = np.random.default_rng(0)
    lattice = Lattice("square", (5, 6))
    *earlier, codebook = generator.random((3, 30, 12), dtype=np.float32)
    return Task(
        rule, 3, 0.3, 2.0, codebook, np.stack(earlier),
        generator.integers(0, 256, (100, 12), dtype=np.uint8), lattice,
    )  # fmt: skip


@pytest.mark.parametrize("rule", ["online", "batch"])
@pytest.mark.parametrize("peer", ["ours", "minisom"])
def test_a_library_is_measured_and_agrees(peer, rule):
    rows = list(measure(task(rule), peer, PYTHON, n_checked=60, threads=1, number=2))
    assert len(rows) == compare.REPEATS
    assert [row["is_cold"] for row in rows] == [True, False]
    for row in rows:
        assert (row["library"], row["rule"], row["epoch"], row["round"]) == (peer, rule, 3, 2)
        assert (row["n_samples"], row["n_units"], row["n_features"]) == (100, 30, 12)
        assert row["microseconds_per_sample"] == pytest.approx(row["seconds"] * 1e4)
        assert row["relative_difference"] < 1e-6
        assert 10 < row["peak_rss_mb"] < 5000


def test_a_library_that_gives_another_codebook_is_refused(monkeypatch):
    monkeypatch.setattr(compare, "TOLERANCES", {"online": -1e-9})
    with pytest.raises(SomError, match="minisom gives another codebook"):
        list(measure(task("online"), "minisom", PYTHON, n_checked=100, threads=1, number=0))


def test_a_library_that_is_not_installed_is_named():
    with pytest.raises(SomError, match="fastersom could not be measured .*fastersom"):
        list(measure(task("batch"), "fastersom", PYTHON, n_checked=100, threads=1, number=0))


def test_a_batch_epoch_starts_where_training_has_come():
    generator = np.random.default_rng(0)
    lattice = Lattice("square", (5, 6))
    samples = generator.integers(0, 256, (100, 12), dtype=np.uint8)
    settings = TrainingSettings(rule="batch", kernel="gaussian", order_seed=0)
    codebooks = [generator.random((30, 12), dtype=np.float32)]
    for number in (4, 5, 6):
        epoch = Epoch(number, 0.5, 3.0 * 0.8 ** (number - 1))
        codebooks.append(train_one_epoch(codebooks[-1], samples, lattice, settings, epoch))
    metadata = {"epoch": "3", "seed": "0", "lattice": lattice.to_json()}
    schedule = {"learning_rate": 0.5, "radius": 3.0, "decay": 0.8}
    checkpoint = Checkpoint(codebooks[0], metadata)
    start = start_in_training(checkpoint, 7, samples, schedule, threads=1)
    np.testing.assert_array_equal(start.earlier, codebooks[:3])
    np.testing.assert_array_equal(start.codebook, codebooks[3])
    asked = task_from({"rule": "batch", "samples": 40}, 7, start, samples, schedule)
    assert asked.radius == pytest.approx(3.0 * 0.8**6)
    assert len(asked.samples) == 40
