"""Tune and train the heads on one set of features; predict the test set."""

from pathlib import Path

from workflow.som.classifier.scores import measure_features
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
    scores: Path,
    predictions: Path,
    *,
    features: str,
    settings: Settings,
) -> None:
    """Read images and the map; write one row per head, and its predictions for the test set."""
    codebook, metadata = load_checkpoint(checkpoint)
    rows, predicted = measure_features(
        features,
        read_images(train),
        read_images(test),
        codebook,
        Lattice.from_json(metadata["lattice"]),
        settings,
    )
    kept = {key: metadata[key] for key in ("experiment", "dataset", "seed", "epoch", "lattice")}
    kept["features"] = features
    write_table(scores, rows, kept, kind="feature_scores")
    write_table(predictions, predicted, kept, kind="feature_predictions")


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        train=Path(snakemake.input.train),
        test=Path(snakemake.input.test),
        checkpoint=Path(snakemake.input.checkpoint),
        scores=Path(snakemake.output.scores),
        predictions=Path(snakemake.output.predictions),
        features=snakemake.wildcards.features,
        settings=settings_from(snakemake.config),
    )
