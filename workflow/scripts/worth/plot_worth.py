"""Draw what the share of single-digit units is worth."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow.som.figures.drawing.style import saved_figure
from workflow.som.figures.worth.draw_worth import draw_worth
from workflow.som.files.logs import start_job
from workflow.som.files.tables import read_table
from workflow.som.statistics.worth_averages import average_draws


def main(*, table: Path, png: Path, svg: Path, style: Mapping[str, Any]) -> None:
    """Read the measurements and draw them."""
    worth, metadata = read_table(table)
    with saved_figure([png, svg], style) as figure:
        draw_worth(
            figure,
            average_draws(worth),
            n_units=int(metadata["n_units"]),
            dataset=metadata["dataset"],
        )


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        table=Path(snakemake.input.table),
        png=Path(snakemake.output.png),
        svg=Path(snakemake.output.svg),
        style=snakemake.params.given["style"],
    )
