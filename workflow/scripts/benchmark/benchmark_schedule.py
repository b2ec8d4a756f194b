"""Time the forms of the online rule and their floor at several epochs of a run."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from workflow.som.benchmark.engine_times import schedule_rows
from workflow.som.data.datasets import read_images
from workflow.som.files.checkpoints import load_checkpoint
from workflow.som.files.logs import Progress, start_job
from workflow.som.files.tables import write_table
from workflow.som.model.lattice import Lattice
from workflow.som.model.schedule import exponential_decay
from workflow.som.provenance.environment import describe_machine
from workflow.som.training.epoch import presentation_order


def main(
    images: Path,
    checkpoints: Sequence[Path],
    table: Path,
    *,
    schedule: Mapping[str, float],
    rounds: int,
    samples: int,
    threads: int,
) -> None:
    """Measure the epoch after each of `checkpoints`; write the table without the warm-up round."""
    pixels, rows = read_images(images).pixels, list[dict[str, Any]]()
    for path in Progress(checkpoints, desc="time the schedule", unit=" epochs"):
        codebook, metadata = load_checkpoint(path)
        epoch = int(metadata["epoch"]) + 1
        rows += schedule_rows(
            epoch,
            codebook,
            pixels,
            presentation_order(int(metadata["seed"]), epoch, len(pixels)),
            Lattice.from_json(metadata["lattice"]),
            exponential_decay(schedule["learning_rate"], schedule["decay"], epoch),
            exponential_decay(schedule["radius"], schedule["decay"], epoch),
            threads=threads,
            rounds=rounds,
            n_samples=samples,
        )
    frame = pd.DataFrame(rows).query("round >= 0")
    write_table(table, frame, describe_machine() | {"threads": str(threads)}, kind="schedule")


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        images=Path(snakemake.input.images),
        checkpoints=[Path(path) for path in snakemake.input.checkpoints],
        table=Path(snakemake.output.table),
        **snakemake.params.given["measured"],
    )
