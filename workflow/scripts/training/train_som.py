"""Train a self-organizing map for the epochs of one job, from the start or from a checkpoint."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workflow.som.config.experiments import Experiment, experiments_from
from workflow.som.data.datasets import open_images
from workflow.som.files.logs import log_to
from workflow.som.training.runs import Run


def main(
    images: Path,
    previous: Path | None,
    checkpoints: Sequence[Path],
    activations: Sequence[Path],
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
    run.train(epochs, previous, list(zip(checkpoints, activations, strict=True)))


if __name__ == "__main__":
    resume = Path(snakemake.output.checkpoints[0]).parent.parent / ".resume"
    # Snakemake deletes its log at each start of a job; the second log keeps all of them.
    log_to(snakemake.log[0], resume / "train_som.log")
    main(
        images=Path(snakemake.input.images),
        previous=Path(snakemake.input.previous) if snakemake.params.given["first_epoch"] else None,
        checkpoints=[Path(path) for path in snakemake.output.checkpoints],
        activations=[Path(path) for path in snakemake.output.activations],
        name=snakemake.params.given["experiment"],
        # From the configuration, not from the rule's parameters: epochs, device and the like never
        # change a finished epoch, so a change of them must not rerun the job.
        experiment=experiments_from(snakemake.config)[snakemake.params.given["experiment"]],
        seed=int(snakemake.wildcards.seed),
        settings=snakemake.params.given["settings"],
        first_epoch=snakemake.params.given["first_epoch"],
        resume=resume,
        threads=snakemake.threads,
    )
