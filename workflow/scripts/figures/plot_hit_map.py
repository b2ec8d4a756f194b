"""Draw how many test samples each unit answers to."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow.som.figures.draw_hit_map import draw_hit_map, hit_map_height
from workflow.som.figures.drawing.layout import map_aspect
from workflow.som.figures.drawing.style import saved_figure
from workflow.som.files.logs import start_job
from workflow.som.statistics.hits import dead_by_chance
from workflow.som.statistics.map_units import read_units


def main(*, purity: Path, png: Path, svg: Path, style: Mapping[str, Any]) -> None:
    """Read the units of one epoch and draw their hits."""
    units = read_units(purity)
    hits = units.frame["hits"].to_numpy()
    height = hit_map_height(style["width"], map_aspect(units.lattice))
    with saved_figure([png, svg], style, height=height) as figure:
        draw_hit_map(
            figure,
            units.lattice,
            hits,
            dead_by_chance=dead_by_chance(len(hits), int(hits.sum())),
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
