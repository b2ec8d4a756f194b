"""Train a self-organizing map for the epochs of one job, from the start or from a checkpoint."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workflow.som.config.experiments import Experiment, experiments_from
from workflow.som.data.datasets import open_images
from workflow.som.files.logs import log_to
from workflow.som.training.launch import train_in_processes
from workflow.som.training.runs import Run


def main(
    images: Path | str,
    previous: Path | str | None,
    checkpoints: Sequence[Path | str],
    activations: Sequence[Path | str],
    *,
    name: str,
    experiment: Experiment,
    seed: int,
    settings: Mapping[str, Any],
    first_epoch: int,
    resume: Path,
    threads: int,
) -> None:
    """Train from the checkpoint `previous`; write a checkpoint and a table per epoch."""
    run = Run(name, experiment, seed, settings, open_images(images), resume, threads)
    epochs = range(first_epoch, first_epoch + len(checkpoints))
    outputs = list(zip(map(Path, checkpoints), map(Path, activations), strict=True))
    run.train(epochs, None if previous is None else Path(previous), outputs)


if __name__ == "__main__":
    given = snakemake.params.given
    resume = Path(snakemake.output.checkpoints[0]).parent.parent / ".resume"
    # Snakemake deletes its log at each start of a job; the second log keeps all of them.
    logs = [snakemake.log[0], resume / "train_som.log"]
    # From the configuration, not from the rule's parameters: epochs, device and the like never
    # change a finished epoch, so a change of them must not rerun the job.
    experiment = experiments_from(snakemake.config)[given["experiment"]]
    job = {
        "images": snakemake.input.images,
        "previous": snakemake.input.previous if given["first_epoch"] else None,
        "checkpoints": list(snakemake.output.checkpoints),
        "activations": list(snakemake.output.activations),
        "name": given["experiment"],
        "seed": int(snakemake.wildcards.seed),
        "settings": given["settings"],
        "first_epoch": given["first_epoch"],
        "resume": resume,
    }
    log_to(*logs)
    if experiment.processes == 1:
        main(**job, experiment=experiment, threads=snakemake.threads)
    else:
        threads = max(1, snakemake.threads // experiment.processes)
        train_in_processes(
            Path(snakemake.scriptdir) / "train_share.py",
            job | {"config": snakemake.config, "threads": threads, "logs": logs},
            processes=experiment.processes,
            tasks=snakemake.resources.get("tasks", 1),
        )
