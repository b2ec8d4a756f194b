"""Find a tour by a solver of routing problems in a given time, unless there are too many cities."""

import logging
import time
from pathlib import Path

from workflow.som.files.logs import start_job
from workflow.som.tsp.other_tours import MOST_ROUTED, routed_tour
from workflow.som.tsp.tours import ROUTED, FoundTour, read_cities, whose, write_tours

logger = logging.getLogger(__name__)


def main(cities: Path, tours: Path, *, seconds: int) -> None:
    """Write the solver's tour, or an empty table if there are too many cities or no seconds."""
    places, known = read_cities(cities)
    found = []
    if seconds and len(places.points) <= MOST_ROUTED:
        start = time.perf_counter()
        # As its tours are compared: with an optimum of rounded lengths, or exactly.
        tour = routed_tour(places.points, seconds, rounded=bool(known["optimum"]))
        found = [FoundTour(ROUTED, -1, time.perf_counter() - start, tour)]
    else:
        logger.info(
            "No tour was searched: %d cities (at most %d are allowed), %d seconds.",
            len(places.points),
            MOST_ROUTED,
            seconds,
        )
    write_tours(tours, places, found, whose(known), kind="routed_tours")


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        cities=Path(snakemake.input.cities),
        tours=Path(snakemake.output.tours),
        seconds=snakemake.params.given["seconds"],
    )
