"""Read, fetch or draw the cities of an instance."""

from pathlib import Path

from workflow.som.files.logs import start_job
from workflow.som.tsp.city_sources import load_cities
from workflow.som.tsp.tours import write_cities


def main(
    source: str,
    cities: Path,
    *,
    instance: str,
    optimum: int | None,
    random_cities: int,
    random_seed: int,
) -> None:
    """Write one row per city; the optimum, if known, goes into the metadata."""
    places = load_cities(source, n_random=random_cities, seed=random_seed)
    metadata = {"instance": instance, "optimum": "" if optimum is None else str(optimum)}
    write_cities(cities, places, metadata)


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        source=snakemake.params.given["source"],
        cities=Path(snakemake.output.cities),
        instance=snakemake.wildcards.instance,
        optimum=snakemake.params.given["optimum"],
        random_cities=snakemake.params.given["random_cities"],
        random_seed=snakemake.params.given["random_seed"],
    )
