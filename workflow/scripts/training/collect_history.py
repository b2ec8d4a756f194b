"""Collect the measurements of all trained epochs in one table."""

import json
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from workflow.som.files.logs import start_job
from workflow.som.files.tables import read_arrow, write_table

COLUMNS = [
    *("epoch", "learning_rate", "radius", "quantization_error"),
    *("topographic_error", "topographic_error_4", "topographic_error_8"),
    *("seconds", "samples_per_second"),
]


def main(activations: Sequence[Path], history: Path) -> None:
    """Read the epochs' rows from the training set's activations; write the table `history`."""
    tables = [read_arrow(path)[1] for path in activations]
    frame = pd.DataFrame([json.loads(metadata["history"]) for metadata in tables])
    frame = frame[COLUMNS].astype({"epoch": "int32"} | dict.fromkeys(COLUMNS[1:], "Float64"))
    keys = ("experiment", "seed", "dataset", "fingerprint", "lattice")
    write_table(history, frame, {key: tables[0][key] for key in keys}, kind="history")


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main([Path(path) for path in snakemake.input.activations], Path(snakemake.output.history))
