"""A copy of the project in a folder of its own, with small experiments, in which Snakemake runs."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import yaml
from safetensors import safe_open

ROOT = Path(__file__).resolve().parents[1]
# The last table of the tiny run. As a target it needs all steps except the figures.
PURITY = "results/quickstart/seed_0/purity/epoch_006.json"
TINY = {
    "dataset": "mnist_5000",
    "shape": [6, 7],
    "radius": 4.0,
    "decay": 0.7,
    "epochs": 6,
    "segment": 3,
    "permutations": 50,
    "device": "cpu",
}
# The configuration as it is published: experiments and studies, then the figures.
CONFIG_TEXT = "".join(
    (ROOT / "config" / name).read_text(encoding="utf-8") for name in ("config.yaml", "figures.yaml")
)
CONFIG = yaml.safe_load(CONFIG_TEXT)


class Project:
    """A checkout in which `snakemake` is run as a user would."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("workflow", "config", "envs", "profiles"):
            # File times and compiled code are copied, so that no copy compiles again.
            shutil.copytree(ROOT / name, folder / name)
        shutil.copy2(ROOT / "Snakefile", folder)
        self.configure(lambda config: config["experiments"].update(quickstart=dict(TINY)))

    def configure(self, change: Callable[[dict], object]) -> None:
        """Change the configuration file as a user would, in an editor.

        What it says of figures counts more than `figures.yaml`.
        """
        path = self.folder / "config" / "config.yaml"
        config = {"figures": CONFIG["figures"]} | yaml.safe_load(path.read_text())
        change(config)
        path.write_text(yaml.safe_dump(config, sort_keys=False, allow_unicode=True))

    def change(self, **values: object) -> None:
        """Change keys of the experiment `quickstart`."""
        self.configure(lambda config: config["experiments"]["quickstart"].update(values))

    def start(self, *arguments: str, printed: Path | None = None) -> subprocess.Popen:
        """Start Snakemake in its own process group; its output goes to `printed` or `output`."""
        with (printed or self.output).open("w") as output:
            return subprocess.Popen(
                [sys.executable, "-m", "snakemake", "--cores", "2", *arguments],
                cwd=self.folder,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def snakemake(self, *arguments: str, fails: bool = False) -> str:
        """Run Snakemake to its end; return its output, its log and the logs of its jobs."""
        before = time.time()
        process = self.start(*arguments)
        status = process.wait(timeout=240)
        told = self.output.read_text() + self.logged_since(before)
        assert (status != 0) == fails, told
        return told

    def logged_since(self, moment: float) -> str:
        """Return the logs of Snakemake and of its jobs that were written since."""
        folders = (".snakemake/log", "results/logs")
        logs = [path for folder in folders for path in (self.folder / folder).rglob("*.log")]
        new = sorted(path for path in logs if path.stat().st_mtime >= moment)
        return "".join(path.read_text("utf-8", "replace") for path in new)

    @property
    def output(self) -> Path:
        """File with the output of the Snakemake that was started last."""
        return self.folder / "output.txt"

    def planned(self, *targets: str) -> set[str]:
        """Return the rules that Snakemake would run for `targets`."""
        output = self.snakemake(*targets, "--dry-run", "--verbose")
        # Snakemake's own table of jobs is shown with --verbose only.
        lines = output.partition("Job stats:")[2].splitlines()[3:]
        names = [line.split()[0] for line in lines if line.strip()]
        return set(names[: names.index("total")]) if "total" in names else set()

    @property
    def run(self) -> Path:
        """Folder of the run that the tests train."""
        return self.folder / "results" / "quickstart" / "seed_0"

    def checkpoints(self) -> dict[str, bytes]:
        """Return the bytes of all checkpoints, by name."""
        paths = sorted((self.run / "checkpoints").glob("*.safetensors"))
        return {path.name: path.read_bytes() for path in paths}

    def artifacts(self) -> dict[str, bytes]:
        """Return the bytes of all checkpoints, activations and measures of purity."""
        folders = ("checkpoints", "activations", "purity")
        paths = [path for folder in folders for path in (self.run / folder).glob("epoch_*")]
        return {str(path.relative_to(self.run)): path.read_bytes() for path in sorted(paths)}

    def wait_for_epoch(self, epoch: int, process: subprocess.Popen) -> None:
        """Wait until the trainer has finished an epoch and is still running."""
        kept = self.run / ".resume" / f"epoch_{epoch:03d}.safetensors"
        deadline = time.monotonic() + 120
        while not kept.exists():
            assert process.poll() is None, self.output.read_text()
            assert time.monotonic() < deadline
            time.sleep(0.002)

    def jobs(self, script: str) -> list[int]:
        """Return the process ids of this project's jobs that run a script."""
        found = []
        for path in Path("/proc").glob("[0-9]*"):
            try:
                command = (path / "cmdline").read_bytes()
                if script.encode() in command and (path / "cwd").resolve() == self.folder:
                    found.append(int(path.name))
            except OSError:
                continue  # The process has ended in the meantime.
        return found

    def trainers(self) -> list[int]:
        """Return the process ids of the trainers of this project."""
        return self.jobs("train_som.py")

    def kill_trainers(self, number: int = signal.SIGKILL) -> int:
        """Send a signal to the trainers, not to Snakemake; return the number of trainers."""
        trainers = self.trainers()
        for process in trainers:
            os.kill(process, number)
        return len(trainers)


def metadata_of(path: Path) -> dict[str, str]:
    with safe_open(str(path), framework="numpy") as file:
        return dict(file.metadata())
