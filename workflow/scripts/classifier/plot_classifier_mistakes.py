"""Draw the worst mistakes of the best model on the map, placed on it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from workflow.som.classifier.mistakes import worst_mistakes
from workflow.som.data.datasets import read_images
from workflow.som.figures.classifier.draw_classifier_mistakes import draw_classifier_mistakes
from workflow.som.figures.classifier.draw_classifier_scores import model_name
from workflow.som.figures.drawing.style import saved_figure
from workflow.som.files.logs import start_job
from workflow.som.files.tables import read_table
from workflow.som.statistics.map_units import read_units


def main(
    *, table: Path, images: Path, purity: Path, png: Path, svg: Path, style: Mapping[str, Any]
) -> None:
    """Read predictions, the test images and the map's majority digits; draw the worst mistakes."""
    predictions, metadata = read_table(table)
    mistakes = worst_mistakes(predictions, style["mistakes"])
    test = read_images(images)
    chosen = np.searchsorted(test.sample, mistakes["sample"], sorter=np.argsort(test.sample))
    pictures = test.pixels[np.argsort(test.sample)[chosen]]
    units = read_units(purity)
    with saved_figure([png, svg], style) as figure:
        draw_classifier_mistakes(
            figure,
            mistakes,
            pictures.reshape(-1, *test.image_shape),
            units.lattice,
            units.majority_digits,
            model=model_name(metadata["features"], metadata["head"]),
            palette=style["palette"],
            dead_colour=style["dead_colour"],
        )


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    paths = {key: Path(path) for key, path in snakemake.input.items()}
    outputs = {key: Path(path) for key, path in snakemake.output.items()}
    main(**paths, **outputs, style=snakemake.params.given["style"])
