"""A run that is killed many times, at random moments of every stage, ends with the same bits."""

import contextlib
import logging
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.faults.bits import bits, half_written
from tests.project import ROOT, Project
from workflow.som.files.checkpoints import load_checkpoint

# The long forms take many minutes.
pytestmark = pytest.mark.timeout(3600)
logger = logging.getLogger(__name__)
RUN = "results/quickstart/seed_0"
# One file per rule, so every deleted file is made again.
TARGETS = [
    "results/datasets/mnist_5000/train.parquet",
    f"{RUN}/checkpoints/epoch_012.safetensors",
    f"{RUN}/activations/epoch_012.parquet",
    f"{RUN}/purity/epoch_012.json",
    f"{RUN}/history.parquet",
    f"{RUN}/figures/activation_maps.png",
]
# The folders to delete so that a stage runs again.
STAGES = {
    "preprocess": ["results/datasets"],
    "train_som": [f"{RUN}/checkpoints", f"{RUN}/training_activations", f"{RUN}/.resume"],
    "publishing": [f"{RUN}/checkpoints", f"{RUN}/training_activations"],
    "map_activations": [f"{RUN}/activations"],
    "measure_purity": [f"{RUN}/purity"],
    "plot_activation_maps": [f"{RUN}/figures"],
}
KILLS = ["job", "snakemake", "group", "everything"]
GENTLE = ["SIGTERM", "SIGINT", "SIGINT group", "SIGTERM job", "SIGSTOP job", "SIGSTOP group"]


def jobs(snakemake: int) -> dict[int, str]:
    """Return the scripts that run below a process, by process id."""
    found, waiting = {}, [snakemake]
    while waiting:
        process = Path(f"/proc/{waiting.pop()}")
        try:
            lists = [path.read_text() for path in process.glob("task/*/children")]
            waiting += [int(child) for text in lists for child in text.split()]
            command = (process / "cmdline").read_bytes().decode()
        except OSError:
            continue  # The process has ended in the meantime.
        if script := re.search(r"scripts/tmp[^.]*\.(\w+)\.py", command):
            found[int(process.name)] = script[1]
    return found


def wait_for(stage: str, process: subprocess.Popen, project: Project) -> dict[int, str]:
    """Wait until a stage has begun; return the running jobs."""
    first = project.folder / RUN / "checkpoints" / "epoch_000.safetensors"
    deadline = time.monotonic() + 90
    while process.poll() is None and time.monotonic() < deadline:
        running = jobs(process.pid)
        if stage in running.values() or stage == "publishing" and "train_som" in running.values():
            while stage == "publishing" and not first.exists() and process.poll() is None:
                pass  # Publishing takes only a millisecond or two, so there is no sleep here.
            return running
        time.sleep(0.005)
    raise AssertionError(f"{stage} did not begin:\n{project.output.read_text()}")


def strike(how: str, process: subprocess.Popen, running: dict[int, str]) -> None:
    """Send a signal to the jobs, to Snakemake alone, to its group, or to all of them."""
    name, _, whom = how.partition(" ")
    number = signal.SIGKILL if how in KILLS else signal.Signals[name]
    whom = how if how in KILLS else whom or "snakemake"
    if whom in ("job", "everything"):
        for job in running:
            send(job, number)
    if whom == "snakemake":
        send(process.pid, number)
    if whom in ("group", "everything"):
        os.killpg(process.pid, number)
    if number == signal.SIGSTOP:
        time.sleep(0.5)
        for job in running:
            send(job, signal.SIGCONT)
        os.killpg(process.pid, signal.SIGCONT)


def send(process: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):  # The process may have ended.
        os.kill(process, number)


def test_signals_at_random_moments_change_no_bit(longer, undisturbed, fault_seed, how_many):
    """In a chosen stage, at a random moment, signals are sent to jobs, to Snakemake, or to both."""
    generator = random.Random(fault_seed)
    expected = bits(undisturbed)
    assert len(expected) == 13 * 2 + 3 + 3 * 2 + 3
    project = longer
    number = how_many(7, 100)
    hit, half_published, done = Counter(), 0, []
    for turn in range(number):
        stage = [*STAGES, "publishing"][(turn + 1) % (len(STAGES) + 1)]
        how = GENTLE[turn // 5 % len(GENTLE)] if turn % 5 == 4 else KILLS[generator.randrange(4)]
        for name in STAGES[stage]:
            shutil.rmtree(project.folder / name, ignore_errors=True)
        process = project.start(*TARGETS)
        running = wait_for(stage, process, project)
        pause = generator.uniform(0, 0.0005) if stage == "publishing" else generator.uniform(0, 2)
        done.append(f"{stage}: {how} after {pause:.4f} s")
        time.sleep(pause)
        now = jobs(process.pid)
        strike(how, process, now or running)
        hit[next(iter(now.values()), "between jobs") if stage != "publishing" else stage] += 1
        process.wait(timeout=120)
        half_published += 0 < len(project.checkpoints()) < 13
        assert half_written(project, expected) == [], done
    project.snakemake(*TARGETS)
    assert {name for name in expected if bits(project).get(name) != expected[name]} == set(), done
    assert "Nothing to be done" in project.snakemake(*TARGETS), done
    assert list(project.run.rglob(".*.tmp*")) == [], done
    logger.info("%d signals: %s, half published: %d", number, dict(hit), half_published)
    assert sum(hit.values()) == number
    assert hit["publishing"] >= 1
    assert number < 100 or min(hit[stage] for stage in STAGES) > 3, hit


TRAINER = """
import os, sys
from pathlib import Path
from workflow.som.config.experiments import Experiment
from workflow.som.data.datasets import read_images
from workflow.som.training.runs import Run
folder, epochs = Path(sys.argv[1]), 30
for line in sys.stdin:
    if child := os.fork():
        print(child, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
        continue
    experiment = Experiment(**eval(sys.argv[2]))
    run = Run("tiny", experiment, 0, {}, read_images(folder / "images"), folder / ".resume", 1)
    outputs = [
        (folder / "checkpoints" / f"{epoch:03d}", folder / "tables" / f"{epoch:03d}")
        for epoch in range(epochs + 1)
    ]
    run.train(range(epochs + 1), None, outputs)
    os._exit(0)
"""


class Trainers:
    """Trainers that are forked one after another from a process that has imported everything."""

    def __init__(self, folder: Path, experiment: dict) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-c", TRAINER, str(folder), repr(experiment)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def start(self) -> int:
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def end(self) -> int:
        return int(self.process.stdout.readline())

    def published(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.folder.glob("checkpoints/*")}


@pytest.fixture
def trainers(tmp_path, make_experiment, make_images):
    started = []

    def start(name: str) -> Trainers:
        (tmp_path / name).mkdir()
        make_images(tmp_path / name / "images")
        experiment = vars(make_experiment(epochs=30, segment=30))
        started.append(Trainers(tmp_path / name, experiment))
        return started[-1]

    yield start
    for trainer in started:
        trainer.process.kill()
        trainer.process.communicate()


def test_trainers_killed_at_random_moments_change_no_bit(trainers, fault_seed, how_many):
    """Every third trainer is killed while it publishes. Its files are checked after each kill."""
    generator = random.Random(fault_seed)
    reference = trainers("reference")
    reference.start()
    assert reference.end() == 0
    started = time.monotonic()
    shutil.rmtree(reference.folder / ".resume")
    reference.start()
    assert reference.end() == 0
    duration = time.monotonic() - started
    expected = reference.published()
    assert len(expected) == 31
    killed = trainers("killed")
    number = how_many(12, 150)
    struck, half_published = 0, 0
    # On a machine of varying speed many trainers end before they are struck: then there are more.
    for turn in range(3 * number):
        if turn >= number and struck > number / 3:
            break
        if len(killed.published()) == 31:  # A finished run starts over, to be interrupted again.
            shutil.rmtree(killed.folder / ".resume")
        shutil.rmtree(killed.folder / "checkpoints", ignore_errors=True)
        child = killed.start()
        if turn % 3:
            time.sleep(generator.uniform(0, duration))
        else:
            first = killed.folder / "checkpoints" / "000"
            while not first.exists():
                assert Path(f"/proc/{child}/stat").exists()
            time.sleep(generator.uniform(0, 0.0003))
        send(child, signal.SIGKILL)
        struck += killed.end() == -signal.SIGKILL
        left = killed.published()
        half_published += 0 < len(left) < 31
        assert all(expected[name] == content for name, content in left.items())
    killed.start()
    assert killed.end() == 0
    assert killed.published() == expected
    assert all(load_checkpoint(path) for path in (killed.folder / "checkpoints").iterdir())
    logger.info("%d of %d killed, half published: %d", struck, number, half_published)
    assert struck > number / 3
    assert half_published > 0
