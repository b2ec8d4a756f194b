"""Build the web page on which a map is explored."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from workflow.som.data.datasets import read_images
from workflow.som.data.pictures import colours_of, ink, pixel_scale_of
from workflow.som.figures.drawing.dataset_names import dataset_in_words
from workflow.som.figures.drawing.style import class_colours
from workflow.som.figures.explorer.contents import Frame, Samples, gather
from workflow.som.figures.explorer.page import build_page
from workflow.som.files.atomic import write_atomically
from workflow.som.files.checkpoints import load_checkpoint
from workflow.som.files.logs import start_job
from workflow.som.files.summaries import read_summary
from workflow.som.files.tables import read_table
from workflow.som.statistics.hits import count_hits, label_units
from workflow.som.statistics.map_units import read_units
from workflow.som.statistics.u_matrix import u_matrix as compute_u_matrix


def main(
    *,
    checkpoints: Sequence[Path],
    purity: Sequence[Path],
    activations: Path,
    training_activations: Path,
    images: Path,
    summary: Path,
    html: Path,
    style: Mapping[str, Any],
) -> None:
    """Read the maps of some epochs, and where the test images landed; write the page.

    `checkpoints` and `purity` are of the same epochs, in their order; `activations`, those of the
    test images, `training_activations` and `summary` are of the last one.
    """
    units = [read_units(path) for path in purity]
    codebooks = [load_checkpoint(path).codebook for path in checkpoints]
    frames = [
        Frame(
            one.epoch,
            one.counts,
            ink(codebook, one.metadata),
            compute_u_matrix(codebook, one.lattice),
        )
        for one, codebook in zip(units, codebooks, strict=True)
    ]
    last = units[-1]
    training = read_table(training_activations).frame
    counts = count_hits(
        *(training["bmu"].to_numpy(), training["label"].to_numpy()),
        *(last.lattice.n_units, len(last.class_names)),
    )
    landed, test = read_table(activations).frame, read_images(images)
    colours = [colours_of(test.metadata)] if colours_of(test.metadata) > 1 else []
    samples = Samples(
        test.sample,
        ink(test.pixels, test.metadata).reshape(-1, *test.image_shape, *colours),
        test.labels,
        landed["bmu"].to_numpy(),
        landed["distance"].to_numpy(np.float64),
    )
    contents = gather(
        last.lattice,
        frames,
        label_units(counts),
        samples,
        read_summary(summary),
        classes=last.class_names,
        pixel_scale=pixel_scale_of(last.metadata),
    )
    palette = class_colours(style["palette"], len(last.class_names))
    dataset = dataset_in_words(last.metadata["dataset"])
    title = f"Self-organizing map of {dataset} · {last.metadata['experiment']}"
    page = build_page(contents, title=title, **{**style, "palette": palette})
    with write_atomically(html) as temporary:
        temporary.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        checkpoints=[Path(path) for path in snakemake.input.checkpoints],
        purity=[Path(path) for path in snakemake.input.purity],
        activations=Path(snakemake.input.activations),
        training_activations=Path(snakemake.input.training_activations),
        images=Path(snakemake.input.images),
        summary=Path(snakemake.input.summary),
        html=Path(snakemake.output.html),
        style=snakemake.params.given["style"],
    )
