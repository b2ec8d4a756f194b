"""Measure which test images are neighbours on every map of an experiment, compared with chance."""

import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from workflow.som.files.logs import Progress, start_job
from workflow.som.files.summaries import write_summary
from workflow.som.files.tables import read_table
from workflow.som.model.lattice import Lattice
from workflow.som.statistics.stability import align, neighbour_stability

# Two images count as neighbours up to these distances in grid steps; 0 means the same unit.
RADII = [0, 1, 2, 3, 5]


def main(activations: Sequence[Path], summary: Path) -> None:
    """Read the activations of the test set on the maps of several seeds; write a summary."""
    tables = [read_table(path) for path in activations]
    lattice = Lattice.from_json(tables[0].metadata["lattice"])
    bmus = np.array([table.frame["bmu"].to_numpy() for table in tables])
    stability = [
        neighbour_stability(bmus, lattice, radius) for radius in Progress(RADII, desc="stability")
    ]
    symmetries = np.array(list(lattice.symmetries()))
    squares = lattice.squared_distances()
    alignments = [
        {"maps": [a, b], "distance": found.mean_distance, "by_chance": found.random_distance}
        for a, b in itertools.combinations(range(len(bmus)), 2)
        for found in [align(bmus[a], bmus[b], symmetries, squares)]
    ]
    write_summary(
        summary,
        {
            "experiment": tables[0].metadata["experiment"],
            "seeds": [int(table.metadata["seed"]) for table in tables],
            "n_symmetries": len(symmetries),
            "stability": stability,
            "alignments": alignments,
        },
        kind="stability",
    )


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        activations=[Path(path) for path in snakemake.input.activations],
        summary=Path(snakemake.output.summary),
    )
