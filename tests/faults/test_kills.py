"""Killed at any moment, the same command goes on to the same bits."""

import os
import random
import signal
import time

import pytest

from tests.project import Project


@pytest.fixture
def longer(project):
    """A project whose training takes long enough to be caught in the middle."""
    project.change(shape=[12, 12], epochs=12, segment=12, decay=0.85, evaluate_every=12)
    return project


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    project = Project(tmp_path_factory.mktemp("undisturbed") / "project")
    project.change(shape=[12, 12], epochs=12, segment=12, decay=0.85, evaluate_every=12)
    project.snakemake(TARGET)
    return project.artifacts()


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
    assert longer.artifacts() == undisturbed


def test_a_killed_snakemake_goes_on_by_the_same_command(longer, undisturbed):
    """Its trainer lives on for the epoch under way; the lock it leaves is stale."""
    process = longer.start(TARGET)
    longer.wait_for_epoch(3, process)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(timeout=30)
    longer.snakemake(TARGET)
    assert longer.artifacts() == undisturbed


def test_a_power_cut_goes_on_by_the_same_command(longer, undisturbed):
    process = longer.start(TARGET)
    longer.wait_for_epoch(5, process)
    trainers = longer.trainers()
    os.killpg(process.pid, signal.SIGKILL)
    for trainer in trainers:
        os.kill(trainer, signal.SIGKILL)
    process.wait(timeout=30)
    longer.snakemake(TARGET)
    assert longer.artifacts() == undisturbed


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


def test_kills_at_random_moments_change_no_bit(longer, undisturbed):
    """Wherever it strikes: data, training, publishing, mapping."""
    generator = random.Random(2)
    for _ in range(3):
        process = longer.start(TARGET)
        time.sleep(generator.uniform(1.0, 5.0))
        trainers = longer.trainers()
        os.killpg(process.pid, signal.SIGKILL)
        for trainer in trainers:
            if generator.random() < 0.5 and trainer in longer.trainers():
                os.kill(trainer, signal.SIGKILL)
        process.wait(timeout=30)
    longer.snakemake(TARGET)
    assert longer.artifacts() == undisturbed
    assert "Nothing to be done" in longer.snakemake(TARGET)


def test_a_second_snakemake_is_refused_while_the_first_lives(longer):
    process = longer.start(TARGET)
    longer.wait_for_epoch(1, process)
    assert "lock" in longer.snakemake(TARGET, fails=True).lower()
    assert process.wait(timeout=120) == 0
