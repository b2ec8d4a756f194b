"""Draw how near the engine stays to a float64 loop, and where paths part."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow.som.figures.benchmark.draw_faithfulness import draw_faithfulness
from workflow.som.figures.drawing.style import saved_figure
from workflow.som.files.logs import start_job
from workflow.som.files.tables import read_table


def main(*, segments: Path, windows: Path, png: Path, svg: Path, style: Mapping[str, Any]) -> None:
    """Read the two tables of the study."""
    tables = read_table(segments).frame, read_table(windows).frame
    with saved_figure([png, svg], style) as figure:
        draw_faithfulness(figure, *tables)


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        segments=Path(snakemake.input.segments),
        windows=Path(snakemake.input.windows),
        png=Path(snakemake.output.png),
        svg=Path(snakemake.output.svg),
        style=snakemake.params.given["style"],
    )
