"""Turn a data set's original files into a larger training set of deformed images."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workflow.som.data.classes import NAMES
from workflow.som.data.datasets import read_sources, write_images, write_images_in_parts
from workflow.som.data.deformations import SETTINGS, deformed_blocks
from workflow.som.data.downloads import verify_sources
from workflow.som.data.own_settings import DeformedDataset
from workflow.som.files.logs import Progress, start_job


def main(
    folder: Path, train: Path, test: Path, *, name: str, keys: Mapping[str, Any], threads: int
) -> None:
    """Read the original files in `folder`; write the deformed `train` and the same `test`."""
    dataset = DeformedDataset(**keys)
    source = dataset.deformed
    checksums = verify_sources(source, folder)
    metadata = {"dataset": name, "source": source, "sources_md5": json.dumps(checksums)}
    if source in NAMES:  # Digits need no names.
        metadata["class_names"] = json.dumps(NAMES[source])
    write_images(test, *read_sources(source, folder, "test"), metadata | {"split": "test"})
    _, images, labels = read_sources(source, folder, "train")
    blocks = deformed_blocks(images, dataset.samples, dataset.seed, threads=threads)
    write_images_in_parts(
        train,
        np.arange(dataset.samples, dtype=np.int32),
        np.resize(labels, dataset.samples),  # Repeats them in their order.
        images.shape[1:],
        counted(blocks, name, dataset.samples),
        metadata | {"split": "train", "deformation": json.dumps({"seed": dataset.seed} | SETTINGS)},
    )


def counted(
    blocks: Iterable[NDArray[np.uint8]], name: str, n_samples: int
) -> Iterator[NDArray[np.uint8]]:
    """Pass blocks on, and show how many samples were made."""
    with Progress(total=n_samples, desc=name, unit_scale=True) as bar:
        for block in blocks:
            yield block
            bar.update(len(block))


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        folder=Path(snakemake.input[0]).parent,
        train=Path(snakemake.output.train),
        test=Path(snakemake.output.test),
        name=snakemake.wildcards.dataset,
        keys=snakemake.params.given["dataset"],
        threads=snakemake.threads,
    )
