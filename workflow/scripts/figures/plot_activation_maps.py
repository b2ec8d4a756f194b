"""Draw which units light up for each digit."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow.som.figures.draw_activation_maps import draw_activation_maps
from workflow.som.figures.drawing.layout import map_aspect
from workflow.som.figures.drawing.style import digit_counts, house_style, new_figure, save_figure
from workflow.som.files.logs import log_to
from workflow.som.files.tables import read_table
from workflow.som.model.lattice import Lattice


def main(*, purity: Path, png: Path, svg: Path, style: Mapping[str, Any]) -> None:
    """Read the table of one epoch's units and draw ten maps."""
    units, metadata = read_table(purity)
    lattice = Lattice.from_json(metadata["lattice"])
    with house_style():
        height = 2 * (style["width"] / 5 * map_aspect(lattice) + 0.22) + 0.75
        figure = new_figure(style["width"], height, style["dpi"])
        draw_activation_maps(
            figure,
            lattice,
            digit_counts(units),
            epoch=int(metadata["epoch"]),
            colour_map=style["colour_map"],
            dead_colour=style["dead_colour"],
        )
        save_figure(figure, [png, svg])


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        purity=Path(snakemake.input.purity),
        png=Path(snakemake.output.png),
        svg=Path(snakemake.output.svg),
        style=snakemake.params.given["style"],
    )
