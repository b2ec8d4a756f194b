"""Time this project's engine and its peers, side by side and in turn."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from workflow.peers.compare import Task, measure
from workflow.som.checkpoints import load_checkpoint
from workflow.som.datasets import read_images
from workflow.som.lattice import Lattice
from workflow.som.logs import Progress, log_to
from workflow.som.measuring.machine import describe_machine
from workflow.som.tables import write_table
from workflow.som.training import presentation_order


def main(
    images: Path,
    checkpoints: Sequence[Path],
    environment: Path,
    table: Path,
    *,
    schedule: Mapping[str, float],
    libraries: Sequence[Mapping[str, Any]],
    rounds: int,
    threads: int,
) -> None:
    """Measure each of `libraries` from each of `checkpoints` that it names, `rounds` times."""
    pixels, starts = read_images(images).pixels, {}
    for path in checkpoints:
        codebook, metadata = load_checkpoint(path)
        starts[int(metadata["epoch"]) + 1] = codebook, metadata
    jobs = [
        (number, library, epoch)
        for number in range(rounds)
        for library in libraries
        if number < library.get("rounds", rounds)
        for epoch in library["epochs"]
    ]
    rows: list[dict[str, Any]] = []
    for number, library, epoch in Progress(jobs, desc="peers", unit=" measurements"):
        codebook, metadata = starts[epoch]
        order = presentation_order(int(metadata["seed"]), epoch, len(pixels))
        task = Task(
            library["rule"],
            epoch,
            schedule["learning_rate"] * schedule["decay"] ** (epoch - 1),
            schedule["radius"] * schedule["decay"] ** (epoch - 1),
            codebook,
            pixels[order[: library["samples"]]],
            Lattice.from_json(metadata["lattice"]),
        )
        is_ours = library["name"] == "ours"
        python = Path(sys.executable) if is_ours else environment / "bin" / "python"
        rows += measure(
            task,
            library["name"],
            python,
            n_checked=min(library["checked"], library["samples"]),
            threads=threads,
            number=number,
        )
    write_table(table, pd.DataFrame(rows), describe_machine() | {"threads": str(threads)})


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        images=Path(snakemake.input.images),
        checkpoints=[Path(path) for path in snakemake.input.checkpoints],
        environment=Path(snakemake.input.environment),
        table=Path(snakemake.output.table),
        **snakemake.params.measured,
    )
