"""Shorten the ring's tour by 2-opt and Or-opt: a line of its own, never the ring's."""

import time
from pathlib import Path

from workflow.som.logs import log_to
from workflow.som.tsp.controls import compile_search, shortened
from workflow.som.tsp.tours import read_cities, read_tour, write_tour


def main(cities: Path, tour: Path, improved: Path) -> None:
    """Write the tour after local search; its seconds are the ring's and the search's."""
    points, _ = read_cities(cities)
    before, metadata = read_tour(tour)
    compile_search()
    start = time.perf_counter()
    after = shortened(points, before)
    seconds = float(metadata["seconds"]) + time.perf_counter() - start
    write_tour(improved, points, after, {**metadata, "seconds": f"{seconds:.4f}"})


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        cities=Path(snakemake.input.cities),
        tour=Path(snakemake.input.tour),
        improved=Path(snakemake.output.improved),
    )
