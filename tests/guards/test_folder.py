"""The folder: records are next to the results, and only one Snakemake works at a time."""

import subprocess
import sys
from pathlib import Path

import pytest
from snakemake.exceptions import WorkflowError

from tests.project import ROOT
from workflow.guards.folder import keep_records_with_results

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

    def start(*, begin: bool = True) -> Holder:
        started.append(Holder(tmp_path))
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


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_is_recorded_lies_with_the_results(folder):
    keep_records_with_results()
    (folder / ".snakemake/metadata/a").write_text("{}")
    assert (folder / "results/.records/a").read_text() == "{}"
    keep_records_with_results()
    assert (folder / "results/.records/a").read_text() == "{}"
    assert (folder / ".snakemake/metadata").readlink() == Path("../results/.records")


def test_records_in_snakemakes_own_place_are_moved(folder):
    (folder / ".snakemake/metadata/@deep").mkdir(parents=True)
    (folder / ".snakemake/metadata/@deep/a").write_text("{}")
    keep_records_with_results()
    assert (folder / "results/.records/@deep/a").read_text() == "{}"
    assert (folder / ".snakemake/metadata").is_symlink()


@pytest.mark.parametrize("deleted", ["results", "results/.records", ".snakemake"])
def test_deleted_folders_are_made_again(folder, deleted):
    keep_records_with_results()
    subprocess.run(["rm", "-r", deleted], check=True)
    keep_records_with_results()
    (folder / ".snakemake/metadata/a").write_text("{}")
    assert (folder / "results/.records/a").exists()


def test_a_folder_in_which_nothing_can_be_made_is_one_sentence(folder):
    (folder / "results").write_text("a file")
    with pytest.raises(
        WorkflowError, match=r"^results\S* could not be written .*run the same command again"
    ):
        keep_records_with_results()
