"""A full or read-only disk gives one sentence; nothing is lost, no half-written file is used."""

import logging
import os
import random
import re
import shutil
import subprocess
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.bits import bits, half_written
from tests.project import PURITY, Project

# The long forms take many minutes.
pytestmark = pytest.mark.timeout(3600)
logger = logging.getLogger(__name__)
RUN = "results/quickstart/seed_0"
TARGETS = [PURITY, f"{RUN}/figures/activation_maps.png", f"{RUN}/explorer.html"]
DELETED = ["checkpoints", ".resume", "activations", "purity", "figures", "explorer.html"]
# The last alternative is Snakemake's own message if it cannot record that a job has ended.
FULL = re.compile(
    r"(\S+ could not be written \(.*No space left on device.*\): free some space"
    r"|The disk that holds \S+ is full: free some space).*run the same command\s+again"
    r"|Error recording metadata for finished job \(.*No space left on device.*\)"
)


def mounted(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True, capture_output=True)


def can_mount() -> bool:
    """Return whether the tests may mount file systems: root may, unless a container forbids it."""
    return os.geteuid() == 0 and not subprocess.run(["unshare", "--mount", "true"]).returncode


class Disk:
    """A small disk with little space left."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.filler = folder, folder / "filler"

    def leave(self, free: int) -> None:
        """Leave about `free` bytes."""
        self.filler.unlink(missing_ok=True)
        self.filler.write_bytes(bytes(max(shutil.disk_usage(self.folder).free - free, 0)))


@pytest.fixture
def disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted("-t", "tmpfs", "-o", "size=48m", "tmpfs", str(folder))
    yield Disk(folder)
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.skipif(not can_mount(), reason="a small disk can only be mounted by root")
def test_a_full_disk_is_one_sentence_and_with_room_again_the_run_goes_on(
    disk, finished, tmp_path, fault_seed, how_many
):
    generator = random.Random(fault_seed)
    project = Project(disk.folder / "project")
    expected = bits(finished)
    failed, done = Counter(), []
    for turn in range(how_many(5, 40)):
        # From almost nothing up to all that the run needs, so every stage meets a full disk.
        free = int(2 ** generator.uniform(10, 23)) if turn else 0
        lost = generator.choice(DELETED)
        done.append(f"{free} bytes left, {lost} deleted")
        path = project.run / lost
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        disk.leave(free)
        status, printed = run(project, tmp_path / "printed.txt")
        if status:
            assert FULL.search(printed), (done, printed)
            assert "Traceback" not in printed, (done, printed)
            named = re.search(r"Error in rule (\w+)", printed)
            failed[named[1] if named else "Snakemake itself"] += 1
        else:
            assert free > 2**17, done
        disk.leave(2**20)  # The next check needs some space, too.
        assert half_written(project, expected) == [], done
    disk.leave(2**24)
    status, printed = run(project, tmp_path / "printed.txt")
    assert status == 0, (done, printed)
    assert half_written(project, expected) == [], done
    assert project.checkpoints() == finished.checkpoints()
    assert {"purity/epoch_006.json", "figures/activation_maps.png", "explorer.html"} <= set(
        bits(project)
    )
    logger.info("the disk was full in %s", dict(failed))
    assert sum(failed.values()) >= how_many(2, 20)


def run(project: Project, printed: Path) -> tuple[int, str]:
    """Run Snakemake; write its output to a disk with enough space."""
    status = project.start(*TARGETS, printed=printed).wait(timeout=240)
    return status, printed.read_text()


def test_a_file_that_may_not_grow_is_named(project, largest_file, fault_seed):
    """A limit on the file size acts like a quota, but setting it needs no privilege."""
    size = random.Random(fault_seed).randrange(1000, 200_000)
    with largest_file(2**16 + size):
        output = project.snakemake(PURITY, fails=True)
    assert re.search(r"results/\S+ could not be written \(.*File too large.*\)", output)
    assert "Traceback" not in project.output.read_text()
    assert not list((project.folder / "results").rglob("*.parquet"))


@contextmanager
def read_only(folder: Path):
    """Make a context in which nothing below `folder` can be changed."""
    if can_mount():
        mounted("--bind", str(folder), str(folder))
        mounted("-o", "remount,ro,bind", str(folder))
        try:
            yield
        finally:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
        return
    folders = [folder, *(path for path in folder.rglob("*") if path.is_dir())]
    for path in folders:
        path.chmod(0o555)
    try:
        yield
    finally:
        for path in folders:
            path.chmod(0o755)


def test_read_only_results_are_named_and_what_is_finished_is_finished(copy_of_finished, tmp_path):
    """Only `results` is read-only: in a read-only checkout Snakemake cannot write its own files."""
    project = copy_of_finished
    results = project.folder / "results"
    with read_only(results):
        status, printed = run(project, tmp_path / "printed.txt")
    assert status == 0, printed
    assert "Nothing to be done" in printed
    whole = (project.folder / PURITY).read_bytes()
    (project.folder / PURITY).unlink()
    before = bits(project)
    with read_only(results):
        status, printed = run(project, tmp_path / "printed.txt")
    assert status != 0
    # The second message is Snakemake's own, for a job of which other outputs exist.
    assert re.search(r"results cannot be written to|Write-protected output files", printed), printed
    assert "Traceback" not in printed
    assert bits(project) == before
    status, printed = run(project, tmp_path / "printed.txt")
    assert status == 0, printed
    assert (project.folder / PURITY).read_bytes() == whole


@pytest.mark.parametrize("records", ["there", "not there"])
def test_read_only_results_can_be_verified(copy_of_finished, tmp_path, records):
    project = copy_of_finished
    if records == "not there":
        shutil.rmtree(project.folder / "results/.records")
        (project.folder / ".snakemake/metadata").unlink()
    with read_only(project.folder / "results"):
        output = project.snakemake("verify")
    assert "results/quickstart/seed_0 is as its manifest lists it" in output
    damaged = project.run / "history.parquet"
    damaged.write_bytes(damaged.read_bytes()[:-1])
    with read_only(project.folder / "results"):
        output = project.snakemake("verify", fails=True)
    assert f"{damaged.relative_to(project.folder)} has " in output
    assert "The whole story: .snakemake/log/verify.log" in output


def test_a_fresh_checkout_that_is_read_only_is_one_sentence(project, tmp_path):
    with read_only(project.folder):
        status, printed = run(project, tmp_path / "printed.txt")
    assert status != 0
    assert re.search(r"(results|\.snakemake)\S* could not be written", printed), printed
    assert "Traceback" not in printed
