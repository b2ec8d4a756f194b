"""Choose training images at random as prototypes: a control without learning."""

from pathlib import Path

from workflow.som.data.datasets import read_images
from workflow.som.files.checkpoints import save_checkpoint
from workflow.som.files.logs import start_job
from workflow.som.statistics.prototypes import choose_random_images


def main(images: Path, codebook: Path, *, n_prototypes: int, seed: int) -> None:
    """Write `n_prototypes` random training `images` to `codebook`."""
    training = read_images(images)
    metadata = {key: training.metadata[key] for key in ("dataset", "image_shape")}
    metadata |= {"codebook": codebook.stem, "seed": str(seed)}
    chosen = choose_random_images(training.pixels, n_prototypes, seed=seed)
    save_checkpoint(codebook, chosen, metadata, kind="prototypes")


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        Path(snakemake.input.images),
        Path(snakemake.output.codebook),
        n_prototypes=snakemake.params.given["n_prototypes"],
        seed=snakemake.params.given["seed"],
    )
