"""The configuration compared with its JSON Schema; an error is one sentence."""

import difflib
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

from .refusals import LARGEST_INTEGER, ConfigError, shown

# A configuration is four levels deep; a YAML alias within itself would be endless.
DEEPEST_LEVEL = 16
# It has some 500 values; aliases that repeat aliases would make billions of a few lines.
MOST_VALUES = 100_000

# The pattern of a key that takes the word auto besides its other values.
AUTO = "^auto$"

Place = tuple[str | int, ...]


def validate_config(config: Mapping[str, Any], schema_path: Path | str) -> None:
    """Check a configuration against the JSON Schema (draft 2020-12, in YAML) at `schema_path`.

    Raises
    ------
    ConfigError
        With one sentence about the first thing that is not allowed.
    """
    _check_structure(config)
    validator = _validator(Path(schema_path))
    # An unknown key first: misspelt, it is also why another one is missing.
    errors = sorted(
        validator.iter_errors(config),
        key=lambda error: (error.validator != "additionalProperties", _path(error.absolute_path)),
    )
    if errors:
        raise ConfigError(f"config: {_sentence(errors[0], validator.schema)}")


@cache
def _validator(schema_path: Path) -> Any:
    # Here, not above: the scripts that import `Experiment` need neither, and start sooner.
    import yaml  # type: ignore[import-untyped]
    from jsonschema import Draft202012Validator, validators  # type: ignore[import-untyped]

    schema = yaml.safe_load(schema_path.read_text(encoding="utf-8"))
    # JSON Schema takes 90.0 for an integer and .nan for a number within every bound.
    checker = Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer)
    checker = checker.redefine("number", _is_finite)
    return validators.extend(Draft202012Validator, type_checker=checker)(schema)


def _is_integer(_: Any, value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_finite(_: Any, value: Any) -> bool:
    return _is_integer(_, value) or (isinstance(value, float) and math.isfinite(value))


def _check_structure(config: Any) -> None:
    """Refuse values that YAML allows and JSON Schema cannot judge."""
    if not isinstance(config, dict):
        raise ConfigError(f"config: it is {shown(config)}, but must be a mapping; see its README.")
    for number, (place, value) in enumerate(_walk(config, ())):
        if number > MOST_VALUES:
            raise ConfigError(
                f"config: {_path(place[:1])} has more than {MOST_VALUES:,} values; "
                "remove what is below it."
            )
        if len(place) > DEEPEST_LEVEL:
            raise ConfigError(
                f"config: {_path(place[:3])} is nested more than {DEEPEST_LEVEL} levels deep; "
                "remove what is below it."
            )
        if isinstance(value, int) and abs(value) > LARGEST_INTEGER:
            raise ConfigError(
                f"config: {_path(place)} is {shown(value)}, beyond what any key allows; "
                "set it to a number in the range that config/README.md states."
            )
        for key in value if isinstance(value, dict) else ():
            if not isinstance(key, str):
                raise ConfigError(
                    f"config: {_path((*place, shown(key)))} is a key that YAML does not read as "
                    "text; rename it so that it starts with a letter."
                )


def _walk(value: Any, place: Place) -> Iterator[tuple[Place, Any]]:
    yield place, value
    items: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list | tuple):
        items = enumerate(value)
    for key, item in items:
        yield from _walk(item, (*place, key))


def _sentence(error: Any, schema: Mapping[str, Any]) -> str:
    """Say what is wrong and what to do, for one error that jsonschema found."""
    where, value, limit = _path(error.absolute_path), error.instance, error.validator_value
    if error.validator == "additionalProperties":
        return _unknown_key(tuple(error.absolute_path), error, schema)
    if error.validator == "required":
        key = next(key for key in limit if key not in value)
        place = _path((*error.absolute_path, key))
        part = _properties(error.schema, schema).get(key, {"type": "object"})
        return f"{place} is missing; add it, as {allowed_values(resolved(part, schema))}."
    must = {
        "minimum": f"must be at least {limit}",
        "exclusiveMinimum": f"must be above {limit}",
        "maximum": f"must be at most {limit}",
        "exclusiveMaximum": f"must be below {limit}",
        "minItems": f"must have at least {limit} item{'' if limit == 1 else 's'}",
        "maxItems": f"must have at most {limit} items",
        "uniqueItems": "must not have an item twice",
        "minLength": "must not be empty",
        "maxLength": f"must have at most {limit} characters",
        "pattern": "has characters or a form that are not allowed",
    }.get(error.validator)
    allowed = allowed_values(resolved(error.schema, schema))
    # Of another type, not among the values listed, or text that is not auto.
    if must is None or limit == AUTO:
        return f"{where} is {shown(value)}, but must be {allowed}{_hint(value, error.schema)}."
    return f"{where} is {shown(value)}, but {must}; set it to {allowed}."


def _hint(value: Any, schema: Mapping[str, Any]) -> str:
    types = _types(schema)
    if isinstance(value, str) and types & {"integer", "number"} and (number := _number(value)):
        # YAML reads 1e-3, without a point, as text; and so does every nested --config.
        return f"; write {number} without quotes in the configuration file"
    if "array" in types and not isinstance(value, list | dict | None):
        return f"; write {_as_list(value)}" if _as_list(value) else ""
    if types == {"string"} and not isinstance(value, list | dict | None):
        return "; put it in quotes"
    return ""


def _as_list(value: Any) -> str:
    """Return a list with the whole numbers of a value such as "10x10"; "" if there are others.

    Examples
    --------
    >>> _as_list("10x10"), _as_list(7), _as_list("ten by ten")
    ('[10, 10]', '[7]', '')
    """
    numbers = re.split(r"\s*[x×*,; ]\s*", str(value).strip())
    return f"[{', '.join(numbers)}]" if all(re.fullmatch("[0-9]{1,9}", n) for n in numbers) else ""


def _number(text: str) -> str | None:
    """Return a number given as text in a form that YAML reads as a number; None if it is none."""
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    is_plain = number.is_finite() and abs(number.adjusted()) < 20
    return f"{number:f}" if is_plain else None


def _unknown_key(place: Place, error: Any, schema: Mapping[str, Any]) -> str:
    patterns = error.schema.get("patternProperties", {})
    known = list(_properties(error.schema, schema))
    key = next(
        key
        for key in error.instance
        if key not in known and not any(re.search(pattern, key) for pattern in patterns)
    )
    where = _path((*place, key))
    if patterns:
        return (
            f"{where} has a name that cannot be a folder's; rename it with a letter first, then "
            "letters, digits, _ or -, 64 characters at most."
        )
    if not place and key in _properties(schema["properties"]["defaults"], schema):
        return f"{where} is a key of an experiment; write it below defaults or an experiment."
    if place and key in schema["properties"]:
        return f"{where} is a key of the top level; write it there, without indentation."
    close = difflib.get_close_matches(key, known, n=1)
    if close:
        return f"{where} is an unknown key; did you mean {close[0]}?"
    return f"{where} is an unknown key; remove it, the keys here are {', '.join(known) or 'none'}."


def _properties(part: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    properties: Mapping[str, Any] = resolved(part, schema).get("properties", {})
    return properties


def resolved(part: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a part of the schema with those that it refers to by `$ref: "#/$defs/NAME"`."""
    whole = dict(part)
    if name := whole.pop("$ref", "").removeprefix("#/$defs/"):
        whole = resolved(schema["$defs"][name], schema) | whole
    if "items" in whole:
        whole["items"] = resolved(whole["items"], schema)
    return whole


def _types(schema: Mapping[str, Any]) -> set[str]:
    types = schema.get("type", [])
    return {types} if isinstance(types, str) else set(types) - {"null"}


def allowed_values(schema: Mapping[str, Any]) -> str:
    """Say in words which values a part of the schema allows.

    Examples
    --------
    >>> allowed_values({"type": "integer", "minimum": 1, "maximum": 999})
    'an integer from 1 to 999'
    >>> allowed_values({"type": "number", "exclusiveMinimum": 0, "maximum": 1})
    'a number above 0 and up to 1'
    >>> allowed_values({"enum": ["float32", "float64"]})
    'float32 or float64'
    """
    if "enum" in schema:
        *others, last = ["nothing" if one is None else str(one) for one in schema["enum"]]
        return f"{', '.join(others)} or {last}" if others else last
    kind = next(iter(sorted(_types(schema))), "")
    # A key for which the program can choose a value itself.
    or_auto = ", or auto" if schema.get("pattern") == AUTO else ""
    if kind == "array":
        return f"a list of {_count(schema)}{_plural(schema.get('items', {}))}{or_auto}"
    names = {"integer": "an integer", "number": "a number", "object": "a section of keys"}
    names |= {"string": f"text{_example(schema)}", "boolean": "true or false"}
    is_number_or_nothing = kind in ("integer", "number") and "null" in schema["type"]
    words = names.get(kind, "a value") + _range(schema)
    if or_auto:
        return words + or_auto
    if kind == "number" and "string" in schema["type"]:
        return f"{words}, text, or nothing"
    return words + ", or nothing" * is_number_or_nothing


def _range(schema: Mapping[str, Any]) -> str:
    if {"minimum", "maximum"} <= schema.keys():
        return f" from {schema['minimum']} to {schema['maximum']}"
    words = {
        "minimum": "from {} on",
        "exclusiveMinimum": "above {}",
        "maximum": "up to {}",
        "exclusiveMaximum": "below {}",
    }
    limits = [words[key].format(schema[key]) for key in words if key in schema]
    return f" {' and '.join(limits)}" if limits else ""


def _count(schema: Mapping[str, Any]) -> str:
    least, most = schema.get("minItems"), schema.get("maxItems")
    different = "different " if schema.get("uniqueItems") else ""
    if least == most and least is not None:
        return f"{least} {different}"
    if most is not None:
        return f"{least or 0} to {most} {different}"
    return f"at least {least} {different}" if least else different


def _plural(schema: Mapping[str, Any]) -> str:
    kind = next(iter(sorted(_types(schema))), "")
    names = {"integer": "integers", "number": "numbers", "string": f"texts{_example(schema)}"}
    return names.get(kind, "values") + _range(schema)


def _example(schema: Mapping[str, Any]) -> str:
    return f' such as "{schema["examples"][0]}"' if schema.get("examples") else ""


def _path(place: Iterable[str | int]) -> str:
    """Join keys and list positions to one path, such as `experiments.article.seeds[1]`."""
    text = ""
    for step in place:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            plain = step if re.fullmatch(r"[\w-]{1,80}", step) else shown(step)
            text += f".{plain}" if text else plain
    return text or "the top level"
