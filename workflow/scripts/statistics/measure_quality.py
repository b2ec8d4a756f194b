"""Measure how well a map fits the test set, keeps neighbourhoods and separates digits."""

from pathlib import Path

from workflow.som.data.datasets import read_images
from workflow.som.files.checkpoints import load_checkpoint
from workflow.som.files.logs import Progress, start_job
from workflow.som.files.summaries import write_summary
from workflow.som.files.tables import read_table
from workflow.som.mapping.activations import nearest_from
from workflow.som.model.lattice import Lattice
from workflow.som.statistics.hits import count_hits
from workflow.som.statistics.quality.measures import measure_quality

N_NEIGHBOURS = [10, 20]
# Neighbourhoods are compared between all pairs of this many images.
N_COMPARED = 5000


def main(*, images: Path, checkpoint: Path, test: Path, training: Path, summary: Path) -> None:
    """Read a codebook with the activations of the `test` and `training` set; write a summary."""
    data = read_images(images)
    codebook, metadata = load_checkpoint(checkpoint)
    lattice = Lattice.from_json(metadata["lattice"])
    trained = read_table(training).frame
    with Progress(
        total=min(N_COMPARED, len(data.labels)), desc="measure quality", unit=" images"
    ) as bar:
        quality = measure_quality(
            data.pixels,
            data.labels,
            codebook,
            nearest_from(read_table(test).frame),
            lattice,
            training_counts=count_hits(
                trained["bmu"].to_numpy(), trained["label"].to_numpy(), lattice.n_units
            ),
            radius=float(metadata["radius"]),
            n_neighbours=N_NEIGHBOURS,
            n_compared=N_COMPARED,
            report=bar.update,
        )
    kept = {key: metadata[key] for key in ("experiment", "dataset", "fingerprint")}
    kept |= {key: int(metadata[key]) for key in ("seed", "epoch")}
    write_summary(summary, kept | quality, kind="quality")


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        images=Path(snakemake.input.images),
        checkpoint=Path(snakemake.input.checkpoint),
        test=Path(snakemake.input.test),
        training=Path(snakemake.input.training),
        summary=Path(snakemake.output.summary),
    )
