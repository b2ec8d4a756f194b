"""Draw every unit's weight vector as an image, laid out as the lattice."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow.som.figures.draw_prototypes import enlarge, tile_prototypes, titled
from workflow.som.files.atomic import write_atomically
from workflow.som.files.checkpoints import load_checkpoint
from workflow.som.files.logs import start_job
from workflow.som.statistics.map_units import read_units


def main(*, checkpoint: Path, purity: Path, png: Path, style: Mapping[str, Any]) -> None:
    """Read the codebook and the units of one epoch and draw the prototypes."""
    codebook = load_checkpoint(checkpoint).codebook
    units = read_units(purity)
    sheet = tile_prototypes(
        units.brightness(codebook),
        units.lattice,
        units.image_shape,
        units.is_dead,
        dead_grey=style["dead_grey"],
        n_colours=units.n_colours,
    )
    title = f"What each of {len(codebook):,} units stands for after epoch {units.epoch}"
    if dead := int(units.is_dead.sum()):
        title += f"; {dead:,} with a frame are dead"
    with write_atomically(png) as temporary:
        titled(enlarge(sheet, style["least_width"]), title).save(temporary)


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        checkpoint=Path(snakemake.input.checkpoint),
        purity=Path(snakemake.input.purity),
        png=Path(snakemake.output.png),
        style=snakemake.params.given["style"],
    )
