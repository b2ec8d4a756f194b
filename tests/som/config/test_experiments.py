"""The configuration's experiments: accepted values, contradictions, and changes that retrain."""

import copy
import dataclasses
import json
import math
import random
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.project import CONFIG
from tests.som.config.configurations import (
    DEFAULTS,
    assert_one_sentence,
    config_with,
    read,
    refusal,
)
from workflow.som.config.experiments import (
    DATASET_NAMES,
    Experiment,
    canonical_dataset,
    experiments_from,
    to_fingerprint,
)
from workflow.som.config.refusals import ConfigError
from workflow.som.files.errors import SomError
from workflow.som.model.map_size import natural_shape

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


# ---------------------------------------------------------------- values that belong together


@pytest.mark.parametrize(
    ("own", "message"),
    [
        (
            {"shape": [401, 250]},
            "shape is [401, 250], which makes 100,250 units; choose at most 100,000.",
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
            {"topology": "block", "shape": "auto"},
            "shape is auto, but topology block has as many axes as you choose; "
            "set shape to a list such as [10, 10, 10].",
        ),
        (
            {"device": "mps", "precision": "float64"},
            "device is mps, which has no float64, but precision is float64; "
            "set precision to float32 or device to cpu.",
        ),
        (
            {"processes": 4},
            "processes is 4, but the online rule takes one sample after the other; "
            "set rule to batch or processes to 1.",
        ),
        (
            {"dataset": "minst"},
            'dataset is "minst", which is not known; the nearest of mnist, fashion_mnist, kmnist, '
            "emnist_digits, qmnist, mnist_5000, wine, digits_8x8, mnist_1m, mnist_8m is mnist.",
        ),
        (
            {"dataset": "cifar10"},
            'dataset is "cifar10", which is not known; choose one of mnist, fashion_mnist, '
            "kmnist, emnist_digits, qmnist, mnist_5000, wine, digits_8x8, mnist_1m, mnist_8m.",
        ),
    ],
)
def test_contradictions_are_refused(own: dict[str, Any], message: str) -> None:
    assert refusal(config_with(own)) == f"config: experiments.own: {message}"


@pytest.mark.parametrize("radius", ["auto", None])
def test_radius_auto_is_the_longest_side_and_on_closed_lattices_half_of_it(radius: Any) -> None:
    for topology, expected in [("square", 9.0), ("torus", 4.5)]:
        own = {"shape": [4, 9], "radius": radius, "topology": topology}
        assert read(config_with(own))["own"].radius == expected


def test_shape_auto_waits_for_the_data() -> None:
    own = read(config_with({"shape": "auto"}))["own"]
    assert (own.shape, own.radius) == (None, None)
    with pytest.raises(ConfigError, match="shape is auto, but the number of units is needed"):
        own.to_schedule()
    settings = to_fingerprint(own)
    assert (settings["shape"], settings["radius"]) == ("auto", None)
    samples = np.random.default_rng(0).normal(size=(100, 3)) * (4, 2, 0.1)
    sized = own.for_samples(samples)
    assert sized.shape == natural_shape(samples, "square") == (5, 10)
    assert sized.radius == 10.0
    # A radius of the user's own stays, and is compared with the shape.
    fixed = read(config_with({"shape": "auto", "radius": 3.0}))["own"]
    assert fixed.for_samples(samples).radius == 3.0
    far = read(config_with({"shape": "auto", "radius": 400.0}))["own"]
    with pytest.raises(ConfigError, match=r"radius is 400\.0, but shape \[5, 10\] is only 11\.2"):
        far.for_samples(samples)


def test_bounds_between_keys_are_where_they_are_said_to_be() -> None:
    assert read(config_with({"shape": [400, 250]}))["own"].n_units == 100000
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
        assert str(error).startswith("config: ")
        assert_one_sentence(str(error))
        assert radius * decay ** (epochs - 1) < 1e-100
        largest = re.search(r"after epoch (\d+)", str(error))
        if largest:  # The recommended value is accepted, and no larger one is.
            most = int(largest[1])
            assert read(config_with({"radius": radius, "decay": decay, "epochs": most}))
            assert radius * decay**most < 1e-100
        return
    last = own.radius * own.decay ** (own.epochs - 1)
    assert math.isfinite(math.exp(-2 * 1000**2 / (2 * last**2)))


@pytest.mark.parametrize(
    "values",
    [{"epochs": True}, {"radius": math.nan}, {"decay": math.inf}, {"seeds": (1, False)}]
    + [{"seeds": (1, 1)}],
)
def test_an_experiment_made_without_the_schema_is_checked_too(values: dict[str, Any]) -> None:
    valid = dataclasses.asdict(read(config_with())["own"])
    with pytest.raises(ConfigError, match=next(iter(values))):
        Experiment(**(valid | values))


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


def test_the_number_of_processes_does_not_change_the_fingerprint() -> None:
    config = config_with({"rule": "batch", "processes": 8})
    config["experiments"]["article"] = {"rule": "batch", "radius": 50.0}
    experiments = read(config)
    assert to_fingerprint(experiments["own"]) == to_fingerprint(experiments["article"])


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


def test_a_config_error_is_what_the_scripts_and_python_expect() -> None:
    assert issubclass(ConfigError, SomError)
    assert issubclass(ConfigError, ValueError)


@pytest.mark.parametrize(
    ("own", "radius"),
    [
        ({"shape": [12, 30], "topology": "hexagonal"}, 30.0),
        ({"shape": [12, 30], "topology": "torus"}, 15.0),
        ({"shape": [25], "topology": "ring"}, 12.5),
        ({"shape": [25], "topology": "line"}, 25.0),
        ({"shape": [3, 4, 5], "topology": "block"}, 5.0),
        ({"shape": [12, 30], "radius": 3}, 3.0),
        ({}, 50.0),
    ],
)
def test_without_a_radius_it_is_what_fits_the_lattice(own: dict[str, Any], radius: float) -> None:
    config = {**CONFIG, "experiments": CONFIG["experiments"] | {"own": own}}
    experiment = experiments_from(config)["own"]
    assert experiment.radius == radius
    assert to_fingerprint(experiment)["radius"] == radius
