"""Draw the cities of an instance and the ring's tour."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow.som.figures.drawing.style import saved_figure
from workflow.som.figures.tsp.draw_tsp_tour import draw_tour, figure_height
from workflow.som.files.logs import start_job
from workflow.som.tsp.tours import read_cities, read_tour


def main(*, cities: Path, tour: Path, png: Path, svg: Path, style: Mapping[str, Any]) -> None:
    """Read cities and tour; the figure's height follows from where the cities lie."""
    places, known = read_cities(cities)
    order, found = read_tour(tour, places)
    height = figure_height(places.points, style["width"])
    with saved_figure([png, svg], style, height=height) as figure:
        draw_tour(figure, places.points[order], {**found, **known})


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        cities=Path(snakemake.input.cities),
        tour=Path(snakemake.input.tour),
        png=Path(snakemake.output.png),
        svg=Path(snakemake.output.svg),
        style=snakemake.params.given["style"],
    )
