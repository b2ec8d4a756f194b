"""Map the test and the training set on a codebook, either a map's or a control's."""

from pathlib import Path

import pandas as pd

from workflow.som.data.datasets import read_images
from workflow.som.engine.search.find import find_bmus
from workflow.som.files.checkpoints import load_checkpoint
from workflow.som.files.logs import Progress, start_job
from workflow.som.files.tables import write_table


def main(test: Path, training: Path, codebook: Path, table: Path, *, threads: int) -> None:
    """Write one row per sample of both sets to `table`: set, sample, label, bmu."""
    prototypes, metadata = load_checkpoint(codebook)
    frames = []
    for name, path in Progress({"test": test, "training": training}.items(), desc="map the images"):
        images = read_images(path)
        bmus = find_bmus(images.pixels, prototypes, threads=threads)
        frames.append(
            pd.DataFrame(
                {"set": name, "sample": images.sample, "label": images.labels, "bmu": bmus}
            )
        )
    metadata = {**metadata, "codebook": table.stem, "n_units": str(len(prototypes))}
    write_table(table, pd.concat(frames, ignore_index=True), metadata, kind="bmus")


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        test=Path(snakemake.input.test),
        training=Path(snakemake.input.training),
        codebook=Path(snakemake.input.codebook),
        table=Path(snakemake.output.table),
        threads=snakemake.threads,
    )
