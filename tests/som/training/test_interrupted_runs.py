"""A run that is interrupted at any moment gives the same bits and is never mixed with another."""

import os
import signal
from contextlib import contextmanager

import pytest

from tests.som.training.jobs import EPOCHS
from workflow.som.files.errors import DamagedFileError, SomError
from workflow.som.files.logs import Progress
from workflow.som.training.runs import TERMINATED


class Cut(Exception):
    """The error that interrupts a run in these tests."""


@contextmanager
def cut_after(n_samples):
    """Make a callback that raises after more than `n_samples` samples."""
    update, counted = Progress.update, []

    def report(self, n=1):
        counted.append(n)
        if sum(counted) > n_samples:
            raise Cut
        return update(self, n)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(Cut):
        patch.setattr(Progress, "update", report)
        yield


# The 300 samples of an epoch are reported as 128, 128 and 44. The numbers below interrupt the run
# within an epoch, at the end of an epoch, and in the last epoch.
@pytest.mark.parametrize("n_samples", [0, 200, 300, 650, 900, 1199])
def test_a_run_cut_off_and_started_again_gives_the_same_bits(job, n_samples):
    expected = job("whole").train()
    broken = job("broken")
    with cut_after(n_samples):
        broken.train()
    assert broken.checkpoints() == {}
    assert broken.kept() == [f"epoch_{epoch:03d}" for epoch in range(n_samples // 300 + 1)]
    assert broken.train() == expected
    assert set(expected) == {f"epoch_{epoch:03d}.safetensors" for epoch in EPOCHS}


def test_finished_epochs_are_used_again_and_not_trained(job, monkeypatch):
    trained = job("a")
    expected = trained.train()
    tables = {path: path.read_bytes() for path in trained.folder.glob("*.parquet")}
    monkeypatch.setattr("workflow.som.training.measured_epochs.train_one_epoch", None)
    monkeypatch.setattr("workflow.som.training.runs.starting_codebook", None)
    for path in (*trained.folder.glob("*.safetensors"), *tables):
        path.unlink()
    assert trained.train() == expected
    assert {path: path.read_bytes() for path in tables} == tables


def test_one_job_or_several_give_the_same_bits(job):
    expected = job("one").train()
    several = job("several")
    several.train(range(3))
    several.train(range(3, 5), several.outputs([2])[0][0])
    assert several.checkpoints() == expected


def test_a_job_goes_on_from_a_checkpoint_whose_resume_folder_is_gone(job, tmp_path):
    expected = job("one").train()
    first, second = job("first"), job("second")
    first.train(range(3))
    second.train(range(3, 5), first.outputs([2])[0][0])
    assert first.checkpoints() | second.checkpoints() == expected


@pytest.mark.parametrize("kind", ["safetensors", "parquet"])
@pytest.mark.parametrize("epoch", [0, 2, 4])
def test_a_damaged_kept_epoch_is_trained_again_to_the_same_bits(job, kind, epoch):
    trained = job("a")
    expected = trained.train()
    path = trained.folder / ".resume" / f"epoch_{epoch:03d}.{kind}"
    content = path.read_bytes()
    # Do not write in place: the published file may be a hard link to the same bytes.
    path.unlink()
    path.write_bytes(content[: len(content) // 2] + b"?" + content[len(content) // 2 + 1 :])
    for published in trained.folder.glob("*.safetensors"):
        published.unlink()
    assert trained.train() == expected
    assert trained.run().kept.find(epoch) is not None


@pytest.mark.parametrize(
    "change",
    [{"settings": {"rule": "online", "code": "1"}}, {"images": "other"}],
    ids=["settings", "data"],
)
def test_other_settings_or_data_never_use_what_is_kept(job, make_images, tmp_path, change):
    if "images" in change:
        change = {"images": make_images(tmp_path / "other.parquet", seed=1)}
    expected = job("fresh", **change).train()
    before = job("a").train()
    after = job("a", **change).train()
    assert after == expected
    assert after != before


def test_a_previous_checkpoint_of_other_settings_is_refused(job):
    trained = job("a")
    trained.train(range(3))
    other = job("b", settings={"rule": "online", "code": "1"})
    previous = trained.outputs([2])[0][0]
    with pytest.raises(SomError, match="epoch_002.safetensors comes from other data, settings"):
        other.train(range(3, 5), previous)
    assert other.checkpoints() == {}
    assert other.kept() == []


def test_a_damaged_previous_checkpoint_is_refused(job):
    trained = job("a")
    trained.train(range(3))
    previous = trained.outputs([2])[0][0]
    content = previous.read_bytes()
    previous.unlink()
    previous.write_bytes(content[:-1])
    with pytest.raises(DamagedFileError, match="epoch_002.safetensors is damaged"):
        trained.train(range(3, 5), previous)


def test_a_request_to_stop_ends_after_the_epoch_under_way_and_keeps_it(job, monkeypatch):
    expected = job("whole").train()
    stopped = job("stopped")
    update = Progress.update

    def signal_in_epoch_two(self, n=1):
        if self.n >= 300:
            os.kill(os.getpid(), signal.SIGTERM)
        return update(self, n)

    with monkeypatch.context() as patch:
        patch.setattr(Progress, "update", signal_in_epoch_two)
        with pytest.raises(SystemExit) as raised:
            stopped.train()
    assert raised.value.code == TERMINATED == 128 + signal.SIGTERM
    assert stopped.checkpoints() == {}
    assert stopped.kept() == ["epoch_000", "epoch_001", "epoch_002"]
    assert stopped.train() == expected


def test_a_request_to_stop_after_the_last_epoch_loses_nothing(job, monkeypatch):
    asked = job("asked")
    update = Progress.update

    def signal_in_last_epoch(self, n=1):
        if self.n >= 900:
            os.kill(os.getpid(), signal.SIGTERM)
        return update(self, n)

    monkeypatch.setattr(Progress, "update", signal_in_last_epoch)
    assert len(asked.train()) == 5


def test_a_disk_that_fills_up_ends_in_a_sentence_and_keeps_the_epochs_before(
    job, monkeypatch, largest_file
):
    expected = job("whole").train()
    full = job("full")
    with largest_file(500), pytest.raises(SomError, match="could not be written"):
        full.train()
    assert full.checkpoints() == {}
    assert [path.name for path in (full.folder / ".resume").glob(".*")] == []
    assert full.train() == expected
