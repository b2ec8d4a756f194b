"""Draw the worst mistakes of the best model on the map, placed on it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from workflow.som.data.datasets import read_images
from workflow.som.figures.classifier.draw_classifier_mistakes import (
    draw_classifier_mistakes,
    worst_mistakes,
)
from workflow.som.figures.classifier.draw_classifier_scores import model_name
from workflow.som.figures.drawing.style import house_style, new_figure, save_figure
from workflow.som.files.logs import log_to
from workflow.som.files.tables import read_table
from workflow.som.model.lattice import Lattice


def main(
    *, table: Path, images: Path, purity: Path, png: Path, svg: Path, style: Mapping[str, Any]
) -> None:
    """Read predictions, the test images and the map's majority digits; draw the worst mistakes."""
    predictions, metadata = read_table(table)
    mistakes = worst_mistakes(predictions, style["mistakes"])
    test = read_images(images)
    chosen = np.searchsorted(test.sample, mistakes["sample"], sorter=np.argsort(test.sample))
    pictures = test.pixels[np.argsort(test.sample)[chosen]]
    majority = read_table(purity).frame["majority_digit"].to_numpy(float, na_value=np.nan)
    with house_style():
        figure = new_figure(style["width"], style["height"], style["dpi"])
        draw_classifier_mistakes(
            figure,
            mistakes,
            pictures.reshape(-1, *json.loads(test.metadata["image_shape"])),
            Lattice.from_json(metadata["lattice"]),
            majority,
            model=model_name(metadata["features"], metadata["head"]),
            palette=style["palette"],
            dead_colour=style["dead_colour"],
        )
        save_figure(figure, [png, svg])


if __name__ == "__main__":
    log_to(snakemake.log[0])
    paths = {key: Path(path) for key, path in snakemake.input.items()}
    outputs = {key: Path(path) for key, path in snakemake.output.items()}
    main(**paths, **outputs, style=snakemake.params.given["style"])
