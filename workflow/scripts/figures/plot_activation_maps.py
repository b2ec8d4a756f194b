"""Draw which units light up for each digit."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow.som.figures.draw_activation_maps import draw_activation_maps, panel_grid
from workflow.som.figures.drawing.layout import map_aspect
from workflow.som.figures.drawing.style import saved_figure
from workflow.som.files.logs import start_job
from workflow.som.statistics.map_units import read_units


def main(*, purity: Path, png: Path, svg: Path, style: Mapping[str, Any]) -> None:
    """Read the table of one epoch's units and draw ten maps."""
    units = read_units(purity)
    n_rows, n_columns = panel_grid(len(units.class_names))
    # A row of few panels is no higher than it would be with five.
    width = style["width"] / max(n_columns, 3)
    height = n_rows * (width * map_aspect(units.lattice) + 0.22) + 0.75
    with saved_figure([png, svg], style, height=height) as figure:
        draw_activation_maps(
            figure,
            units.lattice,
            units.counts,
            names=units.class_names,
            epoch=units.epoch,
            colour_map=style["colour_map"],
            dead_colour=style["dead_colour"],
        )


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        purity=Path(snakemake.input.purity),
        png=Path(snakemake.output.png),
        svg=Path(snakemake.output.svg),
        style=snakemake.params.given["style"],
    )
