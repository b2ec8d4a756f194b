"""Draw a sheet of the data set's images, one column per class."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow.som.data.classes import names_of
from workflow.som.data.datasets import read_images
from workflow.som.data.pictures import colours_of, ink
from workflow.som.figures.draw_mnist_samples import (
    arrange_samples,
    draw_mnist_samples,
    first_of_each,
    samples_caption,
)
from workflow.som.figures.drawing.style import saved_figure
from workflow.som.files.logs import start_job


def main(*, images: Path, png: Path, style: Mapping[str, Any]) -> None:
    """Read one split of a data set and draw its first images."""
    test = read_images(images)
    names, n_rows = names_of(test.metadata), style["rows"]
    columns, headings = first_of_each(test.labels, names, n_rows)
    pictures = ink(test.pixels, test.metadata)
    pictures = pictures.reshape(-1, *test.image_shape, colours_of(test.metadata))
    sheet = arrange_samples(pictures, columns, max(1, *map(len, columns)))
    height = style["width"] * sheet.shape[0] / sheet.shape[1] + 0.45
    with saved_figure([png], style, height=height) as figure:
        draw_mnist_samples(
            figure,
            sheet,
            headings,
            caption=samples_caption(columns, names, len(test.labels), test.metadata["dataset"]),
        )


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        images=Path(snakemake.input.images),
        png=Path(snakemake.output.png),
        style=snakemake.params.given["style"],
    )
