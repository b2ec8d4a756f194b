"""Summaries: small JSON files that carry a checksum of what they say."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow.som.errors import damaged
from workflow.som.files import write_atomically


def write_summary(path: Path | str, summary: Mapping[str, Any]) -> None:
    """Write a summary as JSON, with its `checksum` as last key."""
    with write_atomically(path) as temporary:
        content = {**summary, "checksum": _checksum(summary)}
        temporary.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def read_summary(path: Path | str) -> dict[str, Any]:
    """Read a summary; raise `DamagedFileError` if it is not what was written."""
    try:
        summary = json.loads(Path(path).read_text(encoding="utf-8"))
        found = summary.pop("checksum")
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise damaged(path, "it is not the JSON that was written") from error
    if found != _checksum(summary):
        raise damaged(path, "its values do not match the checksum it carries")
    return dict(summary)


def _checksum(summary: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(summary, sort_keys=True).encode()).hexdigest()
