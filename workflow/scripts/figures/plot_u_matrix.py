"""Draw the U-matrix."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow.som.figures.draw_u_matrix import draw_u_matrix, u_matrix_height
from workflow.som.figures.drawing.layout import map_aspect
from workflow.som.figures.drawing.style import saved_figure
from workflow.som.files.logs import start_job
from workflow.som.statistics.map_units import read_units


def main(*, u_matrix: Path, png: Path, svg: Path, style: Mapping[str, Any]) -> None:
    """Read the U-matrix of one epoch and draw it."""
    units = read_units(u_matrix)
    height = u_matrix_height(style["width"], map_aspect(units.lattice))
    with saved_figure([png, svg], style, height=height) as figure:
        draw_u_matrix(
            figure,
            units.lattice,
            units.values("u_matrix"),
            epoch=units.epoch,
            colour_map=style["colour_map"],
            unit=units.unit_of_distance,
        )


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        u_matrix=Path(snakemake.input.u_matrix),
        png=Path(snakemake.output.png),
        svg=Path(snakemake.output.svg),
        style=snakemake.params.given["style"],
    )
