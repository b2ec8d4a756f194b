"""Map a file of new samples on a finished run."""

import json
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from workflow.som.data.classes import has_labels, names_of
from workflow.som.data.own_files import is_table, read_samples
from workflow.som.files.checkpoints import load_checkpoint
from workflow.som.files.logs import start_job
from workflow.som.files.tables import read_table, write_table
from workflow.som.mapping.activations import labels_of
from workflow.som.mapping.new_samples import as_the_run_saw_them, map_samples
from workflow.som.model.lattice import Lattice
from workflow.som.statistics.hits import count_hits, label_units

logger = logging.getLogger("workflow")


def main(
    *,
    source: str,
    checkpoint: Path,
    training: Path,
    clusters: Sequence[Path],
    table: Path,
    threads: int,
) -> None:
    """Read new samples and a run's last epoch; write one row per sample."""
    codebook, metadata = load_checkpoint(checkpoint)
    features = metadata.get("feature_names") if is_table(source) else None
    raw = read_samples(source, None, None if features is None else json.loads(features))
    samples = as_the_run_saw_them(source, raw, metadata)
    trained = read_table(training).frame
    columns = {}
    if has_labels(metadata):
        names = names_of(metadata)
        counts = count_hits(
            trained["bmu"].to_numpy(), labels_of(trained), len(codebook), len(names)
        )
        labels = label_units(counts)
        columns["unit_class"] = np.array([*names, None], dtype=object)[labels]
    for path in clusters:
        columns["cluster"] = pd.array(read_table(path).frame["cluster"], dtype="Int16")
    frame = map_samples(
        samples,
        codebook,
        Lattice.from_json(metadata["lattice"]),
        trained["distance"].to_numpy(),
        columns,
        threads=threads,
    )
    write_table(table, frame, metadata | {"file": table.stem}, kind="mapped")
    far = int(frame["is_far"].sum())
    logger.info("%s: %d samples mapped, %d of them far from every unit", source, len(frame), far)


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        source=snakemake.params.given["source"],
        checkpoint=Path(snakemake.input.checkpoint),
        training=Path(snakemake.input.training),
        clusters=[Path(path) for path in snakemake.input.clusters],
        table=Path(snakemake.output.table),
        threads=snakemake.threads,
    )
