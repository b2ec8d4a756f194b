"""The configuration's section `datasets`: data sets of the user's own, and deformed ones."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
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


@dataclass(frozen=True, kw_only=True)
class DeformedDataset:
    """A training set that is made from a known data set's by deformations; see config/README.md."""

    deformed: str
    samples: int
    seed: int = 0


KINDS = (DeformedDataset, OwnDataset)


def fault_of(keys: Mapping[str, Any]) -> str:
    """Return which keys of a data set do not go together and what to do, as a phrase, or "".

    Examples
    --------
    >>> fault_of({"deformed": "mnist", "train": "a.csv"})
    'has both deformed and train; remove one of them'
    >>> fault_of({"deformed": "mnist"}), fault_of({"train": "a.csv"})
    ('has deformed without samples; add samples, the number of training images to make', '')
    """
    of_deformed, of_own = ({field.name for field in fields(kind)} for kind in KINDS)
    if "deformed" not in keys and "train" not in keys:
        return (
            "has neither train nor deformed; add train, the file of its samples, "
            "or deformed, the data set whose images are deformed"
        )
    if "deformed" in keys:
        if others := [key for key in keys if key in of_own - of_deformed]:
            return f"has both deformed and {others[0]}; remove one of them"
        if "samples" not in keys:
            return (
                "has deformed without samples; add samples, the number of training images to make"
            )
    elif others := [key for key in keys if key in of_deformed - of_own]:
        return f"has {others[0]}, which only goes with deformed; remove it"
    return ""


def own_dataset(keys: Mapping[str, Any]) -> OwnDataset:
    """Return a data set from its keys in the configuration."""
    features = keys.get("features")
    return OwnDataset(**{**keys, "features": None if features is None else tuple(features)})
