"""Measure how the share of single-digit units depends on the number of images shown."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from workflow.som.files.logs import Progress, start_job
from workflow.som.files.tables import read_table, write_table
from workflow.som.statistics.worth import measure_worth


def main(
    bmus: Mapping[str, Path],
    table: Path,
    *,
    sizes: Mapping[str, Sequence[int]],
    draws: int,
    permutations: int,
    seed: int,
) -> None:
    """Read the samples' BMUs on each codebook; write one row per codebook, set, size and draw."""
    frames, metadata = [], {}
    with Progress(desc="measure worth", unit=" draws") as bar:
        for codebook, path in bmus.items():
            mapped, metadata = read_table(path)
            frames.append(
                measure_worth(
                    codebook,
                    mapped,
                    int(metadata["n_units"]),
                    sizes=sizes,
                    draws=draws,
                    permutations=permutations,
                    seed=seed,
                    report=bar.update,
                )
            )
    kept = {key: metadata[key] for key in ("dataset", "n_units")}
    kept |= {"draws": str(draws), "permutations": str(permutations), "seed": str(seed)}
    write_table(table, pd.concat(frames, ignore_index=True), kept, kind="worth")


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        {Path(path).stem: Path(path) for path in snakemake.input.bmus},
        Path(snakemake.output.table),
        sizes=snakemake.params.given["sizes"],
        draws=snakemake.params.given["draws"],
        permutations=snakemake.params.given["permutations"],
        seed=snakemake.params.given["seed"],
    )
