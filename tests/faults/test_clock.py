"""A clock that was set back: nothing is made again and again, and nothing old is taken for new."""

import itertools
import os
import random
import time
from pathlib import Path

import pytest

from tests.faults.bits import bits
from tests.project import PURITY
from workflow.clock import bring_back_from_the_future
from workflow.som.files.logs import Progress
from workflow.som.training.runs import Run

# The long form takes minutes.
pytestmark = pytest.mark.timeout(1200)
TRAIN = "results/datasets/mnist_5000/train.parquet"
DAY = 86_400


def set_time(path: Path, seconds: float) -> None:
    os.utime(path, (time.time() + seconds,) * 2)


def test_the_order_of_times_stays(tmp_path):
    ages = [-DAY, -10, 0, 30, DAY, 3 * DAY, 2 * DAY]
    paths = [tmp_path / "deep" / str(number) for number in range(len(ages))]
    paths[0].parent.mkdir()
    for path, age in zip(paths, ages, strict=True):
        path.touch()
        set_time(path, age)
    before = [path.stat().st_mtime for path in paths]
    assert sorted(bring_back_from_the_future(tmp_path)) == paths[4:]
    after = [path.stat().st_mtime for path in paths]
    assert after[:4] == before[:4]
    assert all(abs(moment - time.time()) < 5 for moment in after[4:])
    assert len(set(after[4:])) == 1
    assert bring_back_from_the_future(tmp_path) == []


def test_an_environment_is_passed_over(tmp_path):
    """It has tens of thousands of files, and nothing is made from them."""
    for name in ("pyvenv.cfg", "a"):
        path = tmp_path / "environment" / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
        set_time(path, DAY)
    assert bring_back_from_the_future(tmp_path) == []
    (tmp_path / "environment" / "pyvenv.cfg").unlink()
    assert bring_back_from_the_future(tmp_path) == [tmp_path / "environment" / "a"]


def test_inputs_from_the_future_are_used_once_and_no_more(
    copy_of_finished, finished, fault_seed, how_many
):
    """As if the clock had been a day ahead while some of the files were made."""
    generator, project = random.Random(fault_seed), copy_of_finished
    files = sorted(path for path in (project.folder / "results").rglob("*") if path.is_file())
    train = project.folder / TRAIN
    for turn in range(how_many(1, 8)):
        # The data set first: too large for Snakemake to compare its content.
        chosen = [train] if not turn else generator.sample(files, 20)
        for path in chosen:
            if path.exists():
                set_time(path, generator.uniform(600, 2 * DAY))
        project.snakemake(PURITY)
        assert "Nothing to be done" in project.snakemake(PURITY), chosen
        assert bits(project) == bits(finished), chosen
        assert max(path.stat().st_mtime for path in project.run.rglob("*")) <= time.time()


@pytest.mark.parametrize("step", [-DAY, DAY])
def test_a_clock_that_jumps_while_training_changes_nothing(
    tmp_path, make_experiment, make_images, monkeypatch, step
):
    experiment, images = make_experiment(), make_images(tmp_path / "images")
    codebooks = []
    for name in ("steady", "jumping"):
        folder = tmp_path / name
        outputs = [(folder / f"{e}.checkpoint", folder / f"{e}.table") for e in range(5)]
        run = Run("tiny", experiment, 0, {}, images, folder / ".resume", 1)
        run.train(range(5), None, outputs)
        codebooks.append([checkpoint.read_bytes() for checkpoint, _ in outputs])
        clock = itertools.count(int(time.time()), step)
        monkeypatch.setattr("time.time", clock.__next__)
    assert codebooks[0] == codebooks[1]


def test_progress_never_goes_backwards(monkeypatch):
    """Time left and rate come from tqdm, which would ask the clock that can be set."""
    monkeypatch.setattr("tqdm.std.time", itertools.count(int(time.time()), -100).__next__)
    progress = Progress(total=10, desc="work", mininterval=0)
    for _ in range(10):
        progress.update()
        assert progress.format_dict["elapsed"] >= 0
        assert "-" not in progress.line()
    progress.close()
