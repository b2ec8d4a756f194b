"""The section `classifier` of the configuration, once `config_schema` has passed it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .refusals import ConfigError, shown

SCORE_KEYS = (
    "seed",
    "widths",
    "components",
    "hidden_units",
    "members",
    "validation_share",
    "tuning_samples",
)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the classifier is made from; config/README.md explains the fields."""

    experiment: str
    seed: int
    widths: tuple[float, ...]
    components: int
    hidden_units: int
    members: int
    validation_share: float
    tuning_samples: int
    training_sizes: tuple[int, ...]
    draws: int


def settings_from(config: Mapping[str, Any]) -> Settings:
    """Return the settings of a configuration that `validate_config` has passed.

    Raises
    ------
    ConfigError
        If the experiment is not there.
    """
    values = config["classifier"]
    if values["experiment"] not in config["experiments"]:
        raise ConfigError(
            f"config: classifier.experiment is {shown(values['experiment'])}, which is no "
            f"experiment; set it to one of {', '.join(config['experiments'])}."
        )
    lists = {key: tuple(values[key]) for key in ("widths", "training_sizes")}
    return Settings(**{**values, **lists})


def to_measure(settings: Settings) -> dict[str, Any]:
    """Return the settings that the scores depend on, as JSON, without those of the curve."""
    values = {key: getattr(settings, key) for key in SCORE_KEYS}
    return values | {"widths": list(settings.widths)}
