"""Draw every unit's weight vector, as an image or a profile, laid out as the lattice."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workflow.som.data.pictures import ink
from workflow.som.figures.draw_profiles import draw_profiles, profiles_height
from workflow.som.figures.draw_prototypes import (
    enlarge,
    prototypes_finding,
    tile_prototypes,
    titled,
)
from workflow.som.figures.drawing.layout import map_aspect
from workflow.som.figures.drawing.style import saved_figure
from workflow.som.files.atomic import write_atomically
from workflow.som.files.checkpoints import load_checkpoint
from workflow.som.files.logs import start_job
from workflow.som.statistics.component_planes import component_planes
from workflow.som.statistics.map_units import MapUnits, read_units


def main(*, checkpoint: Path, purity: Path, png: Path, style: Mapping[str, Any]) -> None:
    """Read the codebook and the units of one epoch and draw the prototypes."""
    codebook, units = load_checkpoint(checkpoint).codebook, read_units(purity)
    if not units.is_of_images:
        draw_table(codebook, units, png, style)
        return
    sheet = tile_prototypes(
        ink(codebook, units.metadata),
        units.lattice,
        units.image_shape,
        units.is_dead,
        dead_grey=style["dead_grey"],
        n_colours=units.n_colours,
    )
    planes = component_planes(units.grey(codebook), units.lattice)
    title = prototypes_finding(planes, units.epoch, int(units.is_dead.sum()), "with a frame")
    with write_atomically(png) as temporary:
        titled(enlarge(sheet, style["least_width"]), title).save(temporary)


def draw_table(
    codebook: NDArray[np.float32], units: MapUnits, png: Path, style: Mapping[str, Any]
) -> None:
    """Draw a profile per unit of a table, in the table's own units."""
    names, width = units.feature_names, style["width"]
    height = profiles_height(len(names), width, map_aspect(units.lattice))
    with saved_figure([png], style, height=height) as figure:
        draw_profiles(
            figure,
            units.lattice,
            component_planes(units.in_own_units(codebook), units.lattice),
            names,
            units.frame["hits"].to_numpy(),
            epoch=units.epoch,
        )


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        checkpoint=Path(snakemake.input.checkpoint),
        purity=Path(snakemake.input.purity),
        png=Path(snakemake.output.png),
        style=snakemake.params.given["style"],
    )
