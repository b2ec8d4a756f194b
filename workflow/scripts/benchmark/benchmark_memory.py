"""Measure the peak memory of training for several sizes of the map and numbers of samples."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from workflow.som.benchmark.memory_points import points_of, rows_of_points
from workflow.som.data.datasets import read_images
from workflow.som.files.atomic import remove
from workflow.som.files.logs import Progress, start_job
from workflow.som.files.tables import write_table
from workflow.som.provenance.environment import describe_machine


def main(
    images: Path,
    table: Path,
    *,
    sizes: Mapping[str, Sequence[int]],
    asked_mb: Mapping[int, int],
    threads: int,
) -> None:
    """Measure at each of `sizes`; `asked_mb` is what jobs ask for, by the number of units."""
    points, rows = points_of(sizes), list[dict[str, Any]]()
    # Always the same folder: what a killed job left there is removed by the next one.
    folder = table.with_name(".memory")
    remove(folder)
    folder.mkdir(parents=True)
    try:
        measured = rows_of_points(points, read_images(images), folder, threads=threads)
        for some in Progress(measured, total=len(points), desc="measure memory", unit=" sizes"):
            rows += some
    finally:
        remove(folder)
    frame = pd.DataFrame(rows)
    frame["asked_bytes"] = 1_000_000 * frame["n_units"].map(asked_mb)
    write_table(table, frame, describe_machine() | {"threads": str(threads)}, kind="memory")


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        images=Path(snakemake.input.images),
        table=Path(snakemake.output.table),
        **snakemake.params.given["measured"],
    )
