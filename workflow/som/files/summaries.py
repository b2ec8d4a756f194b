"""Summaries: small JSON files with a checksum of their content."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .atomic import read_whole, write_atomically
from .errors import damaged
from .jobs import current_recipe


def write_summary(path: Path | str, summary: Mapping[str, Any], *, kind: str) -> None:
    """Write a summary as JSON: its `kind`, such as "quality", comes first and `checksum` last.

    Before that comes the `recipe` of the job that writes it (see `jobs`).
    """
    content = {key: value for key, value in summary.items() if key not in ("kind", "recipe")}
    summary = {"kind": kind} | content | current_recipe()
    with write_atomically(path) as temporary:
        content = {**summary, "checksum": _checksum(summary)}
        temporary.write_text(_as_text(content), encoding="utf-8")


def read_summary(path: Path | str) -> dict[str, Any]:
    """Read a summary; raise `DamagedFileError` if it was altered."""
    content = read_whole(path)
    try:
        summary = json.loads(content)
        is_as_written = _as_text(summary).encode() == content
        found = summary.pop("checksum")
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError) as error:
        raise damaged(path, "it is not the JSON that was written") from error
    if not is_as_written:
        raise damaged(path, "it is not the JSON that was written")
    if found != _checksum(summary):
        raise damaged(path, "its values do not match the checksum it carries")
    return dict(summary)


def _as_text(content: Any) -> str:
    return json.dumps(content, indent=2) + "\n"


def _checksum(summary: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(summary, sort_keys=True).encode()).hexdigest()
