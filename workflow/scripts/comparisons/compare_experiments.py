"""Collect the measures of several experiments in one table."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from workflow.som.config.experiments import Experiment, experiments_from
from workflow.som.files.logs import start_job
from workflow.som.files.summaries import read_summary
from workflow.som.files.tables import write_table
from workflow.som.statistics.comparison import comparison_row


def main(
    purity: Sequence[Path],
    quality: Sequence[Path],
    table: Path,
    *,
    experiments: dict[str, Experiment],
) -> None:
    """Read the summaries of each run, in the order of the paths; write the table."""
    rows = []
    for purity_path, quality_path in zip(purity, quality, strict=True):
        summary = read_summary(purity_path)
        experiment = experiments[summary["experiment"]]
        rows.append(comparison_row(experiment, summary, read_summary(quality_path)))
    write_table(table, pd.DataFrame(rows), {"comparison": table.stem}, kind="comparison")


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        purity=[Path(path) for path in snakemake.input.purity],
        quality=[Path(path) for path in snakemake.input.quality],
        table=Path(snakemake.output.table),
        experiments=experiments_from(snakemake.config),
    )
