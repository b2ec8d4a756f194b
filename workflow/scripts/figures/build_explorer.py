"""Build the web page on which a map is explored."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow.som.figures.explorer import build_page, describe_units, summary_line
from workflow.som.files.atomic import write_atomically
from workflow.som.files.checkpoints import load_checkpoint
from workflow.som.files.logs import start_job
from workflow.som.files.summaries import read_summary
from workflow.som.statistics.map_units import read_units


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
    units, distances = read_units(purity), read_units(u_matrix).values("u_matrix")
    codebook = load_checkpoint(checkpoint).codebook
    page = build_page(
        units.lattice,
        describe_units(units, distances, codebook),
        title="Self-organizing map of {dataset} · {experiment}".format_map(units.metadata),
        summary=summary_line(read_summary(summary)),
        **style,
    )
    with write_atomically(html) as temporary:
        temporary.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        checkpoint=Path(snakemake.input.checkpoint),
        purity=Path(snakemake.input.purity),
        u_matrix=Path(snakemake.input.u_matrix),
        summary=Path(snakemake.input.summary),
        html=Path(snakemake.output.html),
        style=snakemake.params.given["style"],
    )
