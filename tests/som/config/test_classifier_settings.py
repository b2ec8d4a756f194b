"""The settings that are made from the section `classifier` of the configuration."""

import dataclasses

import pytest

from tests.project import CONFIG, ROOT
from workflow.som.config.classifier_settings import Settings, settings_from, to_measure
from workflow.som.config.refusals import ConfigError
from workflow.som.config.schema import validate_config


def test_values_are_those_of_the_configuration():
    settings = settings_from(CONFIG)
    assert dataclasses.asdict(settings) == {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in CONFIG["classifier"].items()
    }


def test_an_experiment_that_is_not_there_is_refused_in_one_sentence():
    config = CONFIG | {"classifier": CONFIG["classifier"] | {"experiment": "articel"}}
    with pytest.raises(ConfigError, match='^config: classifier.experiment is "articel"') as error:
        settings_from(config)
    assert "article, quickstart" in str(error.value)


def test_scores_depend_on_all_but_the_experiments_name_and_the_curve():
    settings = settings_from(CONFIG)
    changed = dataclasses.replace(settings, training_sizes=(77,), draws=9, experiment="quickstart")
    assert to_measure(changed) == to_measure(settings)
    names = {field.name for field in dataclasses.fields(Settings)}
    assert set(to_measure(settings)) == names - {"training_sizes", "draws", "experiment"}
    assert to_measure(dataclasses.replace(settings, components=3)) != to_measure(settings)


@pytest.mark.parametrize("width", [0, -1, 1e-25, 0.19, 10.5, 1000, float("nan"), float("inf")])
def test_widths_at_which_float32_tells_no_images_apart_are_refused(width):
    config = CONFIG | {"classifier": CONFIG["classifier"] | {"widths": [1.0, width]}}
    with pytest.raises(ConfigError, match="^config: classifier.widths"):
        validate_config(config, ROOT / "workflow" / "schemas" / "config.schema.yaml")
