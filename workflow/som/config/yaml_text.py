"""The configuration as text: faults that a YAML parser would accept without a word."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..files.errors import reason
from ..files.inputs import read_input
from .refusals import ConfigError, shown
from .schema import MOST_VALUES

# The files here have a few kB.
MOST_BYTES = 10_000_000
# Snakemake would evaluate Python expressions in the values of a file with this key.
EXPRESSIONS = "__use_yte__"
STANDARD = "tag:yaml.org,2002:"
# Numbers that mean something else in YAML 1.1, which Snakemake reads, than in 1.2 or to people: to
# the base of 60 (1:30), and of 8 (017).
SURPRISING = re.compile(r"[-+]?(.*:.*|0[0-9_]+)")


def check_config_file(path: Path | str) -> None:
    """Refuse a configuration file before anything reads it for its values.

    Refused are bytes that are not UTF-8, broken YAML, no keys at the top, a key that stands twice
    (of which YAML parsers keep the last), numbers that YAML 1.1 takes for others, tags that build
    Python objects, expressions that Snakemake would evaluate, and aliases that grow without bound.

    Raises
    ------
    ConfigError
        With one sentence that names the file, the key and its line.
    """
    import yaml  # type: ignore[import-untyped]

    path = Path(path)
    try:
        text = read_input(path, MOST_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{path} is not UTF-8 from byte {error.start} on; save it as UTF-8 text."
        ) from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({reason(error)}); restore it.") from None
    if text.startswith("\ufeff"):
        raise ConfigError(f"{path} starts with two byte-order marks; save it as UTF-8 text again.")
    try:
        top = yaml.compose(text, yaml.SafeLoader)
    except RecursionError:
        raise ConfigError(f"{path} is nested too deeply; remove what is below.") from None
    except (yaml.YAMLError, ValueError, ArithmeticError) as error:
        # Not only YAMLError: an escape may stand for no character at all.
        raise ConfigError(f"{path} is not YAML: {_fault(error)}.") from None
    if not isinstance(top, yaml.MappingNode):
        raise ConfigError(
            f"{path} must have keys such as experiments at its top; restore it from the repository."
        )
    for number, node in enumerate(_nodes(top)):
        if number > MOST_VALUES:
            raise ConfigError(
                f"{path} repeats aliases until it has more than {MOST_VALUES:,} values; "
                f"write them out at line {node.start_mark.line + 1}."
            )
        _check_node(path, node)
    try:
        yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, TypeError) as error:
        # What looks like a date or says that it is a number, and is none.
        raise ConfigError(f"{path} is not YAML: {_fault(error)}.") from None


def _nodes(top: Any) -> Iterator[Any]:
    """Yield a node and all below it, also where an alias refers to it again."""
    waiting = [top]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node.value, list):
            for item in node.value:
                waiting.extend(item if isinstance(item, tuple) else (item,))


def _check_node(path: Path, node: Any) -> None:
    import yaml

    line = node.start_mark.line + 1
    if not node.tag.startswith(STANDARD) or node.tag.startswith(f"{STANDARD}python"):
        tag = shown(node.tag.replace(STANDARD, "!!"))
        raise ConfigError(f"{path} has the tag {tag} in line {line}; write a plain value.")
    if node.tag.endswith((":int", ":float")) and SURPRISING.fullmatch(node.value):
        read = yaml.safe_load(node.value)
        raise ConfigError(
            f"{path} has {shown(node.value)[1:-1]} in line {line}, which YAML takes for {read}; "
            "write the number in full, without colons and without 0 in front."
        )
    if not isinstance(node, yaml.MappingNode):
        if node.tag.endswith(":map"):
            raise ConfigError(f"{path} has the tag !!map in line {line}; write a section of keys.")
        return
    lines: dict[str, int] = {}
    for key, _ in node.value:
        line = key.start_mark.line + 1
        name = str(key.value)
        if name == EXPRESSIONS:
            raise ConfigError(
                f"{path} has {name} in line {line}, by which its values would be run as Python; "
                "remove it."
            )
        if name in lines:
            raise ConfigError(
                f"{path} has the key {shown(name)[1:-1]} twice, in lines {lines[name]} and {line}; "
                "remove one of them."
            )
        lines[name] = line


def _fault(error: Any) -> str:
    """Say in one line where the YAML is broken, and by which character."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or reason(error)
    where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    hint = "; indent by spaces and put texts with special characters in quotes"
    return f"{where}{shown(problem)[1:-1]}{hint}"
