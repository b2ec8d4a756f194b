"""Draw which pixels tell units apart, and the planes of some of them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow.som.figures.draw_component_planes import draw_component_planes
from workflow.som.figures.drawing.layout import map_aspect
from workflow.som.figures.drawing.style import saved_figure
from workflow.som.files.checkpoints import load_checkpoint
from workflow.som.files.logs import start_job
from workflow.som.statistics.component_planes import component_planes
from workflow.som.statistics.map_units import read_units


def main(*, checkpoint: Path, purity: Path, png: Path, svg: Path, style: Mapping[str, Any]) -> None:
    """Read the codebook and the units of one epoch and draw the component planes."""
    codebook, units = load_checkpoint(checkpoint).codebook, read_units(purity)
    # Seven tenths of the width hold three planes; below each row of them is a title.
    plane = 0.7 * style["width"] / 3
    height = max(2 * (plane * map_aspect(units.lattice) + 0.2) + 0.9, 0.55 * style["width"])
    with saved_figure([png, svg], style, height=height) as figure:
        draw_component_planes(
            figure,
            units.lattice,
            component_planes(codebook, units.lattice),
            units.image_shape,
            epoch=units.epoch,
            colour_map=style["colour_map"],
        )


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        checkpoint=Path(snakemake.input.checkpoint),
        purity=Path(snakemake.input.purity),
        png=Path(snakemake.output.png),
        svg=Path(snakemake.output.svg),
        style=snakemake.params.given["style"],
    )
