"""A valid configuration that tests change, and a check of the form of refusals."""

import copy
import re
from typing import Any

import pytest

from tests.project import CONFIG, ROOT
from workflow.som.config.experiments import Experiment, experiments_from
from workflow.som.config.refusals import ConfigError
from workflow.som.config.schema import validate_config

SCHEMA_PATH = ROOT / "workflow" / "schemas" / "config.schema.yaml"
DEFAULTS = CONFIG["defaults"]
# The sections that neither determine how an experiment trains nor name experiments.
OTHER_SECTIONS = {key: CONFIG[key] for key in CONFIG.keys() - {"mirror", "defaults", "experiments"}}
OTHER_SECTIONS["comparisons"] = {key: ["article"] for key in CONFIG["comparisons"]}
FIGURES = CONFIG["figures"]


def config_with(own: Any = None, name: str = "own", **top: Any) -> dict[str, Any]:
    """Return a valid configuration with an additional experiment and replaced top-level keys."""
    config = {
        "mirror": "",
        "cities": "",
        "defaults": copy.deepcopy(DEFAULTS),
        "experiments": {"article": {}, "quickstart": {}, name: own},
        **copy.deepcopy(OTHER_SECTIONS),
    }
    return config | top


def read(config: Any) -> dict[str, Experiment]:
    """Check and read a configuration as the Snakefile does."""
    validate_config(config, SCHEMA_PATH)
    return experiments_from(config)


def refusal(config: Any) -> str:
    """Return the sentence with which a configuration is refused."""
    with pytest.raises(ConfigError) as caught:
        read(config)
    message = str(caught.value)
    assert message.startswith("config: ")
    assert_one_sentence(message)
    return message


def assert_one_sentence(message: str, most: int = 699) -> None:
    assert message.isprintable()
    assert re.search(r"[.?]$", message)
    outside_quotes = re.sub(r'"(\\.|[^"\\])*"', "…", message)
    assert not re.search(r"[.?!] ", outside_quotes[:-1])
    assert len(message) <= most
