"""Ctrl-C, once, twice or many times: a few plain lines, and the same command goes on."""

import os
import random
import signal
import time

import pytest

from tests.project import PURITY


def interrupt(project, process):
    """Do as a terminal does: tell all processes of the run at once."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)


@pytest.mark.parametrize("times", [1, 2, 20])
def test_the_same_command_goes_on(project, times):
    project.change(epochs=900, segment=900, decay=0.999)
    target = PURITY.replace("006", "900")
    process = project.start(target)
    project.wait_for_epoch(3, process)
    for _ in range(times):
        interrupt(project, process)
        time.sleep(0.02)
    assert process.wait(timeout=60) != 0
    printed = project.output.read_text()
    assert "Traceback" not in printed
    assert "failed" not in printed
    assert "stopped" in printed
    assert "Stopped. The same command goes on from here; finished epochs are kept." in printed
    log = project.folder / "results/logs/quickstart/seed_0/train_som_000_900.log"
    assert log.read_text().endswith(" Error: stopped by Ctrl-C.\n")
    assert len(list((project.run / ".resume").glob("epoch_*.safetensors"))) >= 3
    project.change(epochs=6, segment=3, decay=0.7)
    project.snakemake(PURITY)
    assert len(project.checkpoints()) == 7


def test_at_any_moment_no_traceback_of_snakemake_is_shown(project, fault_seed, how_many):
    """Before Snakemake reads the Snakefile, it is Python that answers."""
    generator = random.Random(fault_seed)
    for _ in range(how_many(4, 40)):
        process = project.start("quickstart")
        while "Using workflow" not in project.output.read_text():
            time.sleep(0.01)
        time.sleep(generator.uniform(0.5, 6))
        for _ in range(3):
            interrupt(project, process)
            time.sleep(generator.uniform(0, 0.2))
        process.wait(timeout=60)
        printed = project.output.read_text()
        # A job that is still importing its packages shows where; Snakemake itself shows nothing.
        assert "snakemake/cli.py" not in printed, printed
        assert "RuntimeError" not in printed, printed
