"""The configuration: what is accepted, what is refused, and in which words."""

import copy
import dataclasses
import json
import math
import random
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from workflow.som.config import (
    DATASET_NAMES,
    RESERVED_FOLDERS,
    RESERVED_TARGETS,
    ConfigError,
    Experiment,
    canonical_dataset,
    experiments_from,
    shown,
    to_fingerprint,
)
from workflow.som.config_schema import allowed_values, validate_config
from workflow.som.errors import SomError

ROOT = Path(__file__).parents[2]
SCHEMA_PATH = ROOT / "workflow" / "schemas" / "config.schema.yaml"
DEFAULTS: dict[str, Any] = {
    "dataset": "mnist",
    "seeds": [0],
    "topology": "square",
    "shape": [50, 50],
    "kernel": "gaussian",
    "rule": "online",
    "initialisation": "random",
    "initialisation_seed": None,
    "order_seed": None,
    "learning_rate": 0.5,
    "radius": 50.0,
    "schedule": "exponential",
    "decay": 0.95,
    "final_learning_rate": 0.005,
    "final_radius": 0.5,
    "epochs": 90,
    "precision": "float32",
    "device": "auto",
    "segment": 30,
    "evaluate_every": 1,
    "permutations": 1000,
}
CONFIG = yaml.safe_load((ROOT / "config" / "config.yaml").read_text(encoding="utf-8"))
# The sections that say nothing of how one experiment trains, nor name others.
OTHER_SECTIONS = {key: CONFIG[key] for key in CONFIG.keys() - {"mirror", "defaults", "experiments"}}
OTHER_SECTIONS["comparisons"] = {key: ["article"] for key in CONFIG["comparisons"]}
FIGURES = CONFIG["figures"]


def config_with(own: Any = None, name: str = "own", **top: Any) -> dict[str, Any]:
    """A valid configuration with one experiment more, and top-level keys replaced."""
    config = {
        "mirror": "",
        "cities": "",
        "defaults": copy.deepcopy(DEFAULTS),
        "experiments": {"article": {}, "quickstart": {}, name: own},
        **copy.deepcopy(OTHER_SECTIONS),
    }
    return config | top


def read(config: Any) -> dict[str, Experiment]:
    """What the Snakefile does with its configuration."""
    validate_config(config, SCHEMA_PATH)
    return experiments_from(config)


def refusal(config: Any) -> str:
    """The sentence with which a configuration is refused."""
    with pytest.raises(ConfigError) as caught:
        read(config)
    message = str(caught.value)
    assert_one_sentence(message)
    return message


def assert_one_sentence(message: str) -> None:
    assert message.startswith("config: ")
    assert message.isprintable()
    assert re.search(r"[.?]$", message)
    outside_quotes = re.sub(r'"(\\.|[^"\\])*"', "…", message)
    assert not re.search(r"[.?!] ", outside_quotes[:-1])
    assert len(message) < 700


def with_scalars(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), strategy)


ANYTHING = st.recursive(
    with_scalars(st.dates()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
NEAR_NUMBERS = st.one_of(
    st.integers(-3, 45000),
    st.floats(-0.5, 1100.0),
    st.sampled_from([0, 1, 19, 20, 999, 1000, 1001, 2**31 - 1, 2**31, 1e-3, 1.0, 90.0]),
)
NEAR_WORDS = st.sampled_from(
    ["90", "1e-3", "square", "Square", "hexagonal", "online", "batch", "random", "pca", "float32"]
    + ["ring", "block", "bubble", "printed", "linear", "to_final"]
    + ["float64", "float16", "auto", "cpu", "cuda", "mps", "gpu", "mnist", "MNIST", "minst", ""]
)
NEAR_LISTS = st.lists(NEAR_NUMBERS | st.booleans() | NEAR_WORDS, max_size=4)
VALUES = st.one_of(ANYTHING, NEAR_NUMBERS, NEAR_WORDS, NEAR_LISTS)


def is_integer(value: Any, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most


def is_real(value: Any, most: float) -> bool:
    return type(value) in (int, float) and 0 < value <= most


def is_allowed(key: str, value: Any) -> bool:
    """Whether the README allows a value, the other keys being the article's; written by hand."""
    words = {
        # Those that go with a shape of two lengths.
        "topology": ["square", "hexagonal", "torus", "hexagonal_torus", "block"],
        "kernel": ["gaussian", "cut_gaussian", "bubble", "mexican_hat", "printed"],
        "rule": ["online", "batch"],
        "initialisation": ["random", "sample", "pca"],
        "schedule": ["exponential", "to_final", "linear"],
        "precision": ["float32", "float64"],
        "device": ["auto", "cpu", "cuda", "mps"],
    }
    if key in words:
        return isinstance(value, str) and value in words[key]
    if key == "dataset":
        known = ["mnist", "fashionmnist", "kmnist", "emnistdigits", "qmnist", "mnist5000"]
        return isinstance(value, str) and re.sub(r"[\s_-]", "", value).lower() in known
    if key == "seeds":
        integers = isinstance(value, list) and all(is_integer(seed, 0, 2**31 - 1) for seed in value)
        return integers and 1 <= len(value) <= 1000 and len(set(value)) == len(value)
    if key == "shape":
        lengths = isinstance(value, list) and all(is_integer(n, 1, 40000) for n in value)
        if not lengths or len(value) != 2:
            return False
        return value[0] * value[1] <= 40000 and 10 * math.hypot(*value) >= 50.0
    if key in ("initialisation_seed", "order_seed"):
        return value is None or is_integer(value, 0, 2**31 - 1)
    if key == "final_learning_rate":
        return is_real(value, 1.0)
    if key == "final_radius":
        return is_real(value, 400000) and value >= 0.001
    if key in ("learning_rate", "decay"):
        smallest = (1e-100 / 50.0) ** (1 / 89) if key == "decay" else 0.0
        return is_real(value, 1.0) and value >= smallest
    if key == "radius":
        return is_real(value, 10 * math.hypot(50, 50)) and value * 0.95**89 >= 1e-100
    least, most = {"permutations": (20, 100000)}.get(key, (1, 999))
    return is_integer(value, least, most)


# ---------------------------------------------------------------- what is accepted


def test_values_are_the_defaults_replaced_key_by_key() -> None:
    own = {"seeds": [3, 1], "shape": [4, 7], "radius": 7, "dataset": "FashionMNIST"}
    experiments = read(config_with(own))
    assert list(experiments) == ["article", "quickstart", "own"]
    expected = DEFAULTS | own
    expected |= {"seeds": (3, 1), "shape": (4, 7), "radius": 7.0, "dataset": "fashion_mnist"}
    assert dataclasses.asdict(experiments["own"]) == expected
    assert experiments["own"].n_units == 28


@pytest.mark.parametrize("own", [None, {}])
def test_an_experiment_without_keys_is_the_defaults(own: Any) -> None:
    experiments = read(config_with(own))
    assert experiments["own"] == experiments["article"]


def test_reading_leaves_the_configuration_as_it_was() -> None:
    config = config_with({"radius": 20})
    before = copy.deepcopy(config)
    read(config)
    assert config == before


@pytest.mark.parametrize("mirror", ["", None, "../digits", "https://example.org/mnist/", "a b; c"])
def test_a_mirror_is_any_text_or_nothing(mirror: Any) -> None:
    assert read(config_with(mirror=mirror))


def test_fields_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        read(config_with())["own"].epochs = 3  # type: ignore[misc]


def test_the_smallest_map_is_accepted() -> None:
    assert read(config_with({"shape": [1, 1], "radius": 1.0}))["own"].n_units == 1


# ---------------------------------------------------------------- single values


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(sorted(DEFAULTS)), VALUES)
@example("epochs", 90.0)
@example("epochs", True)
@example("seeds", [0, False])
@example("radius", math.nan)
@example("radius", math.inf)
@example("learning_rate", 10**400)
@example("decay", 5e-324)
def test_a_value_is_accepted_just_if_the_readme_allows_it(key: str, value: Any) -> None:
    config = config_with({key: value})
    if is_allowed(key, value):
        assert read(config)
    else:
        assert key in refusal(config)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(DEFAULTS)), VALUES)
def test_a_wrong_default_is_refused_as_well(key: str, value: Any) -> None:
    config = config_with(defaults=DEFAULTS | {key: value})
    if is_allowed(key, value):
        assert read(config)
    else:
        assert key in refusal(config)


@pytest.mark.parametrize("key", sorted(DEFAULTS))
def test_a_missing_default_is_named(key: str) -> None:
    defaults = {name: value for name, value in DEFAULTS.items() if name != key}
    assert refusal(config_with(defaults=defaults)).startswith(
        f"config: defaults.{key} is missing; add it, as "
    )


@pytest.mark.parametrize(
    ("own", "message"),
    [
        (
            {"epochs": -3},
            "epochs is -3, but must be at least 1; set it to an integer from 1 to 999.",
        ),
        (
            {"epochs": "90"},
            'epochs is "90", but must be an integer from 1 to 999; '
            "write 90 without quotes in the configuration file.",
        ),
        (
            {"learning_rate": "1e-3"},
            'learning_rate is "1e-3", but must be a number above 0 and up to 1; '
            "write 0.001 without quotes in the configuration file.",
        ),
        ({"epochs": "many"}, 'epochs is "many", but must be an integer from 1 to 999.'),
        ({"epochs": True}, "epochs is true, but must be an integer from 1 to 999."),
        ({"radius": math.nan}, "radius is .nan, but must be a number above 0 and up to 400000."),
        (
            {"decay": 0},
            "decay is 0, but must be above 0; set it to a number above 0 and up to 1.",
        ),
        (
            {"seeds": 3},
            "seeds is 3, but must be a list of 1 to 1000 different integers from 0 to 2147483647; "
            "write [3].",
        ),
        (
            {"seeds": [0, -1]},
            "seeds[1] is -1, but must be at least 0; set it to an integer from 0 to 2147483647.",
        ),
        (
            {"seeds": []},
            "seeds is [], but must have at least 1 item; "
            "set it to a list of 1 to 1000 different integers from 0 to 2147483647.",
        ),
        ({"device": "gpu"}, 'device is "gpu", but must be auto, cpu, cuda or mps.'),
        ({"dataset": 5}, "dataset is 5, but must be text; put it in quotes."),
        ({"epoch": 3}, "epoch is an unknown key; did you mean epochs?"),
        ({"mirror": ""}, "mirror is a key of the top level; write it there, without indentation."),
    ],
)
def test_the_sentence_says_what_is_wrong_and_what_to_do(own: Any, message: str) -> None:
    assert refusal(config_with(own)) == f"config: experiments.own.{message}"


# ---------------------------------------------------------------- values that belong together


@pytest.mark.parametrize(
    ("own", "message"),
    [
        (
            {"shape": [201, 200]},
            "shape is [201, 200], which makes 40,200 units, but tables of units × units must fit "
            "in memory; choose at most 40,000 units.",
        ),
        (
            {"shape": [3, 4], "radius": 50.01},
            "radius is 50.01, but shape [3, 4] is only 5.0 grid steps across; "
            "set radius to about 4, and to at most 50.",
        ),
        (
            {"epochs": 999, "decay": 0.5},
            "epochs is 999, but with decay 0.5 the radius 50.0 vanishes after epoch 338; "
            "set epochs to at most that, or decay closer to 1.",
        ),
        (
            {"radius": 1e-200},
            "radius is 1e-200, which is as good as zero; set radius to about 50.",
        ),
        (
            {"device": "mps", "precision": "float64"},
            "device is mps, which has no float64, but precision is float64; "
            "set precision to float32 or device to cpu.",
        ),
        (
            {"dataset": "minst"},
            'dataset is "minst", which is not known; the nearest of mnist, fashion_mnist, kmnist, '
            "emnist_digits, qmnist, mnist_5000 is mnist.",
        ),
        (
            {"dataset": "cifar10"},
            'dataset is "cifar10", which is not known; choose one of mnist, fashion_mnist, '
            "kmnist, emnist_digits, qmnist, mnist_5000.",
        ),
    ],
)
def test_contradictions_are_refused(own: dict[str, Any], message: str) -> None:
    assert refusal(config_with(own)) == f"config: experiments.own: {message}"


def test_bounds_between_keys_are_where_they_are_said_to_be() -> None:
    assert read(config_with({"shape": [200, 200]}))["own"].n_units == 40000
    assert read(config_with({"shape": [3, 4], "radius": 50.0}))
    assert read(config_with({"epochs": 338, "decay": 0.5}))
    assert "epochs" in refusal(config_with({"epochs": 339, "decay": 0.5}))
    assert read(config_with({"epochs": 999}))  # The article's schedule, however long.


@settings(max_examples=200, deadline=None)
@given(st.floats(0, 100, exclude_min=True), st.floats(0, 1, exclude_min=True), st.integers(1, 999))
@example(5e-324, 1.0, 1)
@example(50.0, 5e-324, 2)
def test_an_accepted_schedule_gives_a_kernel_that_is_finite_to_the_end(
    radius: float, decay: float, epochs: int
) -> None:
    try:
        own = read(config_with({"radius": radius, "decay": decay, "epochs": epochs}))["own"]
    except ConfigError as error:
        assert_one_sentence(str(error))
        assert radius * decay ** (epochs - 1) < 1e-100
        largest = re.search(r"after epoch (\d+)", str(error))
        if largest:  # What the sentence recommends is accepted, and it is the most that is.
            most = int(largest[1])
            assert read(config_with({"radius": radius, "decay": decay, "epochs": most}))
            assert radius * decay**most < 1e-100
        return
    last = own.radius * own.decay ** (own.epochs - 1)
    assert math.isfinite(math.exp(-2 * 1000**2 / (2 * last**2)))


@pytest.mark.parametrize(
    "values",
    [{"epochs": True}, {"radius": math.nan}, {"decay": math.inf}, {"seeds": (1, False)}]
    + [{"seeds": (1, 1)}, {"dataset": "FashionMNIST"}],
)
def test_an_experiment_made_without_the_schema_is_checked_too(values: dict[str, Any]) -> None:
    valid = dataclasses.asdict(read(config_with())["own"])
    with pytest.raises(ConfigError, match=next(iter(values))):
        Experiment(**(valid | values))


# ---------------------------------------------------------------- keys, names and sections


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80) | st.sampled_from(["epochs ", "Epochs", "figures", "defaults"]))
def test_an_unknown_key_is_refused_by_name(key: str) -> None:
    if key in DEFAULTS:
        return
    message = refusal(config_with({key: 1}))
    assert message.startswith("config: experiments.own.")
    if re.fullmatch(r"[ -!#-\[\]-~]{1,60}", key):  # Others are shortened or written otherwise.
        assert key in message
    assert " key" in message


def test_keys_in_the_wrong_place_are_sent_to_the_right_one() -> None:
    assert refusal(config_with(epochs=3)) == (
        "config: epochs is a key of an experiment; write it below defaults or an experiment."
    )
    assert refusal(config_with(experiment={})) == (
        "config: experiment is an unknown key; did you mean experiments?"
    )


@settings(max_examples=300, deadline=None)
@given(
    st.text(max_size=70)
    | st.from_regex(r"[A-Za-z0-9_.\-/ ]{0,70}")
    | st.sampled_from([*RESERVED_FOLDERS, *RESERVED_TARGETS, "Article", "RAW", "quickstart"])
)
@example("../escape")
@example("$(reboot)")
@example("a\n")
@example("a" * 64)
@example("a" * 65)
def test_a_name_is_accepted_just_if_it_is_a_safe_and_free_folder(name: str) -> None:
    config = config_with({}, name)
    is_safe = re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,63}", name) is not None
    is_reserved = name.lower() in (*RESERVED_FOLDERS, *RESERVED_TARGETS)
    is_repeated = name.lower() in ("article", "quickstart") and len(config["experiments"]) == 3
    if is_safe and not is_reserved and not is_repeated:
        assert name in read(config)
    else:
        assert refusal(config).startswith("config: experiments.")


def test_names_that_cannot_be_used_are_explained() -> None:
    assert refusal(config_with({}, "Article")) == (
        "config: experiments.Article and experiments.article differ only by case and would share "
        "a folder on some file systems; rename one of them."
    )
    assert refusal(config_with({}, "Raw")) == (
        "config: experiments.Raw has a name that a target or a folder of results needs; rename "
        "it, for instance to my_raw."
    )
    assert refusal(config_with({}, "../x")) == (
        'config: experiments."../x" has a name that cannot be a folder\'s; rename it with a letter '
        "first, then letters, digits, _ or -, 64 characters at most."
    )


@pytest.mark.parametrize("missing", ["mirror", "defaults", "experiments", "figures"])
def test_a_missing_section_is_named(missing: str) -> None:
    config = {key: value for key, value in config_with().items() if key != missing}
    assert refusal(config).startswith(f"config: {missing} is missing; add it, as ")


@pytest.mark.parametrize("missing", ["article", "quickstart"])
def test_the_experiments_of_the_targets_must_be_there(missing: str) -> None:
    experiments = {"article": {}, "quickstart": {}}
    del experiments[missing]
    assert refusal(config_with(experiments=experiments)) == (
        f"config: experiments.{missing} is missing; add it, as a section of keys."
    )


@pytest.mark.parametrize("section", ["defaults", "experiments", "figures"])
@pytest.mark.parametrize("value", [None, [], "text", 3, True])
def test_a_section_of_the_wrong_type_is_refused(section: str, value: Any) -> None:
    assert refusal(config_with(**{section: value})) == (
        f"config: {section} is {shown(value)}, but must be a section of keys."
    )


@pytest.mark.parametrize("config", [None, [], "config", 3])
def test_a_configuration_that_is_no_mapping_is_refused(config: Any) -> None:
    assert "must be a mapping" in refusal(config)


@pytest.mark.parametrize(
    ("text", "place"),
    [("2024: {}", "experiments.2024"), ("no: {}", "experiments.false"), ("~: {}", "empty")],
)
def test_keys_that_yaml_does_not_read_as_text_are_refused(text: str, place: str) -> None:
    experiments = {"article": {}, "quickstart": {}} | yaml.safe_load(text)
    message = refusal(config_with(experiments=experiments))
    assert place in message
    assert "does not read as text" in message


def test_what_yaml_can_say_and_no_schema_can_judge_is_refused() -> None:
    huge = refusal(config_with({"epochs": 10**5000}))
    assert "experiments.own.epochs is an integer of about 5,001 digits" in huge
    endless: list[Any] = []
    endless += [endless, endless]
    assert "experiments.own.seeds is nested" in refusal(config_with({"seeds": endless}))
    control = refusal(config_with(mirror="a\0b\n"))
    assert control.startswith('config: mirror is "a\ufffdb\ufffd", but has characters')
    assert refusal(config_with(mirror="folder\n"))


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(config_with())) | st.text(), ANYTHING) | ANYTHING)
def test_nonsense_is_refused_in_one_sentence(config: Any) -> None:
    assert refusal(config)


@pytest.mark.parametrize(
    ("figure", "key", "value", "message"),
    [
        (
            "combined_map",
            "dead_colour",
            "grey",
            'is "grey", but has characters or a form that are not allowed; '
            'set it to text such as "#d9d9d9".',
        ),
        (
            "combined_map",
            "palette",
            ["#000000"] * 10,
            'is ["#000000", "#000000", "#000000", "#000000", "#000000", …], but must not have an '
            'item twice; set it to a list of 10 different texts such as "#d9d9d9".',
        ),
        (
            "u_matrix",
            "width",
            "7",
            'is "7", but must be a number from 2 to 40; '
            "write 7 without quotes in the configuration file.",
        ),
        ("u_matrix", "colourmap", "viridis", "is an unknown key; did you mean colour_map?"),
    ],
)
def test_a_wrong_style_is_refused(figure: str, key: str, value: Any, message: str) -> None:
    figures = FIGURES | {figure: FIGURES[figure] | {key: value}}
    assert refusal(config_with(figures=figures)) == f"config: figures.{figure}.{key} {message}"


def test_a_colour_ends_where_it_ends() -> None:
    style = FIGURES["combined_map"] | {"dead_colour": "#d9d9d9\n"}
    assert "dead_colour" in refusal(config_with(figures=FIGURES | {"combined_map": style}))


@pytest.mark.parametrize("key", ["width", "dpi"])
def test_a_missing_style_is_named_with_what_it_may_be(key: str) -> None:
    style = {name: value for name, value in FIGURES["u_matrix"].items() if name != key}
    allowed = {"width": "a number from 2 to 40", "dpi": "an integer from 50 to 1200"}[key]
    assert refusal(config_with(figures=FIGURES | {"u_matrix": style})) == (
        f"config: figures.u_matrix.{key} is missing; add it, as {allowed}."
    )


# ---------------------------------------------------------------- data sets and fingerprints


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(DATASET_NAMES), st.randoms(use_true_random=False))
def test_a_data_set_is_known_however_it_is_spelt(name: str, generator: random.Random) -> None:
    letters = [generator.choice([letter, letter.upper()]) for letter in name.replace("_", "")]
    spelt = "".join(letter + generator.choice(["", "", "_", "-", " "]) for letter in letters)
    assert canonical_dataset(spelt) == name


@pytest.mark.parametrize("torchvision_name", ["MNIST", "FashionMNIST", "KMNIST", "QMNIST"])
def test_torchvisions_names_are_known(torchvision_name: str) -> None:
    assert canonical_dataset(torchvision_name) in DATASET_NAMES


CHANGES = {
    "dataset": "kmnist",
    "topology": "hexagonal",
    "shape": [50, 49],
    "kernel": "bubble",
    "rule": "batch",
    "initialisation": "pca",
    "initialisation_seed": 0,
    "order_seed": 0,
    "schedule": "linear",
    "learning_rate": 0.4,
    "radius": 49.0,
    "decay": 0.94,
    "precision": "float64",
    "seeds": [1],
    "epochs": 120,
    "device": "cpu",
    "segment": 10,
    "evaluate_every": 5,
    "permutations": 50,
    "final_learning_rate": 0.001,
    "final_radius": 0.1,
}
RETRAINS = [
    *("dataset", "topology", "shape", "kernel", "rule", "initialisation", "initialisation_seed"),
    *("order_seed", "learning_rate", "radius", "schedule", "decay", "precision"),
]


@pytest.mark.parametrize("key", CHANGES)
def test_the_fingerprint_changes_just_with_what_determines_the_codebook(key: str) -> None:
    experiments = read(config_with({key: CHANGES[key]}))
    is_same = to_fingerprint(experiments["own"]) == to_fingerprint(experiments["article"])
    assert is_same == (key not in RETRAINS)


def test_the_fingerprint_is_json_and_does_not_depend_on_spelling() -> None:
    spelt = read(config_with({"radius": 50, "dataset": "MNIST"}))
    fingerprint = to_fingerprint(spelt["own"])
    text = json.dumps(fingerprint, sort_keys=True)
    assert text == json.dumps(to_fingerprint(spelt["article"]), sort_keys=True)
    assert json.loads(text) == fingerprint
    assert sorted(fingerprint) == sorted(RETRAINS)


@pytest.mark.parametrize("schedule", ["to_final", "linear"])
@pytest.mark.parametrize("key", CHANGES)
def test_with_a_schedule_that_ends_epochs_and_ends_retrain_but_not_the_decay(schedule, key) -> None:
    ends = {"epochs", "final_learning_rate", "final_radius"}
    retrains = (set(RETRAINS) | ends) - {"decay", "schedule"}
    if key == "schedule":
        return
    config = config_with({"schedule": schedule, key: CHANGES[key]})
    config["experiments"]["article"] = {"schedule": schedule}
    experiments = read(config)
    is_same = to_fingerprint(experiments["own"]) == to_fingerprint(experiments["article"])
    assert is_same == (key not in retrains)


@pytest.mark.parametrize(
    ("own", "words"),
    [
        (
            {"topology": "ring"},
            "shape [50, 50] has 2 lengths, but topology ring needs 1; change one",
        ),
        ({"shape": [9, 9, 9]}, "shape [9, 9, 9] has 3 lengths, but topology square needs 2"),
        ({"topology": "hexagonal_torus", "shape": [49, 50]}, "49 rows"),
        ({"rule": "batch", "kernel": "mexican_hat"}, "kernel is mexican_hat, which the batch rule"),
        ({"rule": "batch", "kernel": "printed"}, "kernel is printed, which the batch rule"),
        ({"schedule": "linear", "final_radius": 51}, "final_radius is 51.0, above radius 50.0"),
        ({"schedule": "to_final", "final_learning_rate": 0.6}, "above learning_rate 0.5"),
    ],
)
def test_keys_that_contradict_each_other_are_refused(own: Any, words: str) -> None:
    assert words in refusal(config_with(own))


@pytest.mark.parametrize(
    "own",
    [
        {"topology": "ring", "shape": [2500]},
        {"topology": "block", "shape": [7, 7, 7, 7]},
        {"topology": "hexagonal_torus"},
        {"topology": "torus", "shape": [3, 900], "rule": "batch", "kernel": "bubble"},
    ],
)
def test_every_lattice_needs_only_configuration(own: Any) -> None:
    assert read(config_with(own))["own"].n_units > 0


# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "boolean"}, "true or false"),
        ({"type": ["string", "null"]}, "text"),
        ({"type": "number", "minimum": 0, "exclusiveMaximum": 1}, "a number from 0 on and below 1"),
        ({"type": "array", "items": {"type": "string"}}, "a list of texts"),
        ({"type": "array", "minItems": 3}, "a list of at least 3 values"),
        ({"type": "string", "examples": ["#d9d9d9"]}, 'text such as "#d9d9d9"'),
        ({"enum": ["square"]}, "square"),
        ({"enum": [1, 2, 3]}, "1, 2 or 3"),
    ],
)
def test_what_is_allowed_is_said_in_words(schema: dict[str, Any], words: str) -> None:
    assert allowed_values(schema) == words


@settings(max_examples=200, deadline=None)
@given(ANYTHING)
def test_any_value_is_shown_on_one_short_line(value: Any) -> None:
    assert shown(value).isprintable()
    assert 0 < len(shown(value)) < 400


def test_a_config_error_is_what_the_scripts_and_python_expect() -> None:
    assert issubclass(ConfigError, SomError)
    assert issubclass(ConfigError, ValueError)
