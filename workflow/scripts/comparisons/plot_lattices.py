"""Draw the maps of several lattices side by side."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from workflow.som.figures.comparisons.draw_lattices import (
    LatticeMap,
    draw_lattice_gallery,
    gallery_height,
)
from workflow.som.figures.drawing.style import house_style, new_figure, save_figure
from workflow.som.files.logs import log_to
from workflow.som.files.tables import read_table
from workflow.som.model.lattice import Lattice


def main(*, purity: Sequence[Path], png: Path, svg: Path, style: Mapping[str, Any]) -> None:
    """Read the table of units of each experiment's last epoch and draw their maps."""
    maps = []
    for path in purity:
        units, metadata = read_table(path)
        maps.append(
            LatticeMap(
                metadata["experiment"].replace("_", " "),
                Lattice.from_json(metadata["lattice"]),
                units["majority_digit"].to_numpy(float, na_value=np.nan),
                units["purity"].to_numpy(float, na_value=np.nan),
            )
        )
    with house_style():
        height = gallery_height(style["width"], len(maps))
        figure = new_figure(style["width"], height, style["dpi"])
        draw_lattice_gallery(
            figure,
            maps,
            palette=style["palette"],
            dead_colour=style["dead_colour"],
            fade_by_purity=style["fade_by_purity"],
        )
        save_figure(figure, [png, svg])


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        purity=[Path(path) for path in snakemake.input.purity],
        png=Path(snakemake.output.png),
        svg=Path(snakemake.output.svg),
        style=snakemake.params.given["style"],
    )
