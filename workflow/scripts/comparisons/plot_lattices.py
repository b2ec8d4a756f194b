"""Draw the maps of several lattices side by side."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workflow.som.figures.comparisons.draw_lattices import (
    LatticeMap,
    draw_lattice_gallery,
    gallery_height,
)
from workflow.som.figures.comparisons.experiment_names import in_words
from workflow.som.figures.drawing.style import saved_figure
from workflow.som.files.logs import start_job
from workflow.som.statistics.map_units import read_units


def main(*, purity: Sequence[Path], png: Path, svg: Path, style: Mapping[str, Any]) -> None:
    """Read the table of units of each experiment's last epoch and draw their maps."""
    maps = []
    for units in map(read_units, purity):
        name = in_words(units.metadata["experiment"])
        maps.append(LatticeMap(name, units.lattice, units.majority_digits, units.purity))
    height = gallery_height(style["width"], len(maps))
    with saved_figure([png, svg], style, height=height) as figure:
        draw_lattice_gallery(
            figure,
            maps,
            palette=style["palette"],
            dead_colour=style["dead_colour"],
            fade_by_purity=style["fade_by_purity"],
        )


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        purity=[Path(path) for path in snakemake.input.purity],
        png=Path(snakemake.output.png),
        svg=Path(snakemake.output.svg),
        style=snakemake.params.given["style"],
    )
