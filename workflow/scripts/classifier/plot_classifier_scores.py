"""Draw the test accuracy of every set of features by every head."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow.som.figures.classifier.draw_classifier_scores import draw_classifier_scores
from workflow.som.figures.drawing.style import saved_figure
from workflow.som.files.logs import start_job
from workflow.som.files.tables import read_table


def main(*, table: Path, png: Path, svg: Path, style: Mapping[str, Any]) -> None:
    """Read the measurements and draw them."""
    scores, metadata = read_table(table)
    with saved_figure([png, svg], style) as figure:
        draw_classifier_scores(figure, scores, dataset=metadata["dataset"])


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        table=Path(snakemake.input.table),
        png=Path(snakemake.output.png),
        svg=Path(snakemake.output.svg),
        style=snakemake.params.given["style"],
    )
