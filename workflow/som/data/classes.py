"""How many classes the data sets have, and their names: whoever needs these finds them here.

Those of a data set of the user's own stand in the metadata of its tables, and of all that is made
from them.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

# All data sets are of digits, or of ten kinds of clothes or letters.
N_CLASSES = 10
DIGITS = tuple("0123456789")
# What a class is called in a sentence, and what several are.
PLURALS = {"digit": "digits", "class": "classes"}
NAMES = {
    "fashion_mnist": (
        *("T-shirt", "trousers", "pullover", "dress", "coat"),
        *("sandal", "shirt", "sneaker", "bag", "boot"),
    ),
    "kmnist": ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
}


def class_names(dataset: str) -> tuple[str, ...]:
    """Return the names of a data set's classes, label 0 first.

    Examples
    --------
    >>> class_names("mnist")[7], class_names("fashion_mnist")[8]
    ('7', 'bag')
    """
    return NAMES.get(dataset, DIGITS)


def names_of(metadata: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the classes that a file's metadata tell of; none where there are none.

    Examples
    --------
    >>> names_of({"dataset": "wine", "scaling": "{}", "class_names": '["red", "white"]'})
    ('red', 'white')
    >>> names_of({"dataset": "wine", "scaling": "{}"}), len(names_of({"dataset": "mnist"}))
    ((), 10)
    """
    if "class_names" in metadata:
        return tuple(json.loads(metadata["class_names"]))
    return () if "scaling" in metadata else class_names(metadata.get("dataset", ""))


def n_classes(metadata: Mapping[str, str]) -> int:
    """Return how many classes there are; 1 where samples have none, which are then all alike."""
    return max(1, len(names_of(metadata)))


def has_labels(metadata: Mapping[str, str]) -> bool:
    """Return whether samples have classes."""
    return bool(names_of(metadata))


def column_prefix(metadata: Mapping[str, str]) -> str:
    """Return how columns per class are named: `digit_` for the digits' data sets, else `class_`."""
    return "class_" if "scaling" in metadata else "digit_"


def noun_for(names: Sequence[str]) -> str:
    """Return what a class is called in a sentence: "digit" or "class"."""
    return "digit" if tuple(names) == DIGITS else "class"


def noun_of(summary: Mapping[str, Any]) -> str:
    """Return what a class is called in sentences about a map, from its summary."""
    return noun_for(summary.get("class_names") or class_names(summary.get("dataset", "")))
