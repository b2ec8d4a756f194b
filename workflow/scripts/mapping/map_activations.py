"""Map the test set on the codebooks of several epochs."""

from collections.abc import Sequence
from pathlib import Path

from workflow.som.data.datasets import open_images
from workflow.som.engine.search.find import find_two_nearest
from workflow.som.files.checkpoints import load_checkpoint
from workflow.som.files.logs import Progress, start_job
from workflow.som.files.tables import write_table
from workflow.som.mapping.activations import activations_table
from workflow.som.model.lattice import Lattice


def main(
    images: Path, checkpoints: Sequence[Path], activations: Sequence[Path], *, threads: int
) -> None:
    """Map `images` on each of `checkpoints`; write a table of activations for each."""
    test = open_images(images)
    for checkpoint, path in Progress(
        list(zip(checkpoints, activations, strict=True)), desc="map the test set", unit=" epochs"
    ):
        codebook, metadata = load_checkpoint(checkpoint)
        nearest = find_two_nearest(test.pixels, codebook, threads=threads)
        lattice = Lattice.from_json(metadata["lattice"])
        frame = activations_table(test.sample, test.label_column, nearest, lattice)
        write_table(path, frame, metadata, kind="activations")


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        images=Path(snakemake.input.images),
        checkpoints=[Path(path) for path in snakemake.input.checkpoints],
        activations=[Path(path) for path in snakemake.output.activations],
        threads=snakemake.threads,
    )
