"""Draw what each neighbourhood kernel does to the map."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workflow.som.figures.comparisons.draw_kernel_maps import (
    KernelMap,
    draw_kernel_maps,
    kernel_maps_height,
)
from workflow.som.figures.drawing.style import saved_figure
from workflow.som.files.checkpoints import load_checkpoint
from workflow.som.files.logs import start_job
from workflow.som.statistics.map_units import read_units


def main(
    *,
    purity: Sequence[Path],
    checkpoints: Sequence[Path],
    kernels: Mapping[str, str],
    png: Path,
    svg: Path,
    style: Mapping[str, Any],
) -> None:
    """Read units and codebook of each experiment and draw the first run of each kernel."""
    maps: dict[str, KernelMap] = {}
    for purity_path, checkpoint in zip(purity, checkpoints, strict=True):
        units = read_units(purity_path)
        experiment = units.metadata["experiment"]
        found = KernelMap(kernels[experiment], load_checkpoint(checkpoint).codebook, units)
        maps.setdefault(experiment, found)
    with saved_figure(
        [png, svg], style, height=kernel_maps_height(len(maps), style["width"])
    ) as figure:
        colours = {key: style[key] for key in ("palette", "dead_colour")}
        draw_kernel_maps(figure, list(maps.values()), **colours)


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        purity=[Path(path) for path in snakemake.input.purity],
        checkpoints=[Path(path) for path in snakemake.input.checkpoints],
        kernels=snakemake.params.given["kernels"],
        png=Path(snakemake.output.png),
        svg=Path(snakemake.output.svg),
        style=snakemake.params.given["style"],
    )
