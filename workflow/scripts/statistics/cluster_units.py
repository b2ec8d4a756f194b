"""Join the units of a map into clusters, and say in what each differs."""

from pathlib import Path

import numpy as np
import pandas as pd

from workflow.som.files.checkpoints import load_checkpoint
from workflow.som.files.logs import start_job
from workflow.som.files.summaries import write_summary
from workflow.som.files.tables import read_table, write_table
from workflow.som.statistics.clusters import NO_CLUSTER, cluster_units, describe_clusters
from workflow.som.statistics.map_units import read_units

KEYS = ("experiment", "dataset", "fingerprint")


def main(*, checkpoint: Path, purity: Path, training: Path, table: Path, summary: Path) -> None:
    """Read a codebook and its training samples; write the clusters, and what describes them."""
    codebook, metadata = load_checkpoint(checkpoint)
    units = read_units(purity)
    # By the training samples: there are more of them, and new samples land where they did.
    hits = np.bincount(read_table(training).frame["bmu"], minlength=len(codebook))
    found = cluster_units(codebook, hits)
    column = pd.array(found.of_units + 1, dtype="Int16")  # People count from one.
    column[found.of_units == NO_CLUSTER] = pd.NA
    places = [name for name in ("unit", "row", "column", "position") if name in units.frame]
    write_table(
        table, units.frame[places].assign(hits=hits, cluster=column), metadata, kind="clusters"
    )
    names = units.feature_names if "feature_names" in metadata else None
    said = {key: metadata[key] for key in KEYS}
    said |= {key: int(metadata[key]) for key in ("seed", "epoch")}
    said["silhouettes"] = {str(count): one for count, one in found.silhouettes.items()}
    said["clusters"] = describe_clusters(found.of_units, units.in_own_units(codebook), hits, names)
    write_summary(summary, said, kind="clusters")


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        checkpoint=Path(snakemake.input.checkpoint),
        purity=Path(snakemake.input.purity),
        training=Path(snakemake.input.training),
        table=Path(snakemake.output.table),
        summary=Path(snakemake.output.summary),
    )
