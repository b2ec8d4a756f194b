"""The configuration's section `datasets`: data sets of the user's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

DEFAULT_SHARE = 0.25


@dataclass(frozen=True, kw_only=True)
class OwnDataset:
    """What the configuration says of a data set; config/README.md explains the keys."""

    train: str
    test: str | float | None = DEFAULT_SHARE
    label: str | None = None
    features: tuple[str, ...] | None = None
    scale: str | None = None
    missing: str = "refuse"

    @property
    def sources(self) -> list[str]:
        """The files or folders that it is read from."""
        return [self.train] + ([self.test] if isinstance(self.test, str) else [])


def own_dataset(keys: Mapping[str, Any]) -> OwnDataset:
    """Return a data set from its keys in the configuration."""
    features = keys.get("features")
    return OwnDataset(**{**keys, "features": None if features is None else tuple(features)})
