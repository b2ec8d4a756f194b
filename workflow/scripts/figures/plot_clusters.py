"""Draw the clusters of units and what describes them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow.som.figures.draw_clusters import clusters_height, draw_clusters
from workflow.som.figures.drawing.layout import map_aspect
from workflow.som.figures.drawing.style import saved_figure
from workflow.som.files.logs import start_job
from workflow.som.files.summaries import read_summary
from workflow.som.statistics.map_units import read_units


def main(*, table: Path, summary: Path, png: Path, svg: Path, style: Mapping[str, Any]) -> None:
    """Read the clusters and their summary and draw them."""
    units, said = read_units(table), read_summary(summary)
    height = clusters_height(said, style["width"], map_aspect(units.lattice))
    with saved_figure([png, svg], style, height=height) as figure:
        draw_clusters(
            figure,
            units.lattice,
            units.values("cluster") - 1,
            said,
            palette=style["palette"],
            dead_colour=style["dead_colour"],
        )


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        table=Path(snakemake.input.table),
        summary=Path(snakemake.input.summary),
        png=Path(snakemake.output.png),
        svg=Path(snakemake.output.svg),
        style=snakemake.params.given["style"],
    )
