"""Draw how often two test images are neighbours again on another map, and how often by chance."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workflow.som.figures.comparisons.draw_stability import draw_stability
from workflow.som.figures.drawing.style import saved_figure
from workflow.som.files.logs import start_job
from workflow.som.files.summaries import read_summary


def main(*, summaries: Sequence[Path], png: Path, svg: Path, style: Mapping[str, Any]) -> None:
    """Read the summary of each experiment and draw them together."""
    with saved_figure([png, svg], style) as figure:
        draw_stability(figure, [read_summary(path) for path in summaries])


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        summaries=[Path(path) for path in snakemake.input.summaries],
        png=Path(snakemake.output.png),
        svg=Path(snakemake.output.svg),
        style=snakemake.params.given["style"],
    )
