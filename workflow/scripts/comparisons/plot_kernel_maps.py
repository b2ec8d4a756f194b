"""Draw what each neighbourhood kernel does to the map."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from workflow.som.figures.comparisons.draw_kernel_maps import (
    KernelMap,
    draw_kernel_maps,
    kernel_maps_height,
)
from workflow.som.figures.drawing.style import house_style, new_figure, save_figure
from workflow.som.files.checkpoints import load_checkpoint
from workflow.som.files.logs import log_to
from workflow.som.files.tables import read_table
from workflow.som.model.lattice import Lattice


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
        units, metadata = read_table(purity_path)
        height, width = json.loads(metadata["image_shape"])
        found = KernelMap(
            kernels[metadata["experiment"]],
            Lattice.from_json(metadata["lattice"]),
            load_checkpoint(checkpoint).codebook,
            units["majority_digit"].to_numpy(float, na_value=np.nan),
            units["purity"].to_numpy(float, na_value=np.nan),
            (height, width),
        )
        maps.setdefault(metadata["experiment"], found)
    with house_style():
        figure = new_figure(style["width"], kernel_maps_height(len(maps)), style["dpi"])
        colours = {key: style[key] for key in ("palette", "dead_colour")}
        draw_kernel_maps(figure, list(maps.values()), **colours)
        save_figure(figure, [png, svg])


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        purity=[Path(path) for path in snakemake.input.purity],
        checkpoints=[Path(path) for path in snakemake.input.checkpoints],
        kernels=snakemake.params.given["kernels"],
        png=Path(snakemake.output.png),
        svg=Path(snakemake.output.svg),
        style=snakemake.params.given["style"],
    )
