"""Measure in each epoch how well every unit recognises a single digit."""

import json
from collections.abc import Sequence
from pathlib import Path

from workflow.som.data.classes import column_prefix, has_labels, n_classes
from workflow.som.files.logs import Progress, start_job
from workflow.som.files.summaries import write_summary
from workflow.som.files.tables import read_table, write_table
from workflow.som.mapping.activations import labels_of, nearest_from
from workflow.som.mapping.map_errors import map_errors
from workflow.som.model.lattice import Lattice
from workflow.som.statistics.hits import count_hits
from workflow.som.statistics.purity import summarise, summarise_hits, units_table, without_labels

KEYS = (
    *("experiment", "seed", "epoch", "dataset", "lattice", "fingerprint"),
    *("image_shape", "class_names", "feature_names", "scaling", "pixel_range"),
)


def main(
    test: Sequence[Path],
    training: Sequence[Path],
    units: Sequence[Path],
    summaries: Sequence[Path],
    *,
    permutations: int,
) -> None:
    """Read the activations of both sets; write a table of units and a summary for each epoch."""
    epochs = list(zip(test, training, units, summaries, strict=True))
    for test_path, training_path, units_path, summary_path in Progress(
        epochs, desc="measure purity", unit=" epochs"
    ):
        frame, metadata = read_table(test_path)
        trained, of_training = read_table(training_path)
        lattice = Lattice.from_json(metadata["lattice"])
        labels, trained_labels = labels_of(frame), labels_of(trained)
        size = lattice.n_units, n_classes(metadata)
        counts = count_hits(frame["bmu"].to_numpy(), labels, *size)
        summary = {key: metadata[key] for key in ("experiment", "dataset", "fingerprint")}
        summary |= {key: int(metadata[key]) for key in ("seed", "epoch")}
        summary["shape"] = list(lattice.shape)
        if has_labels(metadata):
            if "class_names" in metadata:
                summary["class_names"] = json.loads(metadata["class_names"])
            summary |= summarise(
                counts,
                count_hits(trained["bmu"].to_numpy(), trained_labels, *size),
                frame["bmu"].to_numpy(),
                labels,
                permutations=permutations,
                seed=summary["seed"],
            )
            table = units_table(counts, lattice, column_prefix(metadata))
        else:
            summary |= summarise_hits(counts)
            table = without_labels(counts, lattice)
        summary |= map_errors(nearest_from(frame), lattice)._asdict()
        summary["codebook_spread"] = json.loads(of_training["history"]).get("codebook_spread")
        kept = {key: metadata[key] for key in KEYS if key in metadata}
        write_table(units_path, table, kept | {"n_samples": str(len(frame))}, kind="purity")
        write_summary(summary_path, summary, kind="purity")


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        test=[Path(path) for path in snakemake.input.test],
        training=[Path(path) for path in snakemake.input.training],
        units=[Path(path) for path in snakemake.output.units],
        summaries=[Path(path) for path in snakemake.output.summaries],
        permutations=snakemake.params.given["permutations"],
    )
