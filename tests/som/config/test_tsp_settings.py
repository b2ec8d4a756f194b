"""The section `tsp`: contradictions are refused, and equal settings have the same form."""

import copy

import pytest

from tests.project import CONFIG
from workflow.som.config.refusals import ConfigError
from workflow.som.config.tsp_settings import to_training, tsp_from


def config_with(**changes):
    config = copy.deepcopy(CONFIG)
    config["tsp"].update(changes)
    return config


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"seeds": [1, 2, 1]}, "config: tsp.seeds is"),
        ({"cycle_radius": 1.0, "final_radius": 2}, "config: tsp.cycle_radius is 1.0"),
    ],
)
def test_contradictions_are_refused(changes, words):
    with pytest.raises(ConfigError) as caught:
        tsp_from(config_with(**changes))
    assert str(caught.value).startswith(words)
    assert str(caught.value).endswith(".")


def test_whole_and_decimal_numbers_train_alike():
    settings = [tsp_from(config_with(cycle_radius=value)) for value in (6, 6.0)]
    assert repr(to_training(settings[0])) == repr(to_training(settings[1]))


def test_what_is_not_trained_with_changes_no_training():
    changed = tsp_from(config_with(seeds=[7], routing_seconds=1, random_cities=50, random_seed=9))
    assert to_training(changed) == to_training(tsp_from(CONFIG))
    assert to_training(tsp_from(config_with(epochs=3))) != to_training(changed)
