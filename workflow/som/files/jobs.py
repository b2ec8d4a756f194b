"""The job that this process does: its settings, and the process that waits for its files.

A killed Snakemake leaves its jobs behind. By the time one of them has finished, another Snakemake
may have made the same file from other settings. So a job is told which process asked for it, and
publishes nothing once that has ended.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .errors import SomError

# Environment variable with the process that asked for the job, as `mark_of` writes it.
ASKED_BY = "SOM_ASKED_BY"


class _Job:
    """What this process is told about its job; in a user's own Python there is none."""

    recipe: str | None = None


def recipe_of(settings: Mapping[str, Any]) -> str:
    """Return a hash of a rule's settings, to be kept in what the rule makes.

    The hash of the rule's code, `code`, is left out: Snakemake judges by it whether to run again.
    """
    text = json.dumps({key: settings[key] for key in settings if key != "code"}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def set_recipe(settings: Mapping[str, Any] | None) -> None:
    """Let all tables and summaries that this process writes carry the hash of these settings."""
    _Job.recipe = None if settings is None else recipe_of(settings)


def current_recipe() -> dict[str, str]:
    """Return the metadata `recipe` of this process's job, if it has one."""
    return {} if _Job.recipe is None else {"recipe": _Job.recipe}


def mark_of(process: int) -> str | None:
    """Return a process's number and, on Linux, when it started; None if there is no such process.

    The system may give the number of an ended process to another one, but with another start.
    """
    if Path("/proc/self/stat").exists():
        try:
            fields = Path(f"/proc/{process}/stat").read_text(errors="replace").rpartition(")")[2]
        except OSError:
            return None
        state, start = fields.split()[0], fields.split()[19]
        return None if state in "ZX" else f"{process} {start}"
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass
    return f"{process} ?"


def is_orphan() -> bool:
    """Return whether the process that asked for this job has ended."""
    asked_by = os.environ.get(ASKED_BY)
    return asked_by is not None and mark_of(int(asked_by.split()[0])) != asked_by


def refuse_orphans(path: Path | str) -> None:
    """Raise if nobody waits for `path` any more.

    Hidden folders are exempt: what lies there is verified before it is used.
    """
    if is_orphan() and not Path(path).parent.name.startswith("."):
        raise SomError(
            f"{path} is not written, because the Snakemake that asked for it has ended: run the "
            "same command again."
        )
