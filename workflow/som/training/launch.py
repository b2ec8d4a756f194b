"""Starts the processes of a training job with `torchrun`, and waits for them."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import Any

from ..files.errors import SomError
from .resume import TERMINATED

# Where processes of several machines meet: a port that follows from the job's number.
FIRST_PORT, N_PORTS = 20_000, 10_000
# In the settings of a worker: where it leaves the sentence of an error.
FAILURE = "failure"


def train_in_processes(
    script: Path, settings: Mapping[str, Any], *, processes: int, tasks: int = 1
) -> None:
    """Run a script in several processes until all have ended.

    Parameters
    ----------
    script : Path
        Is called with a file of settings, and joins the others by `som.training.processes`.
    settings : mapping
        What goes into the file, as JSON; `resume` is a folder, and the first of `logs` the file in
        which torchrun's own words end.
    processes : int
        How many there are.
    tasks : int
        Tasks of the SLURM job that this process runs in: each starts as many of the processes.

    Raises
    ------
    SomError
        If a process failed or was killed. Finished epochs are kept.
    SystemExit
        With status 143 if asked to stop.
    """
    if processes % tasks:
        raise SomError(
            f"processes is {processes}, which {tasks} tasks cannot share evenly: set processes to "
            f"a multiple of {tasks}."
        )
    with tempfile.TemporaryDirectory(prefix="processes_", dir=settings["resume"]) as folder:
        failure = Path(folder) / FAILURE
        file = Path(folder) / "settings.json"
        # Tasks may be on other machines, where they cannot write to this terminal.
        terminal = f"/proc/{os.getpid()}/fd/2" if tasks == 1 else None
        added = {FAILURE: str(failure), "terminal": terminal}
        file.write_text(json.dumps({**settings, **added}, default=str))
        command = [*_torchrun(processes // tasks, tasks), str(script), str(file)]
        with Path(settings["logs"][0]).open("ab") as log:
            # Of a session of its own, so that Ctrl-C reaches it once, from here.
            process = subprocess.Popen(
                command, env=_environment(), stderr=log, start_new_session=True
            )
            asked = _passed_on_to(process)
            status = process.wait()
        if asked:
            sys.exit(TERMINATED)
        if status:
            known = failure.read_text() if failure.exists() else ""
            raise SomError(
                known
                or f"The {processes} processes that trained together ended with status {status}: "
                "run the same command again, and it goes on from the last finished epoch."
            )


def read_settings(path: str) -> dict[str, Any]:
    """Return the settings that `train_in_processes` gave."""
    settings: dict[str, Any] = json.loads(Path(path).read_text())
    return settings


def speak_to(terminal: str | None) -> None:
    """Let standard error be that of the process that trains in processes, if it can be reached."""
    if terminal is not None:
        with contextlib.suppress(OSError):
            device = os.open(terminal, os.O_WRONLY | os.O_APPEND)
            os.dup2(device, sys.stderr.fileno())
            os.close(device)


def _torchrun(of_a_task: int, tasks: int) -> list[str]:
    """Return the command that starts a script in `of_a_task` processes, in each of some tasks."""
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", str(of_a_task)]
    if tasks == 1:
        return [*torchrun, "--standalone"]
    job = os.environ.get("SLURM_JOB_ID")
    if job is None or shutil.which("srun") is None:
        raise SomError(
            f"tasks is {tasks}, which works in a SLURM job alone: leave it out of the resources of "
            "train_som, or use the profile slurm."
        )
    return [
        *("srun", "--ntasks", str(tasks), "--kill-on-bad-exit"),
        *(*torchrun, "--nnodes", str(tasks), "--rdzv-id", job, "--rdzv-backend", "c10d"),
        *("--rdzv-endpoint", f"{socket.gethostname()}:{FIRST_PORT + int(job) % N_PORTS}"),
    ]


def _environment() -> dict[str, str]:
    """Return the environment of the processes: threads are shared out by their settings."""
    return {"OMP_NUM_THREADS": "1"} | os.environ


def _passed_on_to(process: "subprocess.Popen[bytes]") -> list[int]:
    """Pass signals to stop on to a process; return a list that is filled with them."""
    asked: list[int] = []

    def on_signal(number: int, frame: FrameType | None) -> None:
        asked.append(number)
        process.send_signal(signal.SIGTERM)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    return asked
