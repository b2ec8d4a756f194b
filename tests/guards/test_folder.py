"""The folder: only one Snakemake works in it at a time."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.project import ROOT

HOLDER = """
import os, sys
from snakemake.exceptions import WorkflowError
from workflow.guards.folder import hold_folder

os.chdir(sys.argv[1])
sys.stdin.readline()
try:
    hold_folder()
    print("has it", flush=True)
except WorkflowError as error:
    print(error, flush=True)
sys.stdin.readline()
"""


class Holder:
    """A process that takes the lock and keeps it until it is told to end."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(folder)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def write_line(self) -> None:
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def is_refused(self) -> bool:
        answer = self.process.stdout.readline().strip()
        assert answer == "has it" or "then run the same command again" in answer
        return answer != "has it"

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def holder(tmp_path):
    """Start a process that takes the lock."""
    started = []
    (tmp_path / ".snakemake").mkdir()

    def start(folder: Path = tmp_path, *, begin: bool = True) -> Holder:
        started.append(Holder(folder))
        if begin:
            started[-1].write_line()
        return started[-1]

    yield start
    for process in started:
        process.kill()


def test_a_second_one_is_refused_and_the_dead_keep_nobody_out(holder):
    for _ in range(3):
        first = holder()
        assert not first.is_refused()
        assert holder().is_refused()
        first.kill()
    assert not holder().is_refused()


def test_of_those_that_begin_together_one_goes_on(holder):
    together = [holder(begin=False) for _ in range(5)]
    for process in together:
        process.write_line()
    assert sorted(process.is_refused() for process in together) == [False] + [True] * 4


def test_two_checkouts_with_one_results_folder_are_one(holder, tmp_path):
    other = tmp_path / "other"
    (other / ".snakemake").mkdir(parents=True)
    (tmp_path / "results").mkdir()
    (other / "results").symlink_to(tmp_path / "results")
    assert not holder().is_refused()
    assert holder(other).is_refused()
