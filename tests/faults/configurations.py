"""Configurations that are bad or good by construction, and a check of how they are refused."""

import copy
import datetime
import math
import reprlib

import pytest
import yaml
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from tests.project import CONFIG_TEXT
from tests.som.config.configurations import CONFIG, SCHEMA_PATH, assert_one_sentence
from workflow.paths.own_datasets import deformed_datasets_of, own_datasets_of
from workflow.som.config.classifier_settings import settings_from
from workflow.som.config.experiments import (
    RESERVED,
    comparisons_from,
    experiments_from,
)
from workflow.som.config.schema import resolved, validate_config
from workflow.som.config.tsp_settings import tsp_from
from workflow.som.files.errors import SomError
from workflow.som.tsp.instances import find_instances

SCHEMA = yaml.safe_load(SCHEMA_PATH.read_text(encoding="utf-8"))
TEXT = CONFIG_TEXT
LEFT_OUT = object()


def read(config):
    """Check and read a configuration as `workflow/rules/common.smk` does."""
    validate_config(config, SCHEMA_PATH)
    own_datasets_of(config)
    deformed_datasets_of(config)
    experiments_from(config)
    comparisons_from(config)
    settings_from(config)
    find_instances(config["cities"] or "", tsp_from(config).random_cities)


def refusal(action, *arguments):
    """Return the sentence with which a configuration is refused."""
    with pytest.raises(SomError) as caught:
        action(*arguments)
    message = str(caught.value)
    assert_one_sentence(message, most=799)
    return message


def try_out(check, strategy, fault_seed, examples):
    """Check this number of `examples` of a strategy, and that the strategy gave as many."""
    tried = []

    @seed(fault_seed)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def check_one(value):
        tried.append(value)
        check(value)

    check_one()
    assert len(tried) >= examples


def walk(value, place=()):
    """Yield every place of the configuration, a tuple of keys and positions, with its value."""
    yield place, value
    if isinstance(value, dict):
        for key, item in value.items():
            yield from walk(item, (*place, key))
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from walk(item, (*place, position))


def schema_of(place):
    """Return the part of the schema for a place."""
    part = SCHEMA
    for step in place:
        if isinstance(step, int):
            part = part["items"]
        elif step in part.get("properties", {}):
            part = part["properties"][step]
        else:
            (part,) = part["patternProperties"].values()
        part = resolved(part, SCHEMA)
    return part


def at(config, place):
    for step in place:
        config = config[step]
    return config


class Changed(dict):
    """The project's configuration with a change; its `repr` shows only the change."""

    def __init__(self, place, value, without=None):
        super().__init__(copy.deepcopy(CONFIG))
        self.change = f"{place}: {reprlib.repr(value)}, without {without}"
        section = at(self, place[:-1])
        if without:
            del section[without]
        if value is not LEFT_OUT:
            section[place[-1]] = value
        else:
            del section[place[-1]]

    def __repr__(self):
        return f"Changed({self.change})"


PLACES = dict(walk(CONFIG))
SECTIONS = [place for place, value in PLACES.items() if isinstance(value, dict)]
VALUES = [place for place in PLACES if place and not isinstance(PLACES[place], dict)]
NUMBERS = [place for place in VALUES if {"minimum", "maximum"} & schema_of(place).keys()]
EXPERIMENTS = ("experiments",)
ALWAYS_WRONG = [math.nan, math.inf, -math.inf, -0.0, -1e308, -(10**400), 10**400, {}, {"a": 1}]
ALWAYS_WRONG += [datetime.date(2026, 1, 2), [[]], [None], "\0", "\x1b[31m"]
WRONG = {
    "integer": [*ALWAYS_WRONG, "3", "1e3", "", 2.5, 1e308, [], [3], True, False, -1, 10**12 + 1],
    "number": [*ALWAYS_WRONG, "0.5", "1e-3", "", 1e308, [], [0.5], True, False, -1, -0.5],
    "string": [*ALWAYS_WRONG, 3, 0.5, [], ["a"], True, False],
    "boolean": [*ALWAYS_WRONG, 0, 1, "true", "no", "", None, []],
    "array": [*ALWAYS_WRONG, 3, 0.5, "a", "", True, None, [{}], [True, True], [math.nan]],
    "enum": [*ALWAYS_WRONG, 3, 0.5, "", "Square", "cpu ", None, True, []],
    "object": [math.nan, -0.0, 10**400, 3, "a", "", [], ["a"], True, datetime.date(2026, 1, 2)],
}


@st.composite
def unknown_keys(draw):
    place = draw(st.sampled_from([place for place in SECTIONS if place != EXPERIMENTS]))
    letters = st.text("abcdefghijklmnopqrstuvwxyzABC_0123456789", min_size=1, max_size=40)
    key = draw(letters.filter(lambda key: not key.isdigit()))
    key = draw(st.sampled_from([key, "__proto__", "epochz", "sede", "Mirror", "DEFAULTS", "x y"]))
    return Changed((*place, key), draw(st.sampled_from([1, "a", None, {}, []]))), key


@st.composite
def misspelt_keys(draw):
    """Change a key: swap, double or drop a letter."""
    places = [place for place in PLACES if place and isinstance(place[-1], str)]
    place = draw(st.sampled_from([place for place in places if place[:-1] != EXPERIMENTS]))
    key, position = place[-1], draw(st.integers(0, len(place[-1]) - 2))
    first, second = key[position], key[position + 1]
    new = draw(st.sampled_from([second + first, first * 2 + second, first, first + " " + second]))
    new = key[:position] + new + key[position + 2 :]
    if new in schema_of(place[:-1])["properties"]:
        new += "z"
    return Changed((*place[:-1], new), PLACES[place], without=key), new


@st.composite
def wrong_values(draw):
    place = draw(st.sampled_from([place for place in PLACES if place]))
    part = schema_of(place)
    kinds = part.get("type", [])
    kind = "enum" if "enum" in part else kinds if isinstance(kinds, str) else kinds[0]
    values = WRONG[kind] if isinstance(kinds, list) else [*WRONG[kind], None]
    key = next(step for step in reversed(place) if isinstance(step, str))
    return Changed(place, draw(st.sampled_from(values))), key


@st.composite
def values_out_of_range(draw):
    place = draw(st.sampled_from(NUMBERS))
    part = schema_of(place)
    step = 1 if part["type"] in ("integer", ["integer", "null"]) else 1e-4
    wrong = [part["maximum"] + step, part["maximum"] * 10 + step, 10**400]
    low = part["minimum"] - step if "minimum" in part else part["exclusiveMinimum"]
    value = draw(st.sampled_from([*wrong, low, low - 1000]))
    key = next(step for step in reversed(place) if isinstance(step, str))
    return Changed(place, value), key


@st.composite
def missing_keys(draw):
    """Leave out a required key."""
    places = [place for place in SECTIONS if schema_of(place).get("required")]
    place = draw(st.sampled_from(places))
    key = draw(st.sampled_from(schema_of(place)["required"]))
    return Changed((*place, key), LEFT_OUT), key


@st.composite
def contradictions(draw):
    """Values that are allowed one by one, but not together."""
    number = draw(st.integers(2, 150))
    own, key = draw(
        st.sampled_from(
            [
                ({"shape": [40000, number + 1]}, "shape"),
                ({"shape": [30000, 30000]}, "shape"),
                ({"shape": [40000] * 8, "topology": "block"}, "shape"),
                ({"shape": [0, number]}, "shape"),
                ({"shape": [number]}, "shape"),
                ({"shape": [number, 2], "topology": "ring"}, "shape"),
                ({"shape": [2, 2, number], "topology": "hexagonal"}, "shape"),
                ({"shape": [2 * number + 1, 9], "topology": "hexagonal_torus"}, "shape"),
                ({"shape": [number, 2], "radius": 16.0 * number + 50}, "radius"),
                ({"schedule": "linear", "radius": 4.0, "final_radius": 4.1}, "final_radius"),
                ({"schedule": "to_final", "final_radius": 399999.0}, "final_radius"),
                ({"schedule": "linear", "final_learning_rate": 0.51}, "final_learning_rate"),
                ({"epochs": 1000 + number}, "epochs"),
                ({"epochs": 10**6}, "epochs"),
                ({"epochs": 999, "decay": 0.5}, "epochs"),
                ({"segment": 0}, "segment"),
                ({"rule": "batch", "kernel": "printed"}, "kernel"),
                ({"rule": "batch", "kernel": "mexican_hat"}, "kernel"),
                ({"kernel": "printed", "device": "cuda"}, "device"),
                ({"kernel": "printed", "device": "mps"}, "device"),
                ({"precision": "float64", "device": "mps"}, "device"),
                ({"processes": 2}, "processes"),
                ({"processes": 2, "rule": "batch", "device": "mps"}, "processes"),
                ({"radius": 1e-300}, "radius"),
                ({"seeds": [number, number]}, "seeds"),
                ({"seeds": [2**31 + number]}, "seeds"),
                ({"seeds": [-number]}, "seeds"),
                ({"seeds": []}, "seeds"),
                ({"seeds": list(range(1001))}, "seeds"),
                ({"dataset": "minst"}, "dataset"),
                ({"dataset": "../mnist"}, "dataset"),
            ]
        )
    )
    where = draw(st.sampled_from([("experiments", "own"), ("experiments", "article")]))
    return Changed(where, own), key


@st.composite
def unknown_names(draw):
    """Experiments that do not exist, are named twice, or are not named at all."""
    unknown = draw(st.from_regex(r"[a-z]{3,9}_x", fullmatch=True))
    comparison = draw(st.sampled_from(sorted(CONFIG["comparisons"])))
    wrong = [[unknown], [], ["article", "article"], ["Article"], [f"article_{unknown}"]]
    cases = [(("comparisons", comparison), value, comparison) for value in wrong]
    cases += [(("classifier", "experiment"), unknown, "experiment")]
    cases += [(EXPERIMENTS, {}, "article"), (EXPERIMENTS, {"article": {}}, "quickstart")]
    cases += [(("cities",), f"/nowhere/{unknown}", "cities"), (("tsp", "seeds"), [5, 5], "seeds")]
    cases += [(("tsp", "cycle_radius"), 0.1, "cycle_radius")]
    cases += [(("datasets", "wine", "samples"), 9, "samples"), (("datasets", "a"), {}, "train")]
    cases += [(("datasets", "mnist_8m", "deformed"), unknown, "deformed")]
    cases += [(("datasets", "mnist_8m", "train"), "a.csv", "train")]
    place, value, key = draw(st.sampled_from(cases))
    return Changed(place, value), key


@st.composite
def taken_names(draw):
    """Names of folders of results, targets or other experiments, in upper or lower case."""
    name = draw(st.sampled_from([*sorted(RESERVED), *CONFIG["experiments"]]))
    spelt = "".join(draw(st.sampled_from([letter, letter.upper()])) for letter in name)
    spelt = name.title() if spelt in CONFIG["experiments"] else spelt
    return Changed(("experiments", spelt), {}), spelt


BAD = st.one_of(
    unknown_keys(),
    misspelt_keys(),
    wrong_values(),
    wrong_values(),
    values_out_of_range(),
    missing_keys(),
    contradictions(),
    unknown_names(),
    taken_names(),
)
