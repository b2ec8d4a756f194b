"""What a refused configuration says: one sentence, with values as they may be printed."""

import json
import math
from collections.abc import Mapping
from typing import Any

from ..files.errors import SomError

LARGEST_INTEGER = 2**64


class ConfigError(SomError, ValueError):
    """A key or value that is not allowed; the message is one sentence saying what to do."""


def shown(value: Any, most: int = 60) -> str:
    """Return a value much as it would stand in YAML, on one line and of `most` letters at most.

    Examples
    --------
    >>> shown(["90", True, float("nan"), None])
    '["90", true, .nan, empty]'
    """
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and abs(value) > LARGEST_INTEGER:
        return f"an integer of about {math.ceil(value.bit_length() * math.log10(2)):,} digits"
    if isinstance(value, float) and not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    if isinstance(value, Mapping):
        return f"a section of {len(value)} keys"
    if isinstance(value, list | tuple):
        # Not what is nested deeper: an alias could make that endless.
        items = ["…" if isinstance(item, list | tuple) else shown(item) for item in value[:5]]
        return f"[{', '.join(items)}{', …' if len(value) > 5 else ''}]"
    text = str(value)
    text = text if len(text) <= most else f"{text[: most - 1]}…"
    text = "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )
    return json.dumps(text, ensure_ascii=False) if isinstance(value, str) else text
