"""Time the engine and its floors for several sizes of the map, the samples and the blocks."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from workflow.som.benchmark.engine_times import scaling_rows
from workflow.som.data.datasets import read_images
from workflow.som.files.logs import Progress, start_job
from workflow.som.files.tables import write_table
from workflow.som.provenance.environment import describe_machine


def main(
    images: Path, table: Path, *, sizes: Mapping[str, Sequence[int]], rounds: int, threads: int
) -> None:
    """Measure at each of `sizes`; write the table without the warm-up round."""
    pixels, rows = read_images(images).pixels, list[dict[str, Any]]()
    points = [(axis, value) for axis, values in sizes.items() for value in values]
    for axis, value in Progress(points, desc="time the sizes", unit=" sizes"):
        rows += scaling_rows(pixels, threads=threads, rounds=rounds, sizes={axis: [value]})
    frame = pd.DataFrame(rows).query("round >= 0")
    write_table(table, frame, describe_machine() | {"threads": str(threads)}, kind="scaling")


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        images=Path(snakemake.input.images),
        table=Path(snakemake.output.table),
        **snakemake.params.given["measured"],
    )
