"""Locks: those of a living process keep another one out, those of a dead one nobody."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.project import ROOT

PROCESS = """
import os, sys
from snakemake.exceptions import WorkflowError
from snakemake.persistence.file import FilePersistence
from workflow.locks import LivingLocks

class Locks(LivingLocks):
    def all_inputfiles(self):
        return sys.argv[2].split()

    def all_outputfiles(self):
        return sys.argv[3].split()

os.chdir(sys.argv[1])
locks = FilePersistence()
locks.__class__ = Locks
sys.stdin.readline()
try:
    with locks.lock():
        print("has it", flush=True)
        sys.stdin.readline()
except WorkflowError as error:
    print(error, flush=True)
"""


class Runner:
    """A process that takes the locks of a run and holds them until it is told to go."""

    def __init__(self, folder: Path, reads: str, writes: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROCESS, str(folder), reads, writes],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def begin(self) -> None:
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def answer(self) -> str:
        return self.process.stdout.readline().strip()

    def end(self) -> None:
        self.process.communicate("\n", timeout=60)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def run(tmp_path):
    """Start a process that reads and writes files, and let it take its locks."""
    started = []

    def start(reads: str, writes: str, *, begin: bool = True) -> Runner:
        started.append(Runner(tmp_path, reads, writes))
        if begin:
            started[-1].begin()
        return started[-1]

    yield start
    for runner in started:
        runner.kill()


def refused(runner: Runner) -> bool:
    answer = runner.answer()
    assert answer == "has it" or "then run the same command again" in answer
    return answer != "has it"


@pytest.mark.parametrize(
    ("reads", "writes", "refuses"),
    [("a", "b", True), ("b", "c", True), ("c", "a", True), ("a", "d", False), ("x", "y", False)],
)
def test_who_would_touch_files_of_a_living_process_is_refused(run, reads, writes, refuses):
    first = run("a", "b")
    assert not refused(first)
    assert refused(run(reads, writes)) == refuses


def test_locks_of_the_dead_keep_nobody_out(run, tmp_path):
    for _ in range(3):
        runner = run("a", "b")
        assert not refused(runner)
        runner.kill()
    assert list((tmp_path / ".snakemake" / "locks").iterdir())
    last = run("a", "b")
    assert not refused(last)
    last.end()
    assert list((tmp_path / ".snakemake" / "locks").iterdir()) == []


def test_the_dead_are_told_from_the_living(run):
    living, dead = run("a", "b"), run("c", "d")
    assert not refused(living)
    assert not refused(dead)
    dead.kill()
    assert not refused(run("c", "d"))
    assert refused(run("a", "b"))


def test_who_ends_first_leaves_the_locks_of_others(run):
    """Snakemake itself removes the whole folder."""
    first, second = run("a", "b"), run("c", "d")
    assert not refused(first)
    assert not refused(second)
    second.end()
    assert refused(run("a", "b"))
    assert not refused(run("c", "d"))


def test_of_those_that_begin_together_one_goes_on(run: Callable[..., Runner]):
    together = [run("a", "b", begin=False) for _ in range(5)]
    for runner in together:
        runner.process.stdin.write("\n")
    for runner in together:
        runner.process.stdin.flush()
    assert sorted(refused(runner) for runner in together) == [False] + [True] * 4
