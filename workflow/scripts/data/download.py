"""Fetch a data set's original files and verify their checksums."""

from pathlib import Path

from workflow.som.data.downloads import fetch_dataset
from workflow.som.files.logs import log_to


def main(folder: Path, *, dataset: str, mirror: str) -> None:
    """Put the original files of `dataset` into `folder`, from `mirror` if it has them."""
    fetch_dataset(dataset, folder, mirror)


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        folder=Path(snakemake.output[0]).parent,
        dataset=snakemake.params.given["dataset"],
        # Not a parameter of the rule: the mirror never changes a result.
        mirror=snakemake.config["mirror"],
    )
