"""Measure the accuracy against the number of labels, for one set of features."""

from pathlib import Path

from workflow.som.classifier.scores import measure_learning_curve
from workflow.som.config.classifier_settings import Settings, settings_from
from workflow.som.data.datasets import read_images
from workflow.som.files.checkpoints import load_checkpoint
from workflow.som.files.logs import start_job
from workflow.som.files.tables import write_table
from workflow.som.model.lattice import Lattice


def main(
    train: Path,
    test: Path,
    checkpoint: Path,
    table: Path,
    *,
    features: str,
    settings: Settings,
) -> None:
    """Read images and the map; write one row for each draw of each number of labels."""
    codebook, metadata = load_checkpoint(checkpoint)
    frame = measure_learning_curve(
        features,
        read_images(train),
        read_images(test),
        codebook,
        Lattice.from_json(metadata["lattice"]),
        settings,
    )
    kept = {key: metadata[key] for key in ("experiment", "dataset", "seed")}
    kept["features"] = features
    write_table(table, frame, kept, kind="feature_learning_curve")


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        train=Path(snakemake.input.train),
        test=Path(snakemake.input.test),
        checkpoint=Path(snakemake.input.checkpoint),
        table=Path(snakemake.output.table),
        features=snakemake.wildcards.features,
        settings=settings_from(snakemake.config),
    )
