"""Train a ring on cities; write its tours and how it closed in on them."""

import time
from pathlib import Path

from workflow.som.config.tsp_settings import TspSettings, tsp_from
from workflow.som.files.logs import Progress, start_job
from workflow.som.tsp.ring import compile_ring, radius_schedule, train_ring
from workflow.som.tsp.snapshots import write_snapshots
from workflow.som.tsp.tours import read_cities, whose, write_tour


def main(
    cities: Path,
    tour: Path,
    first_tour: Path,
    snapshots: Path,
    *,
    settings: TspSettings,
    seed: int,
) -> None:
    """Train on `cities`; write the shortest tour, the tour after the first fall, and snapshots."""
    places, known = read_cities(cities)
    points = places.points
    compile_ring()  # So that compiling does not count as training time.
    total = len(points) * len(radius_schedule(len(points), settings))
    start = time.perf_counter()
    with Progress(total=total, desc=f"{known['instance']} {seed}", unit_scale=True) as bar:
        found = train_ring(points, settings, seed, report=bar.update)
    metadata = whose(known) | {
        "seed": str(seed),
        "n_units": str(found.n_units),
        "epochs": str(found.n_epochs),
        "seconds": f"{time.perf_counter() - start:.4f}",
        "first_seconds": f"{found.first_seconds:.4f}",
    }
    write_tour(tour, places, found.tour, metadata, found.units, kind="tour")
    write_tour(first_tour, places, found.first_tour, metadata, kind="first_tour")
    write_snapshots(snapshots, found.snapshots, metadata)


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        cities=Path(snakemake.input.cities),
        tour=Path(snakemake.output.tour),
        first_tour=Path(snakemake.output.first_tour),
        snapshots=Path(snakemake.output.snapshots),
        settings=tsp_from(snakemake.config),
        seed=int(snakemake.wildcards.seed),
    )
