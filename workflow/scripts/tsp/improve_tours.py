"""Shorten the ring's tours by 2-opt and Or-opt; the result counts as a method of its own."""

from collections.abc import Sequence
from pathlib import Path

from workflow.som.files.logs import start_job
from workflow.som.tsp.other_tours import improve_ring_tour
from workflow.som.tsp.tours import RING, read_cities, read_ring_tour, whose, write_tours


def main(cities: Path, rings: Sequence[Path], tours: Path) -> None:
    """Write each ring's tour after local search; its time includes the training of the ring."""
    places, known = read_cities(cities)
    by_name = {known["instance"]: places}
    found = [read_ring_tour(path, RING, by_name)[1] for path in rings]
    improved = [improve_ring_tour(places.points, ring) for ring in found]
    write_tours(tours, places, improved, whose(known), kind="improved_tours")


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        cities=Path(snakemake.input.cities),
        rings=[Path(path) for path in snakemake.input.rings],
        tours=Path(snakemake.output.tours),
    )
