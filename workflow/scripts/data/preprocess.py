"""Turn a data set's original files into Parquet tables with one row per image."""

import json
from pathlib import Path

from workflow.som.data.datasets import read_sources, write_images
from workflow.som.data.downloads import verify_sources
from workflow.som.files.logs import start_job


def main(folder: Path, train: Path, test: Path, *, dataset: str) -> None:
    """Read the original files in `folder`; write the tables `train` and `test`."""
    checksums = verify_sources(dataset, folder)
    metadata = {"dataset": dataset, "sources_md5": json.dumps(checksums)}
    for split, path in (("train", train), ("test", test)):
        sample, images, labels = read_sources(dataset, folder, split)
        write_images(path, sample, images, labels, {**metadata, "split": split})


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        folder=Path(snakemake.input[0]).parent,
        train=Path(snakemake.output.train),
        test=Path(snakemake.output.test),
        dataset=snakemake.wildcards.dataset,
    )
