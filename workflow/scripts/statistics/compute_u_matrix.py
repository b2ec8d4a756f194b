"""Compute the U-matrix of a codebook: each unit's mean distance to its neighbours."""

from pathlib import Path

import numpy as np
import pandas as pd

from workflow.som.files.checkpoints import load_checkpoint
from workflow.som.files.logs import start_job
from workflow.som.files.tables import write_table
from workflow.som.model.lattice import Lattice
from workflow.som.model.places import place_columns
from workflow.som.statistics.u_matrix import u_matrix


def main(checkpoint: Path, table: Path) -> None:
    """Read the codebook in `checkpoint`; write one row per unit to `table`."""
    codebook, metadata = load_checkpoint(checkpoint)
    lattice = Lattice.from_json(metadata["lattice"])
    units = np.arange(lattice.n_units, dtype=np.int32)
    frame = pd.DataFrame(
        {
            "unit": units,
            **place_columns(lattice, units),
            "u_matrix": u_matrix(codebook, lattice),
        }
    )
    write_table(table, frame, metadata, kind="u_matrix")


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(Path(snakemake.input.checkpoint), Path(snakemake.output.table))
