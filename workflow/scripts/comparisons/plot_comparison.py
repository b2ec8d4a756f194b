"""Draw every measure of a comparison's experiments."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow.som.figures.comparisons.draw_comparison import comparison_height, draw_comparison
from workflow.som.figures.drawing.style import saved_figure
from workflow.som.files.logs import start_job
from workflow.som.files.tables import read_table
from workflow.som.statistics.comparison import with_intervals


def main(*, table: Path, png: Path, svg: Path, style: Mapping[str, Any]) -> None:
    """Read the table of runs and draw it."""
    runs = read_table(table).frame
    height = comparison_height(runs["experiment"].nunique())
    with saved_figure([png, svg], style, height=height) as figure:
        draw_comparison(figure, runs, with_intervals(runs))


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        table=Path(snakemake.input.table),
        png=Path(snakemake.output.png),
        svg=Path(snakemake.output.svg),
        style=snakemake.params.given["style"],
    )
