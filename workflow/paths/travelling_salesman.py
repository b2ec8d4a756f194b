"""Which files belong to an instance of the travelling salesman."""

from collections.abc import Iterable, Sequence

CITIES = "results/tsp/{instance}/cities.parquet"
RING = "results/tsp/{instance}/seed_{seed}"
# Tables of tours: the ring's after local search, and those of other methods.
OTHER_TOURS = ("improved", "control", "routed")


def everything_of_tsp(instances: Iterable[str], seeds: Sequence[int]) -> list[str]:
    """Return all files of the instances, and the tables and the figure of all together."""
    files = [f"results/tsp/{name}" for name in ("gaps.parquet", "summary.parquet")]
    files += [f"results/tsp/figures/tsp_gaps.{kind}" for kind in ("png", "svg")]
    for instance in instances:
        folder = f"results/tsp/{instance}"
        files.append(CITIES.format(instance=instance))
        files += [
            f"{folder}/seed_{seed}/{name}.parquet"
            for seed in seeds
            for name in ("tour", "first_tour", "snapshots")
        ]
        files += [f"{folder}/{kind}_tours.parquet" for kind in OTHER_TOURS]
        files += [f"{folder}/figures/tsp_tour.{kind}" for kind in ("png", "svg")]
        files += [f"{folder}/figures/tsp_closing.{kind}" for kind in ("png", "gif")]
    return files
