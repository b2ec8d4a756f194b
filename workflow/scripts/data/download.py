"""Fetch a data set's original files and verify their checksums."""

from pathlib import Path

from workflow.som.data.downloads import fetch_dataset
from workflow.som.files.logs import start_job


def main(folder: Path, *, dataset: str, mirror: str) -> None:
    """Put the original files of `dataset` into `folder`, from `mirror` if it has them."""
    fetch_dataset(dataset, folder, mirror)


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        folder=Path(snakemake.output[0]).parent,
        dataset=snakemake.params.given["dataset"],
        # Not a parameter of the rule: the mirror never changes a result.
        mirror=snakemake.config["mirror"],
    )
