"""After a kill at any moment, the same command continues the run and gives the same bits."""

import os
import signal
import time

import pytest

TARGET = "results/quickstart/seed_0/purity/epoch_012.json"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_trainer_goes_on(longer, undisturbed, number):
    process = longer.start(TARGET)
    longer.wait_for_epoch(4, process)
    assert longer.kill_trainers(number)
    process.wait(timeout=60)
    assert process.returncode != 0
    assert longer.checkpoints() == {}  # Snakemake deletes the declared outputs of a failed job.
    output = longer.snakemake(TARGET)
    assert "Epoch 4 was finished before" in output
    assert "Epoch 4:" not in output
    assert longer.artifacts() == undisturbed.artifacts()


def test_a_killed_snakemake_goes_on_by_the_same_command(longer, undisturbed):
    """The trainer still finishes the current epoch."""
    process = longer.start(TARGET)
    longer.wait_for_epoch(3, process)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(timeout=30)
    longer.snakemake(TARGET)
    assert longer.artifacts() == undisturbed.artifacts()


def test_a_power_cut_goes_on_by_the_same_command(longer, undisturbed):
    process = longer.start(TARGET)
    longer.wait_for_epoch(5, process)
    trainers = longer.trainers()
    os.killpg(process.pid, signal.SIGKILL)
    for trainer in trainers:
        os.kill(trainer, signal.SIGKILL)
    process.wait(timeout=30)
    longer.snakemake(TARGET)
    assert longer.artifacts() == undisturbed.artifacts()


def test_an_orphaned_trainer_stops_by_itself(longer):
    process = longer.start(TARGET)
    longer.wait_for_epoch(2, process)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(timeout=30)
    deadline = time.monotonic() + 30
    while longer.trainers():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert not (longer.run / "checkpoints").exists() or longer.checkpoints() == {}


def test_a_job_that_starts_as_its_snakemake_is_killed_replaces_nothing(longer):
    """It outlives its Snakemake, and its file would look newer than that of the next one."""
    longer.change(permutations=20_000)
    process = longer.start(TARGET)
    deadline = time.monotonic() + 120
    while not (found := longer.jobs("measure_purity.py")):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.001)
    os.kill(process.pid, signal.SIGKILL)  # The job is at its imports.
    process.wait(timeout=30)
    longer.change(permutations=20)
    longer.snakemake(TARGET)
    written = (longer.folder / TARGET).read_bytes()
    while set(found) & set(longer.jobs("measure_purity.py")):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert (longer.folder / TARGET).read_bytes() == written
    assert longer.planned(TARGET) == set()
