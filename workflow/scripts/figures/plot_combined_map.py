"""Draw all digits on one map, next to the histogram of unique digits per unit."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow.som.figures.draw_combined_map import draw_combined_map
from workflow.som.figures.drawing.style import saved_figure
from workflow.som.files.logs import start_job
from workflow.som.files.summaries import read_summary
from workflow.som.statistics.map_units import read_units


def main(
    *,
    purity: Path,
    summary: Path,
    png: Path,
    svg: Path,
    style: Mapping[str, Any],
) -> None:
    """Read the table and the summary of one epoch and draw them side by side."""
    units = read_units(purity)
    with saved_figure([png, svg], style) as figure:
        draw_combined_map(
            figure,
            units.lattice,
            units.majority_digits,
            units.purity,
            read_summary(summary),
            names=units.class_names,
            palette=style["palette"],
            dead_colour=style["dead_colour"],
            fade_by_purity=style["fade_by_purity"],
        )


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        purity=Path(snakemake.input.purity),
        summary=Path(snakemake.input.summary),
        png=Path(snakemake.output.png),
        svg=Path(snakemake.output.svg),
        style=snakemake.params.given["style"],
    )
