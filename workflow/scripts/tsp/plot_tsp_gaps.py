"""Draw how far each method's tours are from the optimum, by instance."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow.som.figures.drawing.style import saved_figure
from workflow.som.figures.tsp.draw_tsp_gaps import draw_gaps, figure_height
from workflow.som.files.logs import start_job
from workflow.som.files.tables import read_table


def main(*, summary: Path, png: Path, svg: Path, style: Mapping[str, Any]) -> None:
    """Read the summary; the figure grows with the number of instances."""
    table = read_table(summary).frame
    with saved_figure([png, svg], style, height=figure_height(table)) as figure:
        draw_gaps(figure, table)


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        summary=Path(snakemake.input.summary),
        png=Path(snakemake.output.png),
        svg=Path(snakemake.output.svg),
        style=snakemake.params.given["style"],
    )
