"""Measure how far every tour is from the optimum, and summarise over seeds."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from workflow.som.files.logs import start_job
from workflow.som.files.tables import write_table
from workflow.som.tsp import tours


def main(
    cities: Sequence[Path],
    rings: Sequence[Path],
    firsts: Sequence[Path],
    others: Sequence[Path],
    gaps: Path,
    summary: Path,
) -> None:
    """Write one row per tour, and a summary with one row per instance and method.

    The metadata of each table of tours names its instance.
    """
    tables = [tours.read_cities(path) for path in cities]
    by_name = {known["instance"]: places for places, known in tables}
    found = [tours.read_ring_tour(path, tours.RING, by_name) for path in rings]
    found += [tours.read_ring_tour(path, tours.FIRST_FALL, by_name) for path in firsts]
    found += [pair for path in others for pair in tours.read_tours(path, by_name)]
    frames = []
    for places, known in tables:
        optimum = int(known["optimum"]) if known["optimum"] else None
        own = [tour for instance, tour in found if instance == known["instance"]]
        frames.append(tours.measure_gaps(known["instance"], places.points, optimum, own))
    table = pd.concat(frames, ignore_index=True)
    write_table(gaps, table, {}, kind="gaps")
    interval = {"interval": "95 % of the mean, Student's t"}
    write_table(summary, tours.summarise(table), interval, kind="summary")


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    named = ("cities", "rings", "firsts", "others")
    main(
        **{name: [Path(path) for path in getattr(snakemake.input, name)] for name in named},
        gaps=Path(snakemake.output.gaps),
        summary=Path(snakemake.output.summary),
    )
