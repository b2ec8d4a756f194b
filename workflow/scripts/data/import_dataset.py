"""Turn a data set of the user's own into Parquet tables with one row per sample."""

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow.som.data.datasets import write_samples
from workflow.som.data.own import prepare
from workflow.som.data.own_settings import own_dataset
from workflow.som.files.logs import start_job

logger = logging.getLogger("workflow")


def main(train: Path, test: Path, *, name: str, keys: Mapping[str, Any]) -> None:
    """Read the data set that `keys` of the configuration describe; write `train` and `test`."""
    *parts, metadata = prepare(own_dataset(keys))
    for path, split, part in zip((train, test), ("train", "test"), parts, strict=True):
        own = metadata | {"dataset": name, "split": split}
        write_samples(path, part.sample, part.values, part.labels, own)
    for line in findings(name, len(parts[0].sample), len(parts[1].sample), metadata):
        logger.info(line)


def findings(name: str, n_train: int, n_test: int, metadata: Mapping[str, str]) -> list[str]:
    """Return what a reader should know of a data set, a line each."""
    classes = json.loads(metadata.get("class_names", "[]"))
    lines = [f"{name}: {n_train:,} samples to train and {n_test:,} to test"]
    if classes:
        lines[0] += f", {len(classes)} class{'' if len(classes) == 1 else 'es'}"
    if len(classes) == 1:
        lines.append(f"! {name} has one class only, so every unit shows that class alone")
    if "missing" in metadata:
        found = json.loads(metadata["missing"])
        lines.append(
            f"{name}: {found['train'] + found['test']:,} missing values were replaced by the "
            f"{found['kind']} of the training part"
        )
    return lines


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        train=Path(snakemake.output.train),
        test=Path(snakemake.output.test),
        name=snakemake.wildcards.dataset,
        keys=snakemake.params.given["dataset"],
    )
