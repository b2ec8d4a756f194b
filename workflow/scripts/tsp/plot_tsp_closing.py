"""Draw the ring closing in on the cities as an animation."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow.som.figures.drawing.animation import save_animation
from workflow.som.figures.tsp.draw_tsp_closing import draw_frames
from workflow.som.files.logs import start_job
from workflow.som.tsp.snapshots import read_snapshots
from workflow.som.tsp.tours import read_cities, read_tour


def main(
    *, cities: Path, tour: Path, snapshots: Path, png: Path, gif: Path, style: Mapping[str, Any]
) -> None:
    """Read cities, ring and tour, and draw one frame a snapshot and a last one of the tour."""
    places, known = read_cities(cities)
    order, found = read_tour(tour, places)
    frames = draw_frames(
        places.points, read_snapshots(snapshots), order, {**found, **known}, size=style["size"]
    )
    times = {key: style[key] for key in ("frame_ms", "last_frame_ms")}
    save_animation([png, gif], frames, **times)


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        cities=Path(snakemake.input.cities),
        tour=Path(snakemake.input.tour),
        snapshots=Path(snakemake.input.snapshots),
        png=Path(snakemake.output.png),
        gif=Path(snakemake.output.gif),
        style=snakemake.params.given["style"],
    )
