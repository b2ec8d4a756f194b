"""Draw the U-matrix."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow.som.figures.draw_u_matrix import draw_u_matrix
from workflow.som.figures.drawing.layout import map_aspect
from workflow.som.figures.drawing.style import house_style, new_figure, save_figure
from workflow.som.files.logs import log_to
from workflow.som.files.tables import read_table
from workflow.som.model.lattice import Lattice


def main(*, u_matrix: Path, png: Path, svg: Path, style: Mapping[str, Any]) -> None:
    """Read the U-matrix of one epoch and draw it."""
    units, metadata = read_table(u_matrix)
    lattice = Lattice.from_json(metadata["lattice"])
    with house_style():
        # What remains of the width beside labels and colour bar is the map's.
        height = (style["width"] - 1.15) * map_aspect(lattice) + 0.47
        figure = new_figure(style["width"], height, style["dpi"])
        draw_u_matrix(
            figure,
            lattice,
            units["u_matrix"].to_numpy(float),
            epoch=int(metadata["epoch"]),
            colour_map=style["colour_map"],
        )
        save_figure(figure, [png, svg])


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        u_matrix=Path(snakemake.input.u_matrix),
        png=Path(snakemake.output.png),
        svg=Path(snakemake.output.svg),
        style=snakemake.params.given["style"],
    )
