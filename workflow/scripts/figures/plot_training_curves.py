"""Draw errors, schedules and the quality of the map against the epoch."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workflow.som.figures.draw_training_curves import draw_training_curves, summaries_frame
from workflow.som.figures.drawing.style import saved_figure
from workflow.som.files.logs import start_job
from workflow.som.files.summaries import read_summary
from workflow.som.files.tables import read_table


def main(
    *,
    history: Path,
    summaries: Sequence[Path],
    png: Path,
    svg: Path,
    style: Mapping[str, Any],
) -> None:
    """Read the history of the training and the summaries of its maps (none is fine)."""
    epochs = read_table(history).frame
    maps = summaries_frame([read_summary(path) for path in summaries])
    with saved_figure([png, svg], style) as figure:
        draw_training_curves(figure, epochs, maps)


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        history=Path(snakemake.input.history),
        summaries=[Path(path) for path in snakemake.input.get("summaries", [])],
        png=Path(snakemake.output.png),
        svg=Path(snakemake.output.svg),
        style=snakemake.params.given["style"],
    )
