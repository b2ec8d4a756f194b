"""The user's own data sets, as rules see them: their settings, and which figures they allow."""

import dataclasses
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow.som.config.experiments import canonical_dataset, letters_of
from workflow.som.config.refusals import ConfigError
from workflow.som.data.own_settings import DeformedDataset, OwnDataset, fault_of, own_dataset
from workflow.som.data.sources import DATASETS


def own_datasets_of(config: Mapping[str, Any]) -> dict[str, OwnDataset]:
    """Return those of a configuration's section `datasets` that are read from files, by name.

    Raises
    ------
    ConfigError
        If the workflow knows a data set of that name, or keys of one do not go together.
    """
    return {
        name: own_dataset(keys)
        for name, keys in _checked_section(config).items()
        if "deformed" not in keys
    }


def deformed_datasets_of(config: Mapping[str, Any]) -> dict[str, DeformedDataset]:
    """Return those of a configuration's section `datasets` that are deformed ones, by name.

    Raises
    ------
    ConfigError
        As `own_datasets_of`, and if the workflow does not know the data set to deform.
    """
    found = {}
    for name, keys in _checked_section(config).items():
        if "deformed" in keys:
            source = canonical_dataset(keys["deformed"], key=f"config: datasets.{name}.deformed")
            found[name] = dataclasses.replace(DeformedDataset(**keys), deformed=source)
    return found


def _checked_section(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the section `datasets`, once no name is taken and the keys of each go together."""
    section: Mapping[str, Any] = config.get("datasets") or {}
    taken = {letters_of(name): name for name in DATASETS}
    for name in section:
        other = taken.setdefault(letters_of(name), name)
        if other != name:
            raise ConfigError(
                f"config: datasets.{name} has the name of data set {other} but for case or dashes; "
                f"rename it, for instance to my_{name}."
            )
        if name in DATASETS:
            raise ConfigError(
                f"config: datasets.{name} has the name of a data set that the workflow knows; "
                f"rename it, for instance to my_{name}."
            )
        if fault := fault_of(section[name]):
            raise ConfigError(f"config: datasets.{name} {fault}.")
    return section


def kinds_of(datasets: Mapping[str, OwnDataset]) -> dict[str, tuple[bool, bool]]:
    """Return, for each data set, whether it has images and whether it has labels."""
    if not datasets:
        return {}
    from workflow.som.data.own_files import kind_of  # Arrow and Pillow take a second.

    return {name: tuple(kind_of(each.train, each.label)) for name, each in datasets.items()}


def new_name(source: str | None) -> str:
    """Return the name of the table in which a file of new samples is mapped: the file's, as words.

    Examples
    --------
    >>> new_name("data/wine.2.csv.gz"), new_name("my photos/"), new_name("")
    ('wine_2', 'my_photos', '')
    """
    name = re.sub(r"(\.(csv|tsv|parquet|npz|npy|idx|gz))+$", "", Path(source or "").name)
    return re.sub(r"\W+", "_", name)
