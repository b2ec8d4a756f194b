"""A clock that jumps during training changes no result and does not turn the progress back."""

import itertools
import time

import pytest

from workflow.som.files.logs import Progress
from workflow.som.training.runs import Run

DAY = 86_400


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
    """Time left and rate come from tqdm, which by default uses the clock that can be set."""
    monkeypatch.setattr("tqdm.std.time", itertools.count(int(time.time()), -100).__next__)
    progress = Progress(total=10, desc="work", mininterval=0)
    for _ in range(10):
        progress.update()
        assert progress.format_dict["elapsed"] >= 0
        assert "-" not in progress.line()
    progress.close()
