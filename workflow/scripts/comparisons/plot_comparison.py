"""Draw every measure of a comparison's experiments."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow.som.figures.comparisons.draw_comparison import comparison_height, draw_comparison
from workflow.som.figures.drawing.style import house_style, new_figure, save_figure
from workflow.som.files.logs import log_to
from workflow.som.files.tables import read_table


def main(*, table: Path, png: Path, svg: Path, style: Mapping[str, Any]) -> None:
    """Read the table of runs and draw it."""
    runs = read_table(table).frame
    with house_style():
        height = comparison_height(runs["experiment"].nunique())
        figure = new_figure(style["width"], height, style["dpi"])
        draw_comparison(figure, runs)
        save_figure(figure, [png, svg])


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        table=Path(snakemake.input.table),
        png=Path(snakemake.output.png),
        svg=Path(snakemake.output.svg),
        style=snakemake.params.given["style"],
    )
