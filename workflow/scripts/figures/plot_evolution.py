"""Draw the map of majority digits as an animation over the epochs."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workflow.som.figures.draw_evolution import draw_frames, epoch_from, save_animation
from workflow.som.files.atomic import write_atomically
from workflow.som.files.logs import log_to
from workflow.som.files.tables import read_table
from workflow.som.model.lattice import Lattice


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
    tables = [read_table(path) for path in purity]
    epochs = sorted(
        (epoch_from(*table, training) for table in tables), key=lambda epoch: epoch.epoch
    )
    frames = draw_frames(
        Lattice.from_json(tables[0].metadata["lattice"]),
        epochs,
        map_size=style["map_size"],
        palette=style["palette"],
        dead_colour=style["dead_colour"],
        fade_by_purity=style["fade_by_purity"],
    )
    for path in (png, gif):
        with write_atomically(path) as temporary:
            save_animation(
                temporary,
                frames,
                frame_ms=style["frame_ms"],
                last_frame_ms=style["last_frame_ms"],
            )


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        history=Path(snakemake.input.history),
        purity=[Path(path) for path in snakemake.input.purity],
        png=Path(snakemake.output.png),
        gif=Path(snakemake.output.gif),
        style=snakemake.params.given["style"],
    )
