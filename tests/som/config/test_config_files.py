"""config.yaml, its schema, config/README.md and the dataclass agree."""

import dataclasses
import re
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from tests.project import CONFIG, CONFIG_TEXT, ROOT
from tests.som.config.configurations import assert_one_sentence
from workflow.paths.own_datasets import deformed_datasets_of, own_datasets_of
from workflow.som.config.classifier_settings import Settings
from workflow.som.config.experiments import (
    DATASET_NAMES,
    FINGERPRINT_KEYS,
    RESERVED,
    Experiment,
    comparisons_from,
    experiments_from,
)
from workflow.som.config.refusals import ConfigError
from workflow.som.config.schema import allowed_values, resolved, validate_config
from workflow.som.config.tsp_settings import TRAINING_KEYS, WHOLE_NUMBERS, TspSettings, tsp_from
from workflow.som.data import sources
from workflow.som.data.own_settings import DeformedDataset, OwnDataset
from workflow.som.model.initialisation import INITIALISATIONS
from workflow.som.model.kernels import KERNELS
from workflow.som.model.lattice import TOPOLOGIES

SCHEMA_PATH = ROOT / "workflow" / "schemas" / "config.schema.yaml"
README = (ROOT / "config" / "README.md").read_text(encoding="utf-8")
SCHEMA = yaml.safe_load(SCHEMA_PATH.read_text(encoding="utf-8"))
(DATASET,) = SCHEMA["properties"]["datasets"]["patternProperties"].values()
DATASET_KEYS = DATASET["properties"]
CLASSIFIER = SCHEMA["properties"]["classifier"]
EXPERIMENT_KEYS = SCHEMA["$defs"]["experiment"]["properties"]
TSP_KEYS = SCHEMA["properties"]["tsp"]["properties"]


def parts_of(schema: Any, place: str = "") -> list[tuple[str, dict[str, Any]]]:
    """Yield every part of the schema that describes a value, with its place."""
    if not isinstance(schema, dict):
        return []
    parts = [(place, schema)]
    for group in ("properties", "patternProperties", "$defs"):
        for key, part in schema.get(group, {}).items():
            parts += parts_of(part, f"{place}/{group}/{key}")
    return parts


def figure_rows() -> list[str]:
    """Return the rows that config/README.md should have for the figures' keys."""
    rows = []
    for figure, section in SCHEMA["properties"]["figures"]["properties"].items():
        rows += expected_rows({figure: section})
        parts = section["properties"]
        rows += expected_rows({f"{figure}.{key}": part for key, part in parts.items()})
    return rows


def table_rows(heading: str) -> list[str]:
    """Return the rows of the table below a heading of config/README.md."""
    section = README.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return [line for line in section.splitlines() if line.startswith("| `")]


def expected_rows(properties: dict[str, Any]) -> list[str]:
    parts = {key: resolved(part, SCHEMA) for key, part in properties.items()}
    return [
        f"| `{key}` | {allowed_values(part)} | {part['description']} |"
        for key, part in parts.items()
    ]


def test_experiment_keys_are_the_same_everywhere() -> None:
    fields = [field.name for field in dataclasses.fields(Experiment)]
    assert fields == list(EXPERIMENT_KEYS)
    assert fields == list(CONFIG["defaults"])
    assert fields == SCHEMA["properties"]["defaults"]["required"]
    assert set(FINGERPRINT_KEYS) <= set(fields)


def test_keys_of_a_data_set_are_the_same_everywhere() -> None:
    own, deformed = (
        [field.name for field in dataclasses.fields(kind)] for kind in (OwnDataset, DeformedDataset)
    )
    assert own + deformed == list(DATASET_KEYS)
    assert own == list(CONFIG["datasets"]["wine"])
    assert deformed == list(CONFIG["datasets"]["mnist_8m"])


def test_examples_of_data_sets_can_be_made_and_are_made_by_no_experiment() -> None:
    assert set(own_datasets_of(CONFIG)) == {"wine", "digits_8x8"}
    deformed = deformed_datasets_of(CONFIG)
    assert deformed["mnist_8m"] == DeformedDataset(deformed="mnist", samples=8_100_000, seed=0)
    used = {experiment.dataset for experiment in experiments_from(CONFIG).values()}
    assert set(deformed) == {"mnist_1m", "mnist_8m"} and not used & set(deformed)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (
            {},
            " has neither train nor deformed; add train, the file of its samples, or deformed, "
            "the data set whose images are deformed.",
        ),
        (
            {"train": "a.csv", "deformed": "mnist", "samples": 9},
            " has both deformed and train; remove one of them.",
        ),
        (
            {"deformed": "mnist", "samples": 9, "label": "y"},
            " has both deformed and label; remove one of them.",
        ),
        (
            {"deformed": "mnist"},
            " has deformed without samples; add samples, the number of training images to make.",
        ),
        ({"train": "a.csv", "seed": 1}, " has seed, which only goes with deformed; remove it."),
        (
            {"deformed": "minst", "samples": 9},
            '.deformed is "minst", which is not known; the nearest of mnist, fashion_mnist, '
            "kmnist, emnist_digits, qmnist, mnist_5000 is mnist.",
        ),
        (
            {"deformed": "mine", "samples": 9},
            '.deformed is "mine", which is not known; choose one of mnist, fashion_mnist, '
            "kmnist, emnist_digits, qmnist, mnist_5000.",
        ),
        (
            {"deformed": "mnist", "samples": 0},
            ".samples is 0, but must be at least 1; set it to an integer from 1 to 100000000.",
        ),
        (
            {"deformed": "mnist", "samples": 1.5},
            ".samples is 1.5, but must be an integer from 1 to 100000000.",
        ),
        (
            {"deformed": 8, "samples": 9},
            '.deformed is 8, but must be text such as "mnist"; put it in quotes.',
        ),
        (
            {"deformd": "mnist", "samples": 9},
            ".deformd is an unknown key; did you mean deformed?",
        ),
    ],
)
def test_data_sets_that_cannot_be_are_refused(keys: dict[str, Any], message: str) -> None:
    config = CONFIG | {"datasets": {"mine": keys}}
    with pytest.raises(ConfigError) as caught:
        read_datasets(config)
    assert str(caught.value) == f"config: datasets.mine{message}"
    assert_one_sentence(str(caught.value))


def read_datasets(config: dict[str, Any]) -> None:
    """Check and read the section `datasets` as the Snakefile does."""
    validate_config(config, SCHEMA_PATH)
    own_datasets_of(config)
    deformed_datasets_of(config)


def test_the_data_set_to_deform_is_known_however_it_is_spelt() -> None:
    config = {"datasets": {"clothes": {"deformed": "FashionMNIST", "samples": 9}}}
    expected = DeformedDataset(deformed="fashion_mnist", samples=9, seed=0)
    assert deformed_datasets_of(config) == {"clothes": expected}


def test_classifier_keys_are_the_same_everywhere() -> None:
    fields = [field.name for field in dataclasses.fields(Settings)]
    assert fields == list(CONFIG["classifier"])
    assert fields == list(CLASSIFIER["properties"]) == CLASSIFIER["required"]


def test_keys_of_the_travelling_salesman_are_the_same_everywhere() -> None:
    fields = [field.name for field in dataclasses.fields(TspSettings)]
    assert fields == list(TSP_KEYS) == list(CONFIG["tsp"])
    assert fields == SCHEMA["properties"]["tsp"]["required"]
    integers = {key for key, part in TSP_KEYS.items() if part["type"] == "integer"}
    assert integers == set(WHOLE_NUMBERS)
    # Keys that no training uses: seeds and cities are wildcards, the solver has a rule of its own.
    apart = {"seeds", "random_cities", "random_seed", "routing_seconds"}
    assert set(fields) - apart == set(TRAINING_KEYS)


def test_the_travelling_salesman_has_seeds_enough_for_intervals() -> None:
    assert len(tsp_from(CONFIG).seeds) >= 5
    assert CONFIG["cities"] == ""


def test_top_level_keys_are_the_same_everywhere() -> None:
    assert list(CONFIG) == list(SCHEMA["properties"]) == SCHEMA["required"]


@pytest.mark.parametrize(
    ("heading", "properties"),
    [
        ("Top level", SCHEMA["properties"]),
        ("Keys of an experiment", EXPERIMENT_KEYS),
        ("Keys of a data set", DATASET_KEYS),
        ("Keys of the classifier", CLASSIFIER["properties"]),
        ("Keys of the travelling salesman", TSP_KEYS),
    ],
)
def test_readme_has_one_row_a_key_as_the_schema_says(
    heading: str, properties: dict[str, Any]
) -> None:
    assert table_rows(heading) == expected_rows(properties)


def test_readme_has_one_row_a_comparison_as_the_schema_says() -> None:
    comparisons = SCHEMA["properties"]["comparisons"]["properties"]
    assert table_rows("Keys of the comparisons") == expected_rows(comparisons)
    assert list(CONFIG["comparisons"]) == list(comparisons)


def test_readme_has_one_row_a_figure_key_as_the_schema_says() -> None:
    assert table_rows("Keys of the figures") == figure_rows()
    for figure, section in SCHEMA["properties"]["figures"]["properties"].items():
        assert list(CONFIG["figures"][figure]) == list(section["properties"])


def test_readme_names_all_that_no_experiment_may_be_called() -> None:
    naming = README.split("## Adding an experiment")[1].split("\n## ")[0]
    listed = naming.split("other folders of `results/`")[1].split("`article` and")[0]
    named = set(re.findall(r"`(\w+)`", listed))
    assert named | {f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)} == RESERVED


def test_readme_example_is_a_valid_experiment() -> None:
    example = yaml.safe_load(README.split("```yaml\n")[1].split("```")[0])
    config = {**CONFIG, "experiments": CONFIG["experiments"] | example["experiments"]}
    validate_config(config, SCHEMA_PATH)
    assert experiments_from(config)["small"].shape == (10, 10)


def test_schema_is_valid_described_closed_and_without_defaults() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    parts = dict(parts_of(SCHEMA))
    assert len(parts) > len(EXPERIMENT_KEYS) + len(SCHEMA["properties"])
    for place, part in parts.items():
        assert resolved(part, SCHEMA).get("description"), f"{place} has no description"
        assert "default" not in part, f"{place} has a second home for a value"
        if {"properties", "patternProperties"} & part.keys():
            assert part["additionalProperties"] is False, f"{place} takes unknown keys"


def test_every_number_is_bounded() -> None:
    for place, part in parts_of(SCHEMA):
        number = part.get("items", part)
        if number.get("type") in ("integer", "number"):
            assert {"minimum", "exclusiveMinimum"} & number.keys(), place
            assert {"maximum", "exclusiveMaximum"} & number.keys(), place


def test_no_key_stands_twice_in_config_yaml_or_schema() -> None:
    # YAML readers use the last one without a warning.
    for text in (CONFIG_TEXT, SCHEMA_PATH.read_text(encoding="utf-8")):
        assert repeated_keys(yaml.compose(text)) == []
    assert repeated_keys(yaml.compose("a: {b: 1, b: 2}")) == ["b"]


def repeated_keys(node: yaml.Node | None) -> list[str]:
    repeated, nodes = [], [node]
    while nodes:
        node = nodes.pop()
        if isinstance(node, yaml.MappingNode):
            keys = [key.value for key, _ in node.value]
            repeated += sorted({key for key in keys if keys.count(key) > 1})
            nodes += [value for _, value in node.value]
        elif isinstance(node, yaml.SequenceNode):
            nodes += node.value
    return repeated


def test_data_sets_are_those_that_can_be_read() -> None:
    assert all(f"`{name}`" in EXPERIMENT_KEYS["dataset"]["description"] for name in DATASET_NAMES)


def test_config_yaml_is_valid_and_the_article_is_the_articles() -> None:
    validate_config(CONFIG, SCHEMA_PATH)
    article = experiments_from(CONFIG)["article"]
    assert CONFIG["experiments"]["article"] == {"radius": 50.0}
    assert dataclasses.asdict(article) == {
        "dataset": "mnist",
        "seeds": (0,),
        "topology": "square",
        "shape": (50, 50),
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
        "processes": 1,
        "segment": 30,
        "evaluate_every": 1,
        "permutations": 1000,
    }


@pytest.mark.parametrize(
    "name", sorted(CONFIG["experiments"].keys() - CONFIG["comparisons"]["trade_off"])
)
def test_experiments_start_and_end_as_the_article_does(name: str) -> None:
    experiment = experiments_from(CONFIG)[name]
    if experiment.shape is None:
        experiment = experiment.of_shape((6, 10))
    schedule = experiment.to_schedule()
    # The first radius spans the map: on a closed lattice, half the way around it.
    is_closed = experiment.lattice.is_wrapped
    assert experiment.radius == max(experiment.shape) / (2 if is_closed else 1)
    # "Training halts" in the article once the radius has fallen below half a grid step.
    last = schedule.radius(experiment.epochs)
    if experiment.schedule == "exponential":
        assert last * experiment.decay < 0.5 <= last
    else:
        article = experiments_from(CONFIG)["article"]
        assert last == pytest.approx(article.to_schedule().radius(article.epochs), abs=0.001)


@pytest.mark.parametrize("name", CONFIG["comparisons"]["trade_off"])
def test_the_trade_off_goes_on_below_half_a_grid_step(name: str) -> None:
    experiment = experiments_from(CONFIG)[name]
    assert experiment.to_schedule().radius(experiment.epochs) <= 0.1


def test_comparisons_name_experiments_and_each_topology_and_kernel_is_compared() -> None:
    experiments, comparisons = experiments_from(CONFIG), comparisons_from(CONFIG)
    assert {experiments[name].topology for name in comparisons["topologies"]} == set(TOPOLOGIES)
    assert {experiments[name].kernel for name in comparisons["kernels"]} == set(KERNELS)
    starts = {experiments[name].initialisation for name in comparisons["starts"]}
    assert starts == set(INITIALISATIONS)
    # The same budget for each: about as many units, the same number of epochs.
    for comparison in ("topologies", "kernels", "starts"):
        compared = [experiments[name] for name in comparisons[comparison]]
        assert len({experiment.epochs for experiment in compared}) == 1
        units = [experiment.n_units for experiment in compared]
        assert max(units) / min(units) < 1.1


def test_an_unknown_experiment_in_a_comparison_is_named() -> None:
    config = CONFIG | {"comparisons": CONFIG["comparisons"] | {"kernels": ["kernel_buble"]}}
    words = r"comparisons.kernels\[0\] is .kernel_buble., .* did you mean kernel_bubble"
    with pytest.raises(ConfigError, match=words):
        comparisons_from(config)


def test_quickstart_needs_no_download() -> None:
    assert experiments_from(CONFIG)["quickstart"].dataset == sources.EMBEDDED


def test_the_dataclass_is_no_second_home_for_values() -> None:
    for field in (*dataclasses.fields(Experiment), *dataclasses.fields(TspSettings)):
        assert field.default is dataclasses.MISSING
        assert field.default_factory is dataclasses.MISSING


def test_replicates_need_an_experiment_with_two_seeds() -> None:
    for names, is_refused in ((["quickstart"], True), (["quickstart", "batch_seeds"], False)):
        experiments = CONFIG["experiments"] | {"batch_seeds": {"seeds": [0, 1]}}
        comparisons = CONFIG["comparisons"] | {"replicates": names}
        config = CONFIG | {"experiments": experiments, "comparisons": comparisons}
        if is_refused:
            with pytest.raises(ConfigError, match="replicates is .* of which none has two seeds"):
                comparisons_from(config)
        else:
            assert comparisons_from(config)["replicates"] == names
