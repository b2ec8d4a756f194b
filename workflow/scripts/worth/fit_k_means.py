"""Fit k-means by Lloyd's steps: a control with as many prototypes and no lattice."""

from pathlib import Path

from workflow.som.data.datasets import read_images
from workflow.som.files.checkpoints import save_checkpoint
from workflow.som.files.logs import Progress, start_job
from workflow.som.statistics.prototypes import fit_lloyd_k_means


def main(
    images: Path, codebook: Path, *, n_prototypes: int, epochs: int, seed: int, threads: int
) -> None:
    """Fit `n_prototypes` centres to the training `images` and write them to `codebook`."""
    training = read_images(images)
    with Progress(total=epochs, desc="k-means", unit=" epochs") as bar:
        centres = fit_lloyd_k_means(
            training.pixels,
            n_prototypes,
            epochs=epochs,
            seed=seed,
            threads=threads,
            report=bar.update,
        )
    metadata = {key: training.metadata[key] for key in ("dataset", "image_shape")}
    metadata |= {"codebook": codebook.stem, "seed": str(seed), "epochs": str(epochs)}
    save_checkpoint(codebook, centres, metadata, kind="prototypes")


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        Path(snakemake.input.images),
        Path(snakemake.output.codebook),
        n_prototypes=snakemake.params.given["n_prototypes"],
        epochs=snakemake.params.given["epochs"],
        seed=snakemake.params.given["seed"],
        threads=snakemake.threads,
    )
