"""The section `tsp` of the configuration, once `config_schema` has passed it."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .refusals import ConfigError, shown


@dataclass(frozen=True, kw_only=True)
class TspSettings:
    """What is trained on cities; config/README.md explains the fields.

    Raises
    ------
    ConfigError
        If a value contradicts another one. Bounds of single values are the schema's.
    """

    seeds: tuple[int, ...]
    random_cities: int
    random_seed: int
    units_per_city: float
    learning_rate: float
    initial_radius: float
    cycle_radius: float
    final_radius: float
    epochs: int
    cycle_epochs: int
    cycles: int
    presentations: int
    routing_seconds: int

    def __post_init__(self) -> None:
        if len(set(self.seeds)) < len(self.seeds):
            raise ConfigError(
                f"seeds is {list(self.seeds)}, which has a seed twice; name each seed once."
            )
        if self.cycle_radius < self.final_radius:
            raise ConfigError(
                f"cycle_radius is {shown(self.cycle_radius)}, below the final_radius of "
                f"{shown(self.final_radius)}; set it to a larger number."
            )


WHOLE_NUMBERS = (
    *("random_cities", "random_seed", "epochs", "cycle_epochs", "cycles"),
    *("presentations", "routing_seconds"),
)
# What determines a ring's tour, the cities and the seed apart.
TRAINING_KEYS = (
    *("units_per_city", "learning_rate", "initial_radius", "cycle_radius", "final_radius"),
    *("epochs", "cycle_epochs", "cycles", "presentations"),
)


def tsp_from(config: Mapping[str, Any]) -> TspSettings:
    """Return the section `tsp` of a configuration that `validate_config` has passed."""
    section = config["tsp"]
    values: dict[str, Any] = {
        key: value if key in WHOLE_NUMBERS else float(value)
        for key, value in section.items()
        if key != "seeds"
    }
    try:
        return TspSettings(**values, seeds=tuple(section["seeds"]))
    except ConfigError as error:
        raise ConfigError(f"config: tsp.{error}") from None


def to_training(settings: TspSettings) -> dict[str, Any]:
    """Return the settings that determine a ring's tour, as JSON, without cities and seed."""
    values = dataclasses.asdict(settings)
    return {key: values[key] for key in TRAINING_KEYS}
