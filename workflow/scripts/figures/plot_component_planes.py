"""Draw which pixels or features tell units apart, and their planes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workflow.som.figures.draw_component_planes import draw_component_planes
from workflow.som.figures.draw_feature_planes import (
    draw_feature_planes,
    feature_planes_height,
)
from workflow.som.figures.drawing.layout import map_aspect
from workflow.som.figures.drawing.style import saved_figure
from workflow.som.files.checkpoints import load_checkpoint
from workflow.som.files.logs import start_job
from workflow.som.statistics.component_planes import component_planes
from workflow.som.statistics.map_units import MapUnits, read_units


def main(*, checkpoint: Path, purity: Path, png: Path, svg: Path, style: Mapping[str, Any]) -> None:
    """Read the codebook and the units of one epoch and draw the component planes."""
    codebook, units = load_checkpoint(checkpoint).codebook, read_units(purity)
    if not units.is_of_images:
        draw_table(codebook, units, [png, svg], style)
        return
    # Seven tenths of the width hold three planes; below each row of them is a title.
    plane = 0.7 * style["width"] / 3
    height = max(2 * (plane * map_aspect(units.lattice) + 0.2) + 0.9, 0.55 * style["width"])
    with saved_figure([png, svg], style, height=height) as figure:
        draw_component_planes(
            figure,
            units.lattice,
            component_planes(units.grey(codebook), units.lattice),
            units.image_shape,
            is_ink="scaling" not in units.metadata,
            epoch=units.epoch,
            colour_map=style["colour_map"],
        )


def draw_table(
    codebook: NDArray[np.float32], units: MapUnits, paths: list[Path], style: Mapping[str, Any]
) -> None:
    """Draw a plane per feature of a table, in the table's own units."""
    names = units.feature_names
    height = feature_planes_height(len(names), style["width"], map_aspect(units.lattice))
    with saved_figure(paths, style, height=height) as figure:
        draw_feature_planes(
            figure,
            units.lattice,
            component_planes(units.in_own_units(codebook), units.lattice),
            names,
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
