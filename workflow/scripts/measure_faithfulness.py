"""Measure how near the engine stays to a float64 loop over whole epochs of a run."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from workflow.som.checkpoints import load_checkpoint
from workflow.som.config import Experiment, experiments_from
from workflow.som.datasets import read_images
from workflow.som.logs import Progress, log_to
from workflow.som.measuring import faithfulness
from workflow.som.tables import write_table


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
    segment: int = faithfulness.SEGMENT,
) -> None:
    """Study the epoch after each of `checkpoints`, or its first `n_samples`; write two tables."""
    pixels, rows, later_rows = read_images(images).pixels, [], []
    starts = [load_checkpoint(path) for path in checkpoints]
    total = len(starts) * len(pixels[:n_samples])
    settings = {"threads": threads}
    with (
        Progress(total=total, desc="segments", unit=" samples") as slow,
        Progress(total=total * 5, desc="windows", unit=" samples") as fast,
    ):
        for codebook, metadata in starts:
            epoch = int(metadata["epoch"]) + 1
            studied = faithfulness.study(codebook, epoch, experiment, seed, len(pixels), n_samples)
    ...
