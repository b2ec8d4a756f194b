"""If two runs work in one folder at the same time, the second is refused in one sentence."""

import logging
import os
import random
import signal
import subprocess
import time
from collections import Counter

import pytest

from tests.faults.bits import bits, half_written
from tests.project import PURITY, Project

# The long forms take many minutes.
pytestmark = pytest.mark.timeout(3600)
logger = logging.getLogger(__name__)
RUN = "results/quickstart/seed_0"
FIGURE = f"{RUN}/figures/mnist_samples.png"
REFUSED = "Another Snakemake works in"


def start(project: Project, name: str, *targets: str) -> subprocess.Popen:
    """Start one of several Snakemake processes, each with a file for its output."""
    return project.start("--cores", "1", *targets, printed=project.folder / f"{name}.txt")


def begin_again(project: Project, generator: random.Random) -> None:
    """Delete a result, and add the locks of a Snakemake that died without the default profile."""
    (project.folder / PURITY).unlink(missing_ok=True)
    locks = project.folder / ".snakemake" / "locks"
    locks.mkdir(parents=True, exist_ok=True)
    if generator.random() < 0.5:
        for kind in ("input", "output"):
            (locks / f"0.{kind}.lock").write_text(f"{PURITY}\n")


@pytest.fixture
def expected(finished):
    return bits(finished)


def test_of_two_that_start_together_none_harms_the_other(
    copy_of_finished, expected, fault_seed, how_many
):
    generator, project = random.Random(fault_seed), copy_of_finished
    outcomes = Counter()
    for turn in range(how_many(2, 25)):
        begin_again(project, generator)
        processes = {name: start(project, name, PURITY) for name in ("first", "second")}
        killed = None
        if turn % 2:
            time.sleep(generator.uniform(1, 4))
            killed = generator.choice(list(processes))
            if processes[killed].poll() is None:
                os.kill(processes[killed].pid, signal.SIGKILL)
            else:
                killed = None
        jobs = 0
        for name, process in processes.items():
            status = process.wait(timeout=120)
            printed = (project.folder / f"{name}.txt").read_text()
            jobs += "Error in rule" not in printed and "localrule measure_purity" in printed
            if name == killed:
                outcomes["killed"] += 1
            elif status:
                assert REFUSED in printed
                assert "then run the same command again" in printed
                assert "Traceback" not in printed
                outcomes["refused"] += 1
            else:
                outcomes["succeeded"] += 1
        assert half_written(project, expected) == []
        if killed is None:
            assert jobs >= 1
            assert (project.folder / PURITY).exists()
        assert "Error" not in project.snakemake(PURITY)
        assert bits(project) == expected
    logger.info("of two together: %s", dict(outcomes))
    assert sum(outcomes.values()) == 2 * how_many(2, 25)
    assert outcomes["succeeded"] >= how_many(2, 25) / 2


def test_other_targets_wait_too_and_a_dead_owner_keeps_nobody_out(project):
    """Only one Snakemake may work in a folder, even if the second has another target."""
    project.change(shape=[12, 12], epochs=400, segment=400, decay=0.99, evaluate_every=400)
    target = f"{RUN}/checkpoints/epoch_400.safetensors"
    project.snakemake("results/datasets/mnist_5000/train.parquet")
    trainer = start(project, "trainer", target)
    project.wait_for_epoch(1, trainer)
    for name in (target, FIGURE):
        other = start(project, "other", name)
        assert other.wait(timeout=120) != 0
        assert REFUSED in (project.folder / "other.txt").read_text()
    assert trainer.poll() is None
    assert len(project.trainers()) == 1
    # A dry run is allowed.
    project.snakemake(FIGURE, "--dry-run")
    # After Snakemake and its job are killed, the next command can work.
    os.kill(trainer.pid, signal.SIGKILL)
    project.kill_trainers()
    trainer.wait(timeout=60)
    project.snakemake(FIGURE)
