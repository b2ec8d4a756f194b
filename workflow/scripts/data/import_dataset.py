"""Turn a data set of the user's own into Parquet tables with one row per sample."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow.som.data.datasets import write_samples
from workflow.som.data.own import describe, prepare
from workflow.som.data.own_settings import own_dataset
from workflow.som.files.logs import start_job

logger = logging.getLogger("workflow")


def main(train: Path, test: Path, *, name: str, keys: Mapping[str, Any]) -> None:
    """Read the data set that `keys` of the configuration describe; write `train` and `test`."""
    *parts, metadata = prepare(own_dataset(keys))
    for path, split, part in zip((train, test), ("train", "test"), parts, strict=True):
        own = metadata | {"dataset": name, "split": split}
        write_samples(path, part.sample, part.values, part.labels, own)
    for line in describe(name, *parts, metadata):
        logger.info(line)


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        train=Path(snakemake.output.train),
        test=Path(snakemake.output.test),
        name=snakemake.wildcards.dataset,
        keys=snakemake.params.given["dataset"],
    )
