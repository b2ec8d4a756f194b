"""Draw a sheet of the data set's images, one column per digit."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow.som.data.datasets import read_images
from workflow.som.figures.draw_mnist_samples import arrange_samples, draw_mnist_samples
from workflow.som.figures.drawing.style import saved_figure
from workflow.som.files.logs import start_job


def main(*, images: Path, png: Path, style: Mapping[str, Any]) -> None:
    """Read one split of a data set and draw its first images."""
    test = read_images(images)
    sheet = arrange_samples(test.pixels, test.labels, test.image_shape, style["rows"])
    height = style["width"] * sheet.shape[0] / sheet.shape[1] + 0.45
    with saved_figure([png], style, height=height) as figure:
        draw_mnist_samples(
            figure,
            sheet,
            test.image_shape,
            dataset=test.metadata["dataset"],
            n_samples=len(test.labels),
        )


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        images=Path(snakemake.input.images),
        png=Path(snakemake.output.png),
        style=snakemake.params.given["style"],
    )
