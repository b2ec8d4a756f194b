"""Draw which digits the best model on the map takes for which."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow.som.classifier.mistakes import count_confusions
from workflow.som.figures.classifier.draw_classifier_confusion import draw_classifier_confusion
from workflow.som.figures.classifier.draw_classifier_scores import model_name
from workflow.som.figures.drawing.style import saved_figure
from workflow.som.files.logs import start_job
from workflow.som.files.tables import read_table


def main(*, table: Path, png: Path, svg: Path, style: Mapping[str, Any]) -> None:
    """Read the predictions and draw their confusion matrix."""
    predictions, metadata = read_table(table)
    model = model_name(metadata["features"], metadata["head"])
    with saved_figure([png, svg], style) as figure:
        draw_classifier_confusion(figure, count_confusions(predictions), model=model)


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        table=Path(snakemake.input.table),
        png=Path(snakemake.output.png),
        svg=Path(snakemake.output.svg),
        style=snakemake.params.given["style"],
    )
