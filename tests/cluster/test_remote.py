"""Jobs that Snakemake submits give the same bits as local ones, even if they are killed or lost."""

import json
import os
import re
import signal
import time
from pathlib import Path

import pytest

from tests.cluster.remote import (
    FIRST_SEGMENT,
    IN_FIRST_SEGMENT,
    IN_SECOND_SEGMENT,
    TARGET,
    RemoteProject,
    wait_until,
)

HERE = Path(__file__).parent
PROFILE = ("--workflow-profile", "slurm")
# The settings of the SLURM profile, except those for SLURM itself.
OPTIONS = [
    *("--executor", "cluster-generic", "--jobs", "8", "--retries", "1"),
    *("--cluster-generic-submit-cmd", str(HERE / "submit.sh")),
    *("--cluster-generic-cancel-cmd", str(HERE / "cancel.sh")),
    *("--default-resources", "mem_mb=1500*attempt", "runtime=5*attempt"),
    *("--group-components", "samples=100"),
    *("--seconds-between-status-checks", "1", "--latency-wait", "20"),
]


@pytest.fixture
def remote(tmp_path, finished):
    project = RemoteProject(tmp_path / "project", finished, *OPTIONS)
    yield project
    project.kill_trainers()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, finished):
    """The same run on this machine, without any fault."""
    project = RemoteProject(tmp_path_factory.mktemp("undisturbed") / "project", finished)
    project.snakemake(TARGET)
    return project.artifacts()


@pytest.fixture(scope="module")
def first_segment(undisturbed):
    """The part of that run that its first training job makes."""
    return {
        name: content for name, content in undisturbed.items() if name <= "checkpoints/epoch_007"
    }


def submissions(project):
    """Return what each job asked for, by the name of its rule or group."""
    lines = (project.folder / "submitted.jsonl").read_text().splitlines()
    jobs = [json.loads(line) for line in lines]
    return {job["rule"] if job["type"] == "single" else job["groupid"]: job for job in jobs}


def test_the_whole_quickstart_runs_in_four_submissions(project, finished):
    project.snakemake("quickstart", *OPTIONS)
    assert project.artifacts() == finished.artifacts()
    lines = (project.folder / "submitted.jsonl").read_text().splitlines()
    assert len(lines) == 4
    jobs = submissions(project)
    assert set(jobs) == {"preprocess", "training", "samples", "measuring"}
    # A chain asks for the time of all its jobs, but for the threads, memory and GPU of one.
    training = jobs["training"]
    assert training["resources"]["runtime"] == 6 + 6
    assert training["resources"]["mem_mb"] == 4002
    assert training["threads"] == 2
    assert training["resources"]["gpu"] == 0
    # Pictures are drawn at the same time, one per core.
    assert jobs["measuring"]["threads"] == 2
    assert jobs["measuring"]["resources"]["mem_mb"] == 2 * 1500


def test_a_gpu_is_asked_for_once_a_chain_of_jobs(copy_of_finished):
    project = copy_of_finished
    project.change(device="auto", seeds=[0, 5])
    submit = project.folder / "submit.sh"
    submit.write_text(
        "#!/bin/sh\ngrep '^# properties' $1 | cut -d = -f 2- >submitted.jsonl; exit 1"
    )
    submit.chmod(0o755)
    target = "results/quickstart/seed_5/purity/epoch_006.json"
    options = list(OPTIONS)
    options[options.index(str(HERE / "submit.sh"))] = str(submit)
    project.snakemake(target, *options, fails=True)
    assert submissions(project)["training"]["resources"]["gpu"] == 1


def test_a_hundred_seeds_are_few_submissions(project):
    """Per seed, one submission for the training jobs and one for the jobs after them."""
    project.change(seeds=list(range(100)))
    printed = project.snakemake("quickstart", *PROFILE, "--dry-run", "--verbose")
    groups = re.findall(r"Group job (\w+)", printed)
    alone = re.findall(r"^rule (?!quickstart|download)\w+:", printed, re.MULTILINE)
    jobs = int(re.search(r"^total +(\d+)", printed, re.MULTILINE)[1])
    assert jobs > 1700
    assert groups.count("training") == groups.count("measuring") == 100
    assert len(groups) + len(alone) == 202


def test_a_killed_remote_job_goes_on_at_its_epoch(remote, undisturbed):
    process = remote.start(TARGET)
    remote.hold(IN_SECOND_SEGMENT, process)
    reached = remote.last_epoch()
    assert remote.kill_trainers() == 1
    assert process.wait(timeout=120) == 0, remote.output.read_text()
    assert remote.artifacts() == undisturbed
    assert f"Epoch {reached} was finished before" in remote.story()
    assert sorted(remote.trained()) == list(range(13))
    # The second try got more time and memory.
    assert submissions(remote)["training"]["resources"]["runtime"] == 2 * (6 + 6)


def test_a_job_that_outlives_its_snakemake_meets_the_next_one(remote, first_segment):
    """The second trainer waits for the first and uses the epochs that the first has finished."""
    process = remote.start(FIRST_SEGMENT)
    first = remote.hold(IN_FIRST_SEGMENT, process)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(timeout=30)
    process = remote.start(FIRST_SEGMENT)
    wait_until(lambda: len(remote.trainers()) == 2, "a second trainer")
    before = remote.trained()
    time.sleep(3)
    assert remote.trained() == before
    os.kill(first, signal.SIGCONT)
    assert process.wait(timeout=120) == 0, remote.output.read_text()
    assert remote.artifacts() == first_segment
    assert sorted(remote.trained()) == list(range(7))


def test_ctrl_c_ends_the_job_after_its_epoch(remote, first_segment):
    process = remote.start(FIRST_SEGMENT)
    remote.wait_for_epoch(IN_FIRST_SEGMENT, process)
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(timeout=60) != 0
    wait_until(lambda: not remote.trainers(), "the trainer's end", 30)
    remote.snakemake(FIRST_SEGMENT)
    assert remote.artifacts() == first_segment
    assert sorted(remote.trained()) == list(range(7))


def test_a_whole_remote_job_that_vanishes_goes_on_by_the_same_command(remote, first_segment):
    """As if a node with Snakemake and its job lost its power."""
    process = remote.start(FIRST_SEGMENT)
    trainer = remote.hold(IN_FIRST_SEGMENT, process)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(timeout=30)
    os.killpg(os.getsid(trainer), signal.SIGKILL)
    remote.kill_trainers()
    remote.snakemake(FIRST_SEGMENT)
    assert remote.artifacts() == first_segment
    assert sorted(remote.trained()) == list(range(7))
