"""A valid configuration to change, and how refusals are held to their form."""

import copy
import re
from typing import Any

import pytest
import yaml

from tests.project import ROOT
from workflow.som.config.experiments import Experiment, experiments_from
from workflow.som.config.refusals import ConfigError
from workflow.som.config.schema import validate_config

SCHEMA_PATH = ROOT / "workflow" / "schemas" / "config.schema.yaml"
CONFIG = yaml.safe_load((ROOT / "config" / "config.yaml").read_text(encoding="utf-8"))
DEFAULTS = CONFIG["defaults"]
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
    assert message.startswith("config: ")
    assert_one_sentence(message)
    return message


def assert_one_sentence(message: str, most: int = 699) -> None:
    assert message.isprintable()
    assert re.search(r"[.?]$", message)
    outside_quotes = re.sub(r'"(\\.|[^"\\])*"', "…", message)
    assert not re.search(r"[.?!] ", outside_quotes[:-1])
    assert len(message) <= most
