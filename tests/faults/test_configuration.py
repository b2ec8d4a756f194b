"""Bad configurations: refused before any job, in one sentence that names the key."""

import copy
import datetime
import math
import re
import reprlib
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from workflow.som.classifier.settings import settings_from
from workflow.som.config import (
    RESERVED_FOLDERS,
    RESERVED_TARGETS,
    comparisons_from,
    experiments_from,
)
from workflow.som.config_files import check_config_file
from workflow.som.config_schema import resolved, validate_config
from workflow.som.errors import SomError
from workflow.som.tsp.instances import find_instances
from workflow.som.tsp.settings import tsp_from

ROOT = Path(__file__).parents[2]
SCHEMA_PATH = ROOT / "workflow" / "schemas" / "config.schema.yaml"
SCHEMA = yaml.safe_load(SCHEMA_PATH.read_text(encoding="utf-8"))
TEXT = (ROOT / "config" / "config.yaml").read_text(encoding="utf-8")
CONFIG = yaml.safe_load(TEXT)
LEFT_OUT = object()


def read(config):
    """Do with a configuration what `workflow/rules/common.smk` does."""
    validate_config(config, SCHEMA_PATH)
    experiments_from(config)
    comparisons_from(config)
    settings_from(config)
    find_instances(config["cities"] or "", tsp_from(config).random_cities)


def refusal(action, *arguments):
    """Return the sentence with which something is refused."""
    with pytest.raises(SomError) as caught:
        action(*arguments)
    message = str(caught.value)
    assert message.isprintable()
    assert re.search(r"[.?]$", message)
    outside_quotes = re.sub(r'"(\\.|[^"\\])*"', "…", message)
    assert not re.search(r"[.?!] ", outside_quotes[:-1]), message
    assert len(message) < 800
    return message


def try_out(check, strategy, fault_seed, examples):
    """Check `examples` values of a strategy, and that there were as many."""
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
    """Return what the schema says of a place."""
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
    """The project's configuration with another value at a place; it is shown as that."""

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
    """Swap, double or drop a letter of a key."""
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
    """Leave out what must be there."""
    places = [place for place in SECTIONS if schema_of(place).get("required")]
    place = draw(st.sampled_from(places))
    key = draw(st.sampled_from(schema_of(place)["required"]))
    return Changed((*place, key), LEFT_OUT), key


@st.composite
def contradictions(draw):
    """Values each of which is allowed, but not beside the others."""
    number = draw(st.integers(2, 150))
    own, key = draw(
        st.sampled_from(
            [
                ({"shape": [40000, number]}, "shape"),
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
    """Experiments that are not there, named twice, or not at all."""
    unknown = draw(st.from_regex(r"[a-z]{3,9}_x", fullmatch=True))
    comparison = draw(st.sampled_from(sorted(CONFIG["comparisons"])))
    wrong = [[unknown], [], ["article", "article"], ["Article"], [f"article_{unknown}"]]
    cases = [(("comparisons", comparison), value, comparison) for value in wrong]
    cases += [(("classifier", "experiment"), unknown, "experiment")]
    cases += [(EXPERIMENTS, {}, "article"), (EXPERIMENTS, {"article": {}}, "quickstart")]
    cases += [(("cities",), f"/nowhere/{unknown}", "cities"), (("tsp", "seeds"), [5, 5], "seeds")]
    cases += [(("tsp", "cycle_radius"), 0.1, "cycle_radius")]
    place, value, key = draw(st.sampled_from(cases))
    return Changed(place, value), key


@st.composite
def taken_names(draw):
    """Names that are folders of results, targets or other experiments, in any case."""
    name = draw(st.sampled_from([*RESERVED_FOLDERS, *RESERVED_TARGETS, *CONFIG["experiments"]]))
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


def test_bad_configurations_are_refused_with_the_key_named(fault_seed, how_many):
    def check(case):
        config, key = case
        message = refusal(read, config)
        assert message.startswith("config: ")
        assert key in message, message

    try_out(check, BAD, fault_seed, how_many(500, 5000))


@st.composite
def good_configurations(draw):
    """Values at the bounds of what the schema allows, and an experiment that holds together."""
    shapes = {
        "ring": [1],
        "line": [40000],
        "square": [200, 200],
        "hexagonal": [1, 40000],
        "torus": [2, 1],
        "hexagonal_torus": [2, 20000],
        "block": draw(st.sampled_from([[1], [1] * 8, [40000], [2] * 8, [34, 34, 34]])),
    }
    topology = draw(st.sampled_from(sorted(shapes)))
    shape = shapes[topology]
    radius = draw(st.floats(0.5, 1.0)) * 10 * math.hypot(*shape)
    rule = draw(st.sampled_from(["online", "batch"]))
    kernels = ["gaussian", "cut_gaussian", "bubble"] + ["mexican_hat", "printed"] * (
        rule == "online"
    )
    own = {
        "topology": topology,
        "shape": shape,
        "radius": radius,
        "rule": rule,
        "kernel": draw(st.sampled_from(kernels)),
        "schedule": draw(st.sampled_from(["exponential", "to_final", "linear"])),
        "final_radius": draw(st.floats(0.001, 1.0)) * min(radius, 1.0),
        "seeds": draw(st.lists(st.integers(0, 2**31 - 1), min_size=1, max_size=9, unique=True)),
        "dataset": draw(st.sampled_from(["FashionMNIST", "mnist 5000", "E-MNIST_digits"])),
        "epochs": draw(st.sampled_from([1, 999])),
    }
    own["final_radius"] = max(own["final_radius"], 0.001)
    name = draw(st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{0,62}x", fullmatch=True))
    config = Changed(("experiments", name), own)
    for place in draw(st.lists(st.sampled_from([p for p in NUMBERS if p[0] == "figures"]))):
        part = schema_of(place)
        at(config, place[:-1])[place[-1]] = draw(
            st.sampled_from([part["minimum"], part["maximum"]])
        )
    return config


def test_good_configurations_are_accepted(fault_seed, how_many):
    try_out(read, good_configurations(), fault_seed, how_many(100, 1000))


# ---------------------------------------------------------------- the file itself


def bomb():
    """Nine lines that stand for 10⁹ values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    return "\n".join(lines) + "\n"


def with_mirror(value):
    return TEXT.replace('mirror: ""', f"mirror: {value}", 1).encode()


DAMAGED_FILES = {
    "nothing": (b"", "must have keys"),
    "only a comment": (b"# nothing\n", "must have keys"),
    "a list": (b"- a\n- b\n", "must have keys"),
    "a word": (b"hello", "must have keys"),
    "a tab": (TEXT.replace("  dataset", "\tdataset", 1).encode(), "line 15, column 1"),
    "an open quote": (TEXT.encode() + b'mirror: "x\n', "end of stream"),
    "a colon too many": (with_mirror("a: b: c"), "line 6"),
    "a key twice": (TEXT.encode() + b'mirror: ""\n', "the key mirror twice, in lines 6 and"),
    "a deeper key twice": (
        TEXT.replace("    epochs: 15\n", "    epochs: 15\n" * 2).encode(),
        "epochs",
    ),
    "a key twice in JSON": (b'{"mirror": "", "mirror": ""}', "mirror"),
    "a section twice": (TEXT.encode() + b"experiments:\n  article: {}\n", "experiments"),
    "two documents": (TEXT.encode() + b"---\n" + TEXT.encode(), "another document"),
    "aliases without end": (bomb().encode() + TEXT.encode(), "aliases"),
    "an alias within itself": (with_mirror("&m [*m]"), "aliases"),
    "an unknown alias": (with_mirror("*m"), "alias"),
    "Latin-1": (with_mirror("MIRROR").replace(b"MIRROR", b"\xe9"), "UTF-8"),
    "UTF-16": (TEXT.encode("utf-16"), "UTF-8"),
    "a null byte": (with_mirror("a\0"), "character"),
    "an object": (with_mirror("!!python/object/apply:os.system [touch marker]"), "python"),
    "a Python name": (with_mirror("!!python/name:os.system"), "python"),
    "a tag of one's own": (with_mirror("!mine x"), "mine"),
    "expressions": (b"__use_yte__: true\n" + with_mirror('?open("marker", "w")'), "__use_yte__"),
    "no date": (with_mirror("2026-13-45"), "month"),
    "no number": (with_mirror("!!int abc"), "abc"),
    "no truth": (with_mirror("!!bool x"), "x"),
    "an endless number": (with_mirror("9" * 5000), "digits"),
    "too deep": (with_mirror("[" * 100_000), "nested"),
    "merge of nothing": (with_mirror("{<<: 3}"), "merging"),
}


@pytest.mark.parametrize("damage", DAMAGED_FILES)
def test_a_damaged_configuration_file_is_refused(tmp_path, damage):
    content, words = DAMAGED_FILES[damage]
    assert content != TEXT.encode()
    path = tmp_path / "config.yaml"
    path.write_bytes(content)
    message = refusal(check_config_file, path)
    assert message.startswith(f"{path} ")
    assert words in message
    assert list(tmp_path.iterdir()) == [path]


def test_a_configuration_file_cut_short_is_refused(tmp_path, fault_seed, how_many):
    """By the check of the file or of what it says: most of what is left of it reads well."""
    path = tmp_path / "config.yaml"

    def check(length):
        path.write_text(TEXT[:length], encoding="utf-8")

        def read_file():
            check_config_file(path)
            read(yaml.safe_load(path.read_text(encoding="utf-8")))

        refusal(read_file)

    shortest = len(TEXT.rpartition("last_frame_ms")[0])
    try_out(check, st.integers(0, shortest), fault_seed, how_many(15, 200))


@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_a_sound_configuration_file_is_accepted(tmp_path, start):
    path = tmp_path / "config.yaml"
    path.write_text(start + TEXT, encoding="utf-8")
    check_config_file(path)
    path.write_text("a: &a {b: 1}\nc: {<<: *a, d: *a}\n", encoding="utf-8")
    check_config_file(path)


def test_values_without_end_are_refused_wherever_they_come_from():
    nested = [0] * 10
    for _ in range(8):
        nested = [nested] * 10
    assert "mirror has more than 100,000 values" in refusal(read, Changed(("mirror",), nested))


# ---------------------------------------------------------------- through Snakemake itself


def assert_refused(project, words, *arguments):
    before = {path for path in project.folder.rglob("*") if ".snakemake" not in path.parts}
    output = project.snakemake("quickstart", *arguments, fails=True)
    assert words in output, output
    assert "Traceback" not in output
    after = {path for path in project.folder.rglob("*") if ".snakemake" not in path.parts}
    assert {path for path in after - before if "__pycache__" not in path.parts} <= {project.output}
    assert not (project.folder / "results").exists()


def test_bad_configurations_are_refused_by_snakemake(project, fault_seed, how_many):
    path = project.folder / "config" / "config.yaml"

    def check(case):
        config, key = case
        text = yaml.dump(dict(config), Dumper=yaml.CDumper, sort_keys=False, allow_unicode=True)
        path.write_text(text, encoding="utf-8")
        named = key if yaml.safe_load(text) == config else ""  # 10**400 is no YAML, for example.
        assert_refused(project, named, "--dry-run")

    try_out(check, BAD, fault_seed, how_many(3, 40))


@pytest.mark.parametrize("damage", ["a key twice", "aliases without end", "an object", "Latin-1"])
def test_a_damaged_file_is_refused_by_snakemake(project, damage):
    content, words = DAMAGED_FILES[damage]
    (project.folder / "config" / "config.yaml").write_bytes(content)
    assert_refused(project, words)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["epochs=abc"], "config: epochs is a key of an experiment"),
        (["bogus=1"], "config: bogus is an unknown key"),
        (["experiments={article: {epochs: 5}}"], 'config: experiments.article.epochs is "5"'),
        (["mirror=a\x01b"], "config: mirror is"),
    ],
)
def test_bad_values_on_the_command_line_are_refused(project, arguments, words):
    assert_refused(project, words, "--config", *arguments)


def test_a_file_laid_over_the_configuration_is_checked_too(project, tmp_path):
    path = tmp_path / "over.yaml"
    path.write_text("experiments:\n  own: {}\n  own: {epochs: 3}\n", encoding="utf-8")
    assert_refused(project, "own twice, in lines 2 and 3", "--configfile", str(path))
