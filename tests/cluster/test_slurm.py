"""Jobs on a real SLURM of one node give the same bits, even if they are interrupted.

`slurm.sh` starts this SLURM. It needs root and the Debian packages slurm-wlm and munge.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.cluster.remote import IN_SECOND_SEGMENT, TARGET, RemoteProject, wait_until
from workflow.som.files.tables import read_table

SCRIPT = Path(__file__).parent / "slurm.sh"
# The profile as in the repository, except that the queue is checked more often.
OPTIONS = [
    *("--workflow-profile", "slurm"),
    *("--slurm-init-seconds-before-status-checks", "2"),
]
MISSING = [name for name in ("slurmctld", "slurmd", "munged") if not shutil.which(name)]
pytestmark = [
    pytest.mark.skipif(
        bool(MISSING) or os.geteuid() != 0,
        reason="NOT TESTED: jobs on a real SLURM (profile, time limit, requeue, scancel, Ctrl-C, "
        f"kill -9). It needs root, and of its daemons {MISSING or 'none'} are missing. On Debian, "
        "as root: apt-get install --no-install-recommends slurm-wlm munge",
    ),
    pytest.mark.timeout(600),
]
CHAIN = 2 * (5 + 1)  # Minutes that two training jobs of 6 and 7 small epochs ask for.


@pytest.fixture(scope="module")
def slurm():
    """Start a SLURM, and make its commands available to every process started from here."""
    # A short path: that of the socket in it must not be too long.
    folder = Path(tempfile.mkdtemp(prefix="slurm_", dir="/tmp"))
    try:
        subprocess.run([SCRIPT, "start", folder], check=True, timeout=120)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SLURM_CONF", str(folder / "slurm.conf"))
            patch.setenv("PATH", f"{folder / 'bin'}:{os.environ['PATH']}")
            yield folder
    finally:
        subprocess.run([SCRIPT, "stop", folder], check=True, timeout=120)
        shutil.rmtree(folder)


def ask(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=30).stdout


def job_of(project: RemoteProject) -> str:
    """Return the job id of the project's last submission."""
    return re.findall(r"SLURM jobid (\d+)", project.output.read_text())[-1]


def state(job: str) -> str:
    return ask("squeue", "--noheader", "--states=all", f"--jobs={job}", "--format=%T").strip()


def catch(project, process, epoch=IN_SECOND_SEGMENT) -> str:
    """Halt the trainer in its second segment; return its job id."""
    project.hold(epoch, process)
    job = job_of(project)
    assert state(job) == "RUNNING"
    return job


def finish(project, process) -> None:
    assert process.wait(timeout=400) == 0, project.output.read_text()


def meet_time_limit(project):
    """The job gets SIGTERM at its time limit, and the next try has twice the time."""
    process = project.start(TARGET)
    job = catch(project, process)
    assert ask("squeue", "--noheader", f"--jobs={job}", "--format=%l").strip() == f"{CHAIN}:00"
    ask("scontrol", "update", f"JobId={job}", "EndTime=now+1")
    finish(project, process)
    assert state(job) == "TIMEOUT"
    again = job_of(project)
    assert again != job
    limit = ask("squeue", "--noheader", "--states=all", f"--jobs={again}", "--format=%l")
    assert limit.strip() == f"{2 * CHAIN}:00"


def requeue(project):
    """As after preemption, the same job starts again, and Snakemake keeps waiting for it."""
    process = project.start(TARGET)
    job = catch(project, process)
    ask("scontrol", "requeue", job)
    wait_until(lambda: state(job) == "PENDING", "the job is pending")
    # Without this, SLURM lets the job wait for two minutes.
    ask("scontrol", "update", f"JobId={job}", "StartTime=now")
    finish(project, process)
    assert job_of(project) == job


def cancel(project):
    """Snakemake submits a cancelled job again."""
    process = project.start(TARGET)
    job = catch(project, process)
    ask("scancel", job)
    finish(project, process)
    assert state(job) == "CANCELLED"
    assert job_of(project) != job


def interrupt(project):
    """Ctrl-C cancels the jobs; the same command goes on."""
    process = project.start(TARGET)
    project.wait_for_epoch(IN_SECOND_SEGMENT, process)
    job = job_of(project)
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(timeout=60) != 0
    wait_until(lambda: state(job) == "CANCELLED", "the job is cancelled", 60)
    wait_until(lambda: not project.trainers(), "the trainer's end", 60)
    finish(project, project.start(TARGET))


def kill_snakemake(project):
    """The job goes on; the next job waits for it and uses the epochs that it has finished."""
    process = project.start(TARGET)
    job = catch(project, process)
    first = project.trainers()[0]
    os.kill(process.pid, signal.SIGKILL)
    process.wait(timeout=30)
    process = project.start(TARGET)
    wait_until(lambda: len(project.trainers()) == 2, "a second trainer")
    time.sleep(3)
    os.kill(first, signal.SIGCONT)
    finish(project, process)
    wait_until(lambda: state(job) in {"COMPLETED", "FAILED"}, "the first job's end", 60)


def run_quickstart(project):
    """Run all steps, from the data to the explorer."""
    project.change(
        shape=[6, 7], epochs=6, segment=3, decay=0.7, evaluate_every=1
    )  # As in `finished`.
    shutil.rmtree(project.folder / "results")
    # Without accounting, sacct has no answer, and Snakemake must not wait for one.
    asked = subprocess.run(["sacct"], capture_output=True, text=True, timeout=30)
    assert "accounting storage is disabled" in asked.stderr
    finish(project, project.start("quickstart"))
    assert len(re.findall(r"SLURM jobid", project.output.read_text())) == 4


def share_samples(project):
    """Two tasks of one job, each with a process, train together."""
    project.change(rule="batch", processes=2)
    resources = ("--set-resources", "train_som:mpi=srun", "train_som:tasks=2")
    finish(project, project.start(TARGET, *resources))


FAULTS = [run_quickstart, meet_time_limit, interrupt, kill_snakemake, requeue, cancel]


@pytest.fixture(scope="module")
def outcomes(slurm, tmp_path_factory, finished):
    """Each fault in a project of its own; several run at a time, since they mostly wait."""
    folder = tmp_path_factory.mktemp("slurm")

    def try_out(fault):
        project = RemoteProject(folder / fault.__name__, finished, *OPTIONS)
        fault(project)
        return project

    with ThreadPoolExecutor(3) as pool:
        yield {fault: pool.submit(try_out, fault) for fault in (*FAULTS, share_samples)}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, finished):
    """The same run on this machine, without any fault."""
    project = RemoteProject(tmp_path_factory.mktemp("undisturbed") / "project", finished)
    project.snakemake(TARGET)
    return project.artifacts()


@pytest.mark.parametrize("fault", FAULTS[1:], ids=lambda fault: fault.__name__)
def test_the_same_bits_after(fault, outcomes, undisturbed):
    project = outcomes[fault].result()
    assert project.artifacts() == undisturbed
    # No epoch was trained twice: no two trainers worked at the same time, and none started over.
    assert sorted(project.trained()) == list(range(13))
    assert f"Epoch {IN_SECOND_SEGMENT} was finished before" in project.story()


def test_two_tasks_that_share_the_samples_train_the_map_of_one_process(
    outcomes, finished, tmp_path
):
    alone = RemoteProject(tmp_path / "alone", finished)
    alone.change(rule="batch")
    alone.snakemake(TARGET)
    project = outcomes[share_samples].result()
    assert project.artifacts() == alone.artifacts()
    metadata = read_table(project.run / "training_activations/epoch_012.parquet").metadata
    assert json.loads(metadata["made_with"])["processes"] == 2


def test_the_whole_quickstart(outcomes, finished):
    project = outcomes[run_quickstart].result()
    assert project.artifacts() == finished.artifacts()
    figures = {path.name for path in (finished.run / "figures").iterdir()}
    assert {path.name for path in (project.run / "figures").iterdir()} == figures
