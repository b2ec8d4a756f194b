"""Find tours without a map: by nearest neighbour with and without local search, and by a curve."""

from collections.abc import Sequence
from pathlib import Path

from workflow.som.files.logs import start_job
from workflow.som.tsp.other_tours import find_control_tours
from workflow.som.tsp.tours import read_cities, whose, write_tours


def main(cities: Path, tours: Path, *, seeds: Sequence[int]) -> None:
    """Write one tour per seed for each control that depends on the seed, and the curve's tour."""
    places, known = read_cities(cities)
    found = find_control_tours(places.points, seeds)
    write_tours(tours, places, found, whose(known), kind="control_tours")


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        cities=Path(snakemake.input.cities),
        tours=Path(snakemake.output.tours),
        seeds=snakemake.params.given["seeds"],
    )
