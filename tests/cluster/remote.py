"""A project whose jobs run on another machine, and whose training can be halted in the middle."""

import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

from tests.project import Project

# Two segments in one group of jobs; faults happen in the second one.
SEGMENTS = {
    "shape": [16, 16],
    "epochs": 12,
    "segment": 6,
    "decay": 0.85,
    "evaluate_every": 12,
}
TARGET = "results/quickstart/seed_0/checkpoints/epoch_012.safetensors"
FIRST_SEGMENT = TARGET.replace("012", "006")
IN_FIRST_SEGMENT, IN_SECOND_SEGMENT = 2, 8


class RemoteProject(Project):
    """A checkout with its data, whose Snakemake always gets some additional options."""

    def __init__(self, folder: Path, finished: Project, *options: str) -> None:
        super().__init__(folder)
        self.options = options
        for name in ("results/.records", "results/raw", "results/datasets"):
            shutil.copytree(finished.folder / name, folder / name)
        self.change(**SEGMENTS)

    def start(self, *arguments: str, printed: Path | None = None) -> subprocess.Popen:
        return super().start(*arguments, *self.options, printed=printed)

    def wait_for_epoch(self, epoch: int, process: subprocess.Popen) -> None:
        """Wait until a trainer has finished an epoch; its job may have to wait for a node."""
        kept = self.run / ".resume" / f"epoch_{epoch:03d}.safetensors"
        deadline = time.monotonic() + 300
        while not kept.exists():
            assert process.poll() is None, self.output.read_text()
            assert time.monotonic() < deadline, self.output.read_text()
            time.sleep(0.002)

    def hold(self, epoch: int, process: subprocess.Popen) -> int:
        """Halt the trainer once it has finished `epoch` and said so; return its process id."""
        self.wait_for_epoch(epoch, process)
        assert self.kill_trainers(signal.SIGSTOP) == 1
        # Its file is there a moment before its line in the log.
        while self.last_epoch() not in (0, *self.trained()):
            self.kill_trainers(signal.SIGCONT)
            time.sleep(0.01)
            self.kill_trainers(signal.SIGSTOP)
        assert self.last_epoch() % SEGMENTS["segment"], "held too late: nothing is left to train"
        return self.trainers()[0]

    def last_epoch(self) -> int:
        """Return the last epoch that is in the resume folder."""
        kept = (self.run / ".resume").glob("epoch_*.safetensors")
        return max(int(path.stem.removeprefix("epoch_")) for path in kept)

    def story(self) -> str:
        """Return what all trainers have logged, one after another."""
        return (self.run / ".resume" / "train_som.log").read_text()

    def trained(self) -> list[int]:
        """Return the epochs that trainers finished, in order of time."""
        return [int(epoch) for epoch in re.findall(r"Epoch (\d+): ", self.story())]


def wait_until(condition, what: str, seconds: float = 120) -> None:
    """Wait until `condition()` holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds} s in vain: {what}"
        time.sleep(0.05)
