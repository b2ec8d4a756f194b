"""Draw the map of majority digits as an animation over the epochs."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workflow.som.figures.draw_evolution import draw_frames, epoch_from
from workflow.som.figures.drawing.animation import save_animation
from workflow.som.files.logs import start_job
from workflow.som.files.tables import read_table
from workflow.som.statistics.map_units import read_units


def main(
    *,
    history: Path,
    purity: Sequence[Path],
    png: Path,
    gif: Path,
    style: Mapping[str, Any],
) -> None:
    """Read the tables of all epochs, in any order, and draw one frame each."""
    training = read_table(history).frame
    maps = sorted(map(read_units, purity), key=lambda units: units.epoch)
    frames = draw_frames(
        maps[0].lattice,
        [epoch_from(units, training) for units in maps],
        map_size=style["map_size"],
        names=maps[0].class_names,
        palette=style["palette"],
        dead_colour=style["dead_colour"],
        fade_by_purity=style["fade_by_purity"],
    )
    times = {key: style[key] for key in ("frame_ms", "last_frame_ms")}
    save_animation([png, gif], frames, **times)


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        history=Path(snakemake.input.history),
        purity=[Path(path) for path in snakemake.input.purity],
        png=Path(snakemake.output.png),
        gif=Path(snakemake.output.gif),
        style=snakemake.params.given["style"],
    )
