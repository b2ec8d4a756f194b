"""Draw the peak memory of training against units and samples."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow.som.benchmark.memory_summaries import (
    memory_curves,
    memory_finding,
    most_samples_in_memory,
)
from workflow.som.benchmark.time_summaries import measured_on
from workflow.som.figures.benchmark.draw_benchmark_memory import draw_memory
from workflow.som.figures.drawing.style import saved_figure
from workflow.som.files.logs import start_job
from workflow.som.files.tables import read_table


def main(*, table: Path, png: Path, svg: Path, style: Mapping[str, Any]) -> None:
    """Read the measurements and draw them."""
    measurements, metadata = read_table(table)
    with saved_figure([png, svg], style) as figure:
        draw_memory(
            figure,
            memory_curves(measurements),
            finding=memory_finding(measurements),
            most_in_memory=most_samples_in_memory(measurements),
            machine=measured_on(metadata),
        )


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        table=Path(snakemake.input.table),
        png=Path(snakemake.output.png),
        svg=Path(snakemake.output.svg),
        style=snakemake.params.given["style"],
    )
