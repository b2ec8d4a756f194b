"""The resume folder: which epochs are used again, which never, and one trainer at a time."""

import errno
import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.project import ROOT
from workflow.som.files.checkpoints import load_checkpoint, save_checkpoint
from workflow.som.files.errors import SomError
from workflow.som.files.jobs import ASKED_BY, mark_of
from workflow.som.files.tables import read_table, write_table
from workflow.som.training.resume import ResumeFolder, StopRequest


def keep(folder, epoch, fingerprint="mine", codebook_value=0.5):
    """Save an epoch as a trainer does."""
    checkpoint, table = folder.paths(epoch)
    metadata = {"fingerprint": fingerprint, "epoch": str(epoch)}
    write_table(table, pd.DataFrame({"bmu": [1, 2]}), metadata, kind="training_activations")
    save_checkpoint(checkpoint, np.full((2, 3), codebook_value, np.float32), metadata)


@pytest.fixture
def folder(tmp_path):
    return ResumeFolder(tmp_path / "resume", "mine")


def test_a_kept_epoch_is_found_and_another_is_not(folder):
    keep(folder, 3)
    assert (folder.find(3).codebook == 0.5).all()
    assert folder.find(2) is None


def test_an_epoch_of_an_older_version_without_kinds_is_not_found(folder):
    keep(folder, 3)
    checkpoint, table = folder.paths(3)
    save_checkpoint(checkpoint, *load_checkpoint(checkpoint), kind="")
    assert folder.find(3) is None
    keep(folder, 3)
    write_table(table, *read_table(table), kind="activations")
    assert folder.find(3) is None


@pytest.mark.parametrize("which", [0, 1])
def test_half_an_epoch_is_not_found(folder, which):
    keep(folder, 3)
    folder.paths(3)[which].unlink()
    assert folder.find(3) is None


@pytest.mark.parametrize("which", [0, 1])
def test_a_damaged_epoch_is_not_found_and_the_log_says_so(folder, which, damages, caplog):
    keep(folder, 3)
    path = folder.paths(3)[which]
    whole, found = path.read_bytes(), folder.find(3)
    unused = 0
    for harm, content in damages(whole, flips=30):
        path.write_bytes(content)
        caplog.clear()
        again = folder.find(3)
        if again is None:
            unused += 1
            assert any("Epoch 3 is trained again" in line for line in caplog.messages), harm
        else:
            assert again.metadata == found.metadata
            np.testing.assert_array_equal(again.codebook, found.codebook)
    assert unused > 20


@pytest.mark.parametrize("which", [0, 1])
def test_an_epoch_of_another_fingerprint_or_number_is_never_used(folder, which):
    for fingerprint, number in (("other", 3), ("mine", 4)):
        keep(folder, 3)
        other = ResumeFolder(folder.folder / "other", fingerprint)
        keep(other, number, fingerprint)
        other.paths(number)[which].replace(folder.paths(3)[which])
        assert folder.find(3) is None


def test_epochs_of_earlier_settings_are_deleted_by_the_next_trainer(tmp_path):
    earlier = ResumeFolder(tmp_path, "earlier")
    with earlier.only_one():
        keep(earlier, 0, "earlier")
    with ResumeFolder(tmp_path, "mine").only_one():
        assert list(tmp_path.glob("epoch_*")) == []


def test_epochs_of_the_same_settings_stay(folder):
    with folder.only_one():
        keep(folder, 3)
    with folder.only_one():
        assert folder.find(3) is not None


@pytest.mark.parametrize("which", [0, 1])
def test_a_damaged_epoch_costs_no_other(folder, which):
    for epoch in range(3):
        keep(folder, epoch)
    folder.paths(1)[which].write_bytes(b"x")
    # An older version kept the fingerprint in a file of its own; one bit of it cost all epochs.
    (folder.folder / "fingerprint").write_text("nine")
    with folder.only_one():
        assert [folder.find(epoch) is not None for epoch in range(3)] == [True, False, True]


@pytest.mark.parametrize("which", [0, 1])
def test_a_folder_or_a_link_in_an_epochs_place_gives_way(folder, tmp_path, which):
    elsewhere = tmp_path / "elsewhere"
    for make in (Path.mkdir, lambda path: path.symlink_to(elsewhere)):
        keep(folder, 3)
        path = folder.paths(3)[which]
        path.unlink()
        make(path)
        with folder.only_one():
            assert folder.find(3) is None
            keep(folder, 3)
            assert folder.find(3) is not None
    assert not elsewhere.exists()


def test_a_lock_that_leads_elsewhere_is_refused(folder, tmp_path):
    (folder.folder / "lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SomError, match="lock is a link"), folder.only_one():
        raise AssertionError("the link was followed")
    assert not (tmp_path / "elsewhere").exists()


def test_published_files_are_the_kept_ones(folder, tmp_path):
    keep(folder, 3)
    declared = tmp_path / "new" / "checkpoint", tmp_path / "other" / "table"
    for path in folder.paths(3):
        os.utime(path, (0, 0))
    before = time.time()
    folder.publish(3, *declared)
    for kept, path in zip(folder.paths(3), declared, strict=True):
        assert path.read_bytes() == kept.read_bytes()
        # Snakemake expects a job's outputs to be new.
        assert path.stat().st_mtime >= before - 1


def test_publishing_replaces_what_was_there(folder, tmp_path):
    keep(folder, 3)
    declared = tmp_path / "checkpoint", tmp_path / "table"
    for path in declared:
        path.write_text("older")
    folder.publish(3, *declared)
    folder.publish(3, *declared)
    assert declared[0].read_bytes() == folder.paths(3)[0].read_bytes()


def test_deleting_a_published_file_leaves_the_kept_one(folder, tmp_path):
    """Snakemake deletes the outputs of a job that it starts again."""
    keep(folder, 3)
    folder.publish(3, tmp_path / "checkpoint", tmp_path / "table")
    (tmp_path / "checkpoint").unlink()
    assert folder.find(3) is not None


def test_publishing_again_leaves_no_moment_without_a_file(folder, tmp_path, monkeypatch):
    """On another node, a job of a killed Snakemake may be reading the file."""
    keep(folder, 3)
    declared = tmp_path / "checkpoint", tmp_path / "table"
    folder.publish(3, *declared)
    deleted = []
    unlink = Path.unlink

    def remember(path, missing_ok=False):
        deleted.append(path)
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", remember)
    folder.publish(3, *declared)
    assert deleted
    assert not set(deleted) & set(declared)
    assert len(list(folder.folder.iterdir())) == 2


def refuse(number):
    def fail(*arguments, **options):
        raise OSError(number, os.strerror(number))

    return fail


def test_without_hard_links_the_files_are_copied(folder, tmp_path, monkeypatch):
    monkeypatch.setattr("os.link", refuse(errno.EPERM))
    keep(folder, 3)
    folder.publish(3, tmp_path / "out" / "checkpoint", tmp_path / "out" / "table")
    for kept, name in zip(folder.paths(3), ("checkpoint", "table"), strict=True):
        assert (tmp_path / "out" / name).read_bytes() == kept.read_bytes()
    assert len(list((tmp_path / "out").iterdir())) == 2


def test_a_full_disk_while_copying_is_one_sentence_and_leaves_no_half(
    folder, tmp_path, monkeypatch
):
    keep(folder, 3)
    monkeypatch.setattr("os.link", refuse(errno.EPERM))
    monkeypatch.setattr("os.sendfile", refuse(errno.ENOSPC))
    with pytest.raises(SomError, match="checkpoint could not be written"):
        folder.publish(3, tmp_path / "out" / "checkpoint", tmp_path / "out" / "table")
    assert list((tmp_path / "out").iterdir()) == []


HOLDER = """
import sys, time
from pathlib import Path
from workflow.som.training.resume import ResumeFolder
folder = Path(sys.argv[1])
with ResumeFolder(folder, "mine").only_one():
    (folder / "entered").touch()
    while not (folder / "leave").exists():
        time.sleep(0.005)
    (folder / "left").touch()
"""


@pytest.fixture
def holder(folder):
    """Another process that has the folder's lock until it finds the file `leave`."""
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(folder.folder)], cwd=ROOT)
    deadline = time.monotonic() + 60
    while not (folder.folder / "entered").exists():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    yield process
    process.kill()
    process.wait()


def test_a_second_trainer_waits_until_the_first_has_left(folder, holder, monkeypatch):
    waited = []

    def sleep(seconds):
        waited.append(seconds)
        (folder.folder / "leave").touch()

    monkeypatch.setattr("workflow.som.training.resume.time.sleep", sleep)
    with folder.only_one():
        assert (folder.folder / "left").exists()
    assert waited


def test_a_killed_trainer_keeps_nobody_out(folder, holder):
    holder.kill()
    holder.wait()
    with folder.only_one(patience=0):
        assert not (folder.folder / "left").exists()


def test_patience_ends_in_one_sentence(folder, holder):
    with (
        pytest.raises(SomError, match="lock.*stop it, then run the same command again"),
        folder.only_one(patience=0.1),
    ):
        raise AssertionError("two trainers in one folder")


def test_a_waiting_trainer_can_be_told_to_stop(folder, holder):
    """A trainer may reach a cluster's time limit while it waits."""
    answers = iter([False, True])
    with (
        pytest.raises(SystemExit) as raised,
        folder.only_one(stop=lambda: next(answers)),
    ):
        raise AssertionError("two trainers in one folder")
    assert raised.value.code == 143
    assert not (folder.folder / "left").exists()


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP])
def test_without_locks_a_trainer_goes_on_and_deletes_nothing(folder, monkeypatch, caplog, number):
    monkeypatch.setattr("fcntl.flock", refuse(number))
    left = folder.folder / ".epoch_004.1234.tmp.safetensors"
    left.touch()
    entered = []
    with folder.only_one():
        entered.append(left.exists())
    assert entered == [True]
    assert any("Going on without a lock" in line for line in caplog.messages)


def test_waiting_is_logged(folder, holder, monkeypatch, caplog):
    caplog.set_level(logging.INFO)
    clock = iter(range(0, 100, 6))
    monkeypatch.setattr("workflow.som.training.resume.time.monotonic", lambda: next(clock))
    monkeypatch.setattr("workflow.som.training.resume.time.sleep", lambda seconds: None)
    with pytest.raises(SomError), folder.only_one(patience=20):
        raise AssertionError("two trainers in one folder")
    assert any("Waiting for another trainer" in line for line in caplog.messages)


def test_a_trainer_goes_on_until_it_is_told_to_stop():
    stop = StopRequest()
    assert not stop
    os.kill(os.getpid(), signal.SIGTERM)
    assert stop


def test_a_trainer_stops_when_its_snakemake_has_ended(monkeypatch):
    stop = StopRequest()
    with subprocess.Popen(["sleep", "60"]) as snakemake:
        monkeypatch.setenv(ASKED_BY, mark_of(snakemake.pid))
        assert not stop
        snakemake.kill()
    assert stop
