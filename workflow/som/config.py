"""The configuration: checked against its schema, then turned into experiments.

Bounds of single keys stand in the schema, rules between keys in `Experiment`, values in
`config/config.yaml` alone. Whatever is refused is refused in one sentence.
"""

import dataclasses
import difflib
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

from workflow.som.files import SomError

DATASET_NAMES = ("mnist", "fashion_mnist", "kmnist", "emnist_digits", "qmnist", "mnist_5000")

# Names that no experiment may have: its folder would be one of these beside it in results/, or
# its name would read like another target. (`quickstart` is both, and builds itself.)
RESERVED_FOLDERS = ("raw", "datasets", "logs", "benchmarks", "reference")
RESERVED_TARGETS = (
    "all",
    "figures",
    "topologies",
    "replicates",
    "classifier",
    "tsp",
    "benchmark",
    "verify",
)

# Training and mapping hold tables of n_units × n_units.
MOST_UNITS = 40_000
# A radius that reaches ten times as far as the lattice moves all units alike: no map comes of it.
MOST_DIAGONALS = 10
# The neighbourhood divides by the radius squared, which must stay a normal float64.
SMALLEST_RADIUS = 1e-100
# A configuration is four levels deep; a YAML alias within itself would be endless.
DEEPEST_LEVEL = 16
LARGEST_INTEGER = 2**64

FINGERPRINT_KEYS = (
    "dataset",
    "topology",
    "shape",
    "rule",
    "initialisation",
    "learning_rate",
    "radius",
    "decay",
    "precision",
)

Place = tuple[str | int, ...]


class ConfigError(SomError, ValueError):
    """A key or value that is not allowed; the message is one sentence saying what to do."""


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """What one experiment trains, maps and measures; config/README.md explains the fields.

    Raises
    ------
    ConfigError
        If a value contradicts another one. Bounds of single values are the schema's.
    """

    dataset: str
    seeds: tuple[int, ...]
    topology: str
    shape: tuple[int, ...]
    rule: str
    initialisation: str
    learning_rate: float
    radius: float
    decay: float
    epochs: int
    precision: str
    device: str
    segment: int
    evaluate_every: int
    permutations: int

    def __post_init__(self) -> None:
        self._check_numbers()
        if self.dataset not in DATASET_NAMES:
            canonical_dataset(self.dataset)  # Says which are known, if this is none of them.
            raise ConfigError(f"dataset is {self.dataset!r}; use canonical_dataset for its name.")
        if len(set(self.seeds)) < len(self.seeds):
            raise ConfigError(
                f"seeds is {list(self.seeds)}, which has a seed twice; name each seed once."
            )
        self._check_lattice()
        self._check_schedule()
        if self.device == "mps" and self.precision == "float64":
            raise ConfigError(
                "device is mps, which has no float64, but precision is float64; "
                "set precision to float32 or device to cpu."
            )

    @property
    def n_units(self) -> int:
        """Number of units."""
        return math.prod(self.shape)

    def _check_numbers(self) -> None:
        """Refuse what Python takes for a number and YAML users do not mean: true, .nan, .inf."""
        for key, value in dataclasses.asdict(self).items():
            for number in value if isinstance(value, tuple) else (value,):
                is_real = not isinstance(number, float) or math.isfinite(number)
                if isinstance(number, bool) or not is_real:
                    raise ConfigError(f"{key} is {shown(number)}; set it to a finite number.")

    def _check_lattice(self) -> None:
        if self.n_units > MOST_UNITS:
            raise ConfigError(
                f"shape is {list(self.shape)}, which makes {self.n_units:,} units, but tables of "
                f"units × units must fit in memory; choose at most {MOST_UNITS:,} units."
            )
        diagonal = math.hypot(*self.shape)
        if self.radius > MOST_DIAGONALS * diagonal:
            raise ConfigError(
                f"radius is {shown(self.radius)}, but shape {list(self.shape)} is only "
                f"{diagonal:.1f} grid steps across; set radius to about {max(self.shape)}, "
                f"and to at most {math.floor(MOST_DIAGONALS * diagonal)}."
            )

    def _check_schedule(self) -> None:
        """Refuse a radius that falls to zero, by which the neighbourhood would divide."""
        if self.radius * self.decay ** (self.epochs - 1) >= SMALLEST_RADIUS:
            return
        if self.radius < SMALLEST_RADIUS:
            raise ConfigError(
                f"radius is {shown(self.radius)}, which is as good as zero; "
                f"set radius to about {max(self.shape)}."
            )
        most = 1 + math.floor(math.log(SMALLEST_RADIUS / self.radius) / math.log(self.decay))
        raise ConfigError(
            f"epochs is {self.epochs}, but with decay {shown(self.decay)} the radius "
            f"{shown(self.radius)} vanishes after epoch {most}; "
            "set epochs to at most that, or decay closer to 1."
        )


def canonical_dataset(name: str) -> str:
    """Return the name by which the workflow knows a data set.

    Raises
    ------
    ConfigError
        If it is not known.

    Examples
    --------
    >>> canonical_dataset("FashionMNIST"), canonical_dataset("EMNIST digits")
    ('fashion_mnist', 'emnist_digits')
    """
    known = {_letters(canonical): canonical for canonical in DATASET_NAMES}
    if _letters(name) in known:
        return known[_letters(name)]
    close = difflib.get_close_matches(_letters(name), known, n=1)
    names = ", ".join(DATASET_NAMES)
    remedy = f"the nearest of {names} is {known[close[0]]}" if close else f"choose one of {names}"
    raise ConfigError(f"dataset is {shown(name)}, which is not known; {remedy}.")


def _letters(name: str) -> str:
    return re.sub(r"[\s_-]", "", name).casefold()


def experiments_from(config: Mapping[str, Any]) -> dict[str, Experiment]:
    """Return every experiment of a configuration that `validate_config` has passed.

    An experiment's values are the defaults, replaced key by key by its own.

    Raises
    ------
    ConfigError
        If a name cannot be used, or values contradict each other.
    """
    _check_names(config["experiments"])
    experiments = {}
    for name, own in config["experiments"].items():
        try:
            experiments[name] = _experiment({**config["defaults"], **(own or {})})
        except ConfigError as error:
            raise ConfigError(f"config: experiments.{name}: {error}") from None
    return experiments


def _check_names(names: Iterable[str]) -> None:
    earlier: dict[str, str] = {}
    for name in names:
        folded = name.casefold()
        if folded in RESERVED_FOLDERS + RESERVED_TARGETS:
            raise ConfigError(
                f"config: experiments.{name} has a name that a target or a folder of results "
                f"needs; rename it, for instance to my_{folded}."
            )
        if folded in earlier:
            raise ConfigError(
                f"config: experiments.{name} and experiments.{earlier[folded]} differ only by "
                "case and would share a folder on some file systems; rename one of them."
            )
        earlier[folded] = name


def _experiment(values: Mapping[str, Any]) -> Experiment:
    # `radius: 50` and `radius: 50.0` must give the same fingerprint.
    reals = {key: float(values[key]) for key in ("learning_rate", "radius", "decay")}
    lists = {key: tuple(values[key]) for key in ("seeds", "shape")}
    dataset = canonical_dataset(values["dataset"])
    return Experiment(**{**values, **reals, **lists, "dataset": dataset})


def to_fingerprint(experiment: Experiment) -> dict[str, Any]:
    """Return what determines the codebook of every epoch, the seed and the data apart, as JSON.

    Not among it: `epochs`, since a later epoch never changes an earlier one, and all that only
    says where training runs or what is measured afterwards.
    """
    values = {key: getattr(experiment, key) for key in FINGERPRINT_KEYS}
    return values | {"shape": list(experiment.shape)}


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
    """Refuse what YAML can say and JSON Schema cannot judge."""
    if not isinstance(config, dict):
        raise ConfigError(f"config: it is {shown(config)}, but must be a mapping; see its README.")
    for place, value in _walk(config, ()):
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
        allowed = _properties(error.schema, schema).get(key, {"type": "object"})
        return f"{place} is missing; add it, as {allowed_values(allowed)}."
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
    allowed = allowed_values(error.schema)
    if must is None:  # Of another type, or not among the values listed.
        return f"{where} is {shown(value)}, but must be {allowed}{_hint(value, error.schema)}."
    return f"{where} is {shown(value)}, but {must}; set it to {allowed}."


def _hint(value: Any, schema: Mapping[str, Any]) -> str:
    types = _types(schema)
    if isinstance(value, str) and types & {"integer", "number"} and (number := _number(value)):
        # YAML reads 1e-3, without a point, as text; and so does every nested --config.
        return f"; write {number} without quotes in the configuration file"
    if types == {"array"} and not isinstance(value, list | dict | None):
        return f"; write [{shown(value)}]"
    if types == {"string"} and not isinstance(value, list | dict | None):
        return "; put it in quotes"
    return ""


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
    """Return the properties of a part of the schema, its own or those that it refers to."""
    referred: Any = schema
    for step in part.get("$ref", "#/properties/none").split("/")[1:]:
        referred = referred.get(step, {})
    return {**referred.get("properties", {}), **part.get("properties", {})}


def _types(schema: Mapping[str, Any]) -> set[str]:
    types = schema.get("type", [])
    return {types} if isinstance(types, str) else set(types) - {"null"}


def allowed_values(schema: Mapping[str, Any]) -> str:
    """Say in words what a part of the schema allows.

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
        *others, last = [str(value) for value in schema["enum"]]
        return f"{', '.join(others)} or {last}" if others else last
    kind = next(iter(sorted(_types(schema))), "")
    if kind == "array":
        return f"a list of {_count(schema)}{_plural(schema.get('items', {}))}"
    names = {"integer": "an integer", "number": "a number", "object": "a section of keys"}
    names |= {"string": "text", "boolean": "true or false"}
    return names.get(kind, "a value") + _range(schema)


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
    names = {"integer": "integers", "number": "numbers", "string": "texts", "boolean": "true/false"}
    return names.get(kind, "values") + _range(schema)


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


def shown(value: Any) -> str:
    """Return a value much as it would stand in YAML, on one line and cut short if it is long.

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
    text = text if len(text) <= 60 else f"{text[:59]}…"
    text = "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )
    return json.dumps(text, ensure_ascii=False) if isinstance(value, str) else text
