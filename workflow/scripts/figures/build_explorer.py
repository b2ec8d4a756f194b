"""Build the web page on which a map is explored."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow.som.figures.explorer import build_page, describe_units, summary_line
from workflow.som.files.atomic import write_atomically
from workflow.som.files.checkpoints import load_checkpoint
from workflow.som.files.logs import log_to
from workflow.som.files.summaries import read_summary
from workflow.som.files.tables import read_table
from workflow.som.model.lattice import Lattice


def main(
    *,
    checkpoint: Path,
    purity: Path,
    u_matrix: Path,
    summary: Path,
    html: Path,
    style: Mapping[str, Any],
) -> None:
    """Read all that is known of one epoch's map and write the page."""
    units, metadata = read_table(purity)
    distances = read_table(u_matrix).frame["u_matrix"].to_numpy(float)
    codebook = load_checkpoint(checkpoint).codebook
    height, width = json.loads(metadata["image_shape"])
    page = build_page(
        Lattice.from_json(metadata["lattice"]),
        describe_units(units, distances, codebook, (height, width)),
        title=f"Self-organizing map of {metadata['dataset']} · {metadata['experiment']}",
        summary=summary_line(read_summary(summary)),
        **style,
    )
    with write_atomically(html) as temporary:
        temporary.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        checkpoint=Path(snakemake.input.checkpoint),
        purity=Path(snakemake.input.purity),
        u_matrix=Path(snakemake.input.u_matrix),
        summary=Path(snakemake.input.summary),
        html=Path(snakemake.output.html),
        style=snakemake.params.given["style"],
    )
