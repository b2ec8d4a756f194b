"""Measure how near the engine stays to a float64 loop over whole epochs of a run."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from workflow.som.benchmark import faithfulness
from workflow.som.config.experiments import Experiment, experiments_from
from workflow.som.data.datasets import read_images
from workflow.som.files.checkpoints import load_checkpoint
from workflow.som.files.logs import Progress, start_job
from workflow.som.files.tables import write_table


def main(
    images: Path,
    checkpoints: Sequence[Path],
    segments: Path,
    windows: Path,
    *,
    experiment: Experiment,
    seed: int,
    threads: int,
    n_samples: int | None = None,
) -> None:
    """Study the epoch after each of `checkpoints`, or its first `n_samples`; write two tables."""
    pixels, starts = read_images(images).pixels, [load_checkpoint(path) for path in checkpoints]
    epochs = [faithfulness.study(each, experiment, seed, len(pixels), n_samples) for each in starts]
    total, by_segment, by_window = sum(len(epoch.order) for epoch in epochs), [], []
    with Progress(total=total, desc="compare segments", unit_scale=True) as bar:
        for epoch in epochs:
            by_segment += faithfulness.compare_segments(
                epoch, pixels, threads=threads, report=bar.update
            )
    n_runs = faithfulness.N_RUNS
    with Progress(total=n_runs * total, desc="compare whole epochs", unit_scale=True) as bar:
        for epoch in epochs:
            by_window += faithfulness.compare_epochs(
                epoch, pixels, threads=threads, report=bar.update
            )
    metadata = {key: starts[0].metadata[key] for key in ("experiment", "dataset")}
    metadata |= {"seed": str(seed), "threads": str(threads), "segment": str(faithfulness.SEGMENT)}
    # Where no winner differs these columns have only nulls, so their type must be given.
    numbers = {"first_different": "Int32", "relative_gap": "Float64"}
    frame = pd.DataFrame(by_segment).astype(numbers)
    write_table(segments, frame, metadata, kind="faithfulness_segments")
    write_table(windows, pd.DataFrame(by_window), metadata, kind="faithfulness_windows")


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        images=Path(snakemake.input.images),
        checkpoints=[Path(path) for path in snakemake.input.checkpoints],
        segments=Path(snakemake.output.segments),
        windows=Path(snakemake.output.windows),
        experiment=experiments_from(snakemake.config)[snakemake.params.given["experiment"]],
        seed=snakemake.params.given["seed"],
        threads=snakemake.threads,
        n_samples=snakemake.params.given["n_samples"],
    )
