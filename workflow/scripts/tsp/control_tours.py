"""Find tours without a map: nearest neighbour, with and without local search, and a curve."""

from collections.abc import Sequence
from pathlib import Path

from workflow.som.files.logs import log_to
from workflow.som.tsp.other_tours import find_control_tours
from workflow.som.tsp.tours import read_cities, write_tours


def main(cities: Path, tours: Path, *, seeds: Sequence[int]) -> None:
    """Write all controls that need a seed for each of `seeds`, and the curve once."""
    points, known = read_cities(cities)
    found = find_control_tours(points, seeds)
    write_tours(tours, found, {"instance": known["instance"]}, kind="control_tours")


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        cities=Path(snakemake.input.cities),
        tours=Path(snakemake.output.tours),
        seeds=snakemake.params.given["seeds"],
    )
