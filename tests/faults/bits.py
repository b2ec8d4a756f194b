"""The artifacts that must have the same bits after any fault, without measured seconds."""

import json

from tests.project import Project
from workflow.som.files.tables import checksum, read_arrow

MEASURED = ["seconds", "samples_per_second"]


def bits(project: Project) -> dict[str, bytes | str]:
    """Return all artifacts of the run by name: bytes, or a checksum without measured seconds."""
    found: dict[str, bytes | str] = dict(project.artifacts())
    for pattern in ("figures/[!.]*", "explorer.html"):
        for path in project.run.glob(pattern):
            found[str(path.relative_to(project.run))] = path.read_bytes()
    for path in (project.run / "training_activations").glob("epoch_*"):
        table, metadata = read_arrow(path)
        row = json.loads(metadata["history"])
        metadata["history"] = json.dumps({k: row[k] for k in row if k not in MEASURED})
        found[f"training_activations/{path.name}"] = checksum(table, metadata)
    for path in project.run.glob("history.parquet"):
        table, metadata = read_arrow(path)
        found["history"] = checksum(table.drop_columns(MEASURED), metadata)
    return found


def half_written(project: Project, reference: dict[str, bytes | str]) -> list[str]:
    """Return the artifacts that exist, but differ from those of a finished run."""
    return [name for name, content in bits(project).items() if reference.get(name) != content]
