"""Do the work of one of several processes that train together (see `som.training.processes`).

`torchrun` starts this file in each of them, with the settings that train_som.py wrote.
"""

import contextlib
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workflow.som.config.experiments import experiments_from
from workflow.som.data.datasets import open_images
from workflow.som.files.errors import SomError
from workflow.som.files.logs import log_to
from workflow.som.training.devices import resolve_device
from workflow.som.training.launch import read_settings, speak_to
from workflow.som.training.processes import Processes
from workflow.som.training.runs import Run

logger = logging.getLogger("workflow")


def main(
    *,
    images: str,
    previous: str | None,
    checkpoints: Sequence[str],
    activations: Sequence[str],
    name: str,
    config: Mapping[str, Any],
    seed: int,
    settings: Mapping[str, Any],
    first_epoch: int,
    resume: str,
    threads: int,
    logs: Sequence[str],
    failure: str,
    terminal: str | None,
) -> None:
    """Train as the first process, or help it; leave the sentence of an error in `failure`."""
    try:
        experiment = experiments_from(config)[name]
        device = resolve_device(experiment.device, experiment.precision)
        with Processes(device) as processes:
            if processes.rank == 0:
                speak_to(terminal)
                log_to(*logs)
            samples = open_images(images)
            run = Run(name, experiment, seed, settings, samples, Path(resume), threads, processes)
            if processes.rank > 0:
                run.help()
                return
            epochs = range(first_epoch, first_epoch + len(checkpoints))
            outputs = list(zip(map(Path, checkpoints), map(Path, activations), strict=True))
            run.train(epochs, None if previous is None else Path(previous), outputs)
    except SomError as error:
        logger.debug("Process %s", os.environ["RANK"], exc_info=True)
        with contextlib.suppress(FileExistsError), Path(failure).open("x") as file:
            file.write(str(error))  # The first error is the cause of the others.
        sys.exit(1)


if __name__ == "__main__":
    main(**read_settings(sys.argv[1]))
