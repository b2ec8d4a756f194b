"""Time this project's engine and its peers, one after another in every round."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from workflow.som.benchmark.peers import (
    measure,
    start_from,
    start_in_training,
    task_from,
    those_installed,
)
from workflow.som.data.datasets import read_images
from workflow.som.files.checkpoints import load_checkpoint
from workflow.som.files.logs import Progress, start_job
from workflow.som.files.tables import write_table
from workflow.som.provenance.environment import describe_machine


def main(
    images: Path,
    checkpoints: Sequence[Path],
    batch_checkpoints: Sequence[Path],
    environment: Path,
    versions: Path,
    table: Path,
    *,
    schedule: Mapping[str, float],
    libraries: Sequence[Mapping[str, Any]],
    batch_epochs: Sequence[int],
    rounds: int,
    threads: int,
) -> None:
    """Measure each of `libraries` in each of the epochs that it names, `rounds` times.

    Epochs of the online rule start from `checkpoints`. Each of `batch_epochs` is trained to from
    one of `batch_checkpoints`, so that it can start as in training. A library that is not in
    `versions` could not be built on this machine and is left out.
    """
    pixels, starts = read_images(images).pixels, {}
    for path in checkpoints:
        checkpoint = load_checkpoint(path)
        starts["online", int(checkpoint.metadata["epoch"]) + 1] = start_from(checkpoint)
    for epoch, path in zip(batch_epochs, batch_checkpoints, strict=True):
        checkpoint = load_checkpoint(path)
        starts["batch", epoch] = start_in_training(checkpoint, epoch, pixels, schedule, threads)
    there = those_installed(libraries, versions.read_text(encoding="utf-8"))
    jobs = [
        (number, library, epoch)
        for number in range(rounds)
        for library in there
        if number < library["rounds"]
        for epoch in library["epochs"]
    ]
    rows: list[dict[str, Any]] = []
    for number, library, epoch in Progress(jobs, desc="time the peers", unit=" measurements"):
        task = task_from(library, epoch, starts[library["rule"], epoch], pixels, schedule)
        is_ours = library["name"] == "ours"
        python = Path(sys.executable) if is_ours else environment / "bin" / "python"
        options = {"n_checked": library["checked"], "threads": threads, "number": number}
        rows += measure(task, library["name"], python, **options)
    measured_on = describe_machine() | {"threads": str(threads)}
    write_table(table, pd.DataFrame(rows), measured_on, kind="peers")


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        images=Path(snakemake.input.images),
        checkpoints=[Path(path) for path in snakemake.input.checkpoints],
        batch_checkpoints=[Path(path) for path in snakemake.input.batch_checkpoints],
        environment=Path(snakemake.input.environment),
        versions=Path(snakemake.input.versions),
        table=Path(snakemake.output.table),
        **snakemake.params.given["measured"],
    )
