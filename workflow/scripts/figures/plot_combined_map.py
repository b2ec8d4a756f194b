"""Draw all digits on one map, beside the histogram of unique digits a unit."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from workflow.som.figures.draw_combined_map import draw_combined_map
from workflow.som.figures.drawing.style import house_style, new_figure, save_figure
from workflow.som.files.logs import log_to
from workflow.som.files.summaries import read_summary
from workflow.som.files.tables import read_table
from workflow.som.model.lattice import Lattice


def main(
    *,
    purity: Path,
    summary: Path,
    png: Path,
    svg: Path,
    style: Mapping[str, Any],
) -> None:
    """Read the table and the summary of one epoch and draw them side by side."""
    units, metadata = read_table(purity)
    with house_style():
        figure = new_figure(style["width"], style["height"], style["dpi"])
        draw_combined_map(
            figure,
            Lattice.from_json(metadata["lattice"]),
            units["majority_digit"].to_numpy(float, na_value=np.nan),
            units["purity"].to_numpy(float, na_value=np.nan),
            read_summary(summary),
            palette=style["palette"],
            dead_colour=style["dead_colour"],
            fade_by_purity=style["fade_by_purity"],
        )
        save_figure(figure, [png, svg])


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        purity=Path(snakemake.input.purity),
        summary=Path(snakemake.input.summary),
        png=Path(snakemake.output.png),
        svg=Path(snakemake.output.svg),
        style=snakemake.params.given["style"],
    )
