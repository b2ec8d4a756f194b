"""The schema refuses bad values, each with a clear sentence."""

import math
import re
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.som.config.configurations import DEFAULTS, FIGURES, config_with, read, refusal
from workflow.som.config.experiments import RESERVED
from workflow.som.config.refusals import shown
from workflow.som.config.schema import allowed_values


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
        (
            {"radius": math.nan},
            "radius is .nan, but must be a number above 0 and up to 400000, or auto.",
        ),
        (
            {"shape": "20x30"},
            'shape is "20x30", but must be a list of 1 to 8 integers from 1 to 40000, or auto; '
            "write [20, 30].",
        ),
        (
            {"radius": "automatic"},
            'radius is "automatic", but must be a number above 0 and up to 400000, or auto.',
        ),
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


# ---------------------------------------------------------------- keys, names and sections


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80) | st.sampled_from(["epochs ", "Epochs", "figures", "defaults"]))
def test_an_unknown_key_is_refused_by_name(key: str) -> None:
    if key in DEFAULTS:
        return
    message = refusal(config_with({key: 1}))
    assert message.startswith("config: experiments.own.")
    if re.fullmatch(r"[ -!#-\[\]-~]{1,60}", key):  # Other keys are shortened or escaped.
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
    | st.sampled_from([*sorted(RESERVED), "Article", "RAW", "quickstart"])
)
@example("../escape")
@example("$(reboot)")
@example("a\n")
@example("a" * 64)
@example("a" * 65)
def test_a_name_is_accepted_just_if_it_is_a_safe_and_free_folder(name: str) -> None:
    config = config_with({}, name)
    is_safe = re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,63}", name) is not None
    is_reserved = name.lower() in RESERVED
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
        "config: experiments.Raw has a name that a target, a step, a key, a folder of results or a "
        "device needs; rename it, for instance to my_raw."
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
            'is "7", but must be a number from 3 to 15; '
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
    allowed = {"width": "a number from 3 to 15", "dpi": "an integer from 50 to 600"}[key]
    assert refusal(config_with(figures=FIGURES | {"u_matrix": style})) == (
        f"config: figures.u_matrix.{key} is missing; add it, as {allowed}."
    )


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
