"""Cities from TSPLIB files, read strictly: what is not as the format says is refused.

The file's node numbers are kept. (Libraries that read TSPLIB drop them, guess what a value is, and
take quadratic time for some texts.)
"""

import io
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..config.refusals import shown
from ..files.errors import SomError
from ..files.inputs import read_input
from .cities import Cities
from .instances import MOST_BYTES

# A ring of fewer units than that has no inside.
FEWEST_CITIES = 5
MOST_CITIES = 200_000
LARGEST_NODE = 2**31 - 1
LARGEST_COORDINATE = 1e12
# Squares of smaller distances would vanish.
LEAST_EXTENT = 1e-12
LONGEST_NUMBER = 64  # letters
KEYS = ("DIMENSION", "EDGE_WEIGHT_TYPE")
COORDINATES = "NODE_COORD_SECTION"
# Its edges must be part of every tour, which nothing here knows how to do.
FIXED_EDGES = "FIXED_EDGES_SECTION"
MOST_SECTIONS = 20
IN_THE_PLANE = "EUC_2D"  # lengths are rounded Euclidean distances

SECTION = re.compile(r"[A-Za-z_]+_SECTION *:?")
WHOLE_NUMBER = re.compile(r"[0-9]{1,10}")
NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


class _Content(NamedTuple):
    """The values of the keys that are read, and the words of each row of coordinates."""

    keys: dict[str, str]
    rows: list[list[str]]


def read_tsplib(path: Path, *, name: str = "") -> Cities:
    """Return the cities in a TSPLIB file, in the order in which it lists them.

    Errors call it `name`, or by its path.

    Raises
    ------
    SomError
        If it cannot be read, or its distances are not those of the plane (EUC_2D).
    """
    name = name or str(path)
    try:
        content = _parse(read_input(path, MOST_BYTES).decode("utf-8-sig", errors="replace"))
        kind = content.keys["EDGE_WEIGHT_TYPE"]
        if kind == IN_THE_PLANE:
            return _to_cities(content.rows)
    except (OSError, ValueError) as error:
        raise SomError(
            f"{name} is not a whole TSPLIB file of cities in the plane ({error}): "
            "mend it, fetch it again or remove it."
        ) from None
    raise SomError(
        f"{name} has the EDGE_WEIGHT_TYPE {shown(kind, most=40)}, but only EUC_2D is read: "
        "remove the file or set cities to others."
    )


def _parse(text: str) -> _Content:
    """Split a file into keys and rows of coordinates; raise a ValueError that says what is amiss.

    Lines that start with # are comments. Other keys and sections are passed over.
    """
    keys: dict[str, str] = {}
    rows: list[list[str]] = []
    sections: list[str] = []
    n_cities, line = 0, "\n"
    for line in io.StringIO(text, newline=None):
        words = line.strip()
        if words.rstrip(": ") == "EOF":
            break
        if not words or words.startswith("#"):
            continue
        if SECTION.fullmatch(words):
            sections.append(_checked_section(words.rstrip(": "), sections))
            n_cities = _dimension(keys)
        elif not sections:
            _add_key(words, keys)
        elif sections[-1] == COORDINATES:
            if len(rows) == n_cities:
                raise ValueError(f"DIMENSION is {n_cities}, but there are more coordinates")
            rows.append(words.split(maxsplit=3))
    else:
        if not line.endswith("\n"):
            raise ValueError("its last line has no end, so it may be cut short; end it with EOF")
    if "EDGE_WEIGHT_TYPE" not in keys:
        raise ValueError("it has no EDGE_WEIGHT_TYPE")
    is_in_the_plane = keys["EDGE_WEIGHT_TYPE"] == IN_THE_PLANE
    if is_in_the_plane and len(rows) < (n_cities := _dimension(keys)):
        raise ValueError(f"DIMENSION is {n_cities}, but there are {len(rows)} rows of coordinates")
    return _Content(keys, rows)


def _checked_section(section: str, earlier: list[str]) -> str:
    if section == FIXED_EDGES:
        raise ValueError(f"it has a {section}, which is not read")
    if section in earlier:
        raise ValueError(f"{section} stands twice")
    if len(earlier) == MOST_SECTIONS:
        raise ValueError(f"it has more than {MOST_SECTIONS} sections")
    return section


def _add_key(words: str, keys: dict[str, str]) -> None:
    """Add what a line of the form `KEY : VALUE` says, if the key is one of those read."""
    key, colon, value = words.partition(":")
    key = key.strip().upper()
    if not colon:
        raise ValueError(f"{shown(words, most=40)} is neither a key with a value nor a section")
    if key in keys:
        raise ValueError(f"{key} stands twice")
    if key in KEYS:
        keys[key] = value.strip()


def _dimension(keys: dict[str, str]) -> int:
    """Return the number of cities that a file claims to have."""
    if "DIMENSION" not in keys:
        raise ValueError("it has no DIMENSION before its sections")
    if not WHOLE_NUMBER.fullmatch(keys["DIMENSION"]):
        raise ValueError(f"DIMENSION is {shown(keys['DIMENSION'], most=40)}, not a whole number")
    n_cities = int(keys["DIMENSION"])
    if not FEWEST_CITIES <= n_cities <= MOST_CITIES:
        raise ValueError(f"{n_cities} cities; {FEWEST_CITIES} to {MOST_CITIES:,} are read")
    return n_cities


def _to_cities(rows: list[list[str]]) -> Cities:
    """Make numbers of rows, each with a node number and two coordinates."""
    for row in rows:
        if len(row) != 3 or not WHOLE_NUMBER.fullmatch(row[0]):
            raise ValueError(
                f"the row {shown(' '.join(row), most=40)} is not a node number and two coordinates"
            )
        for word in row[1:]:
            if len(word) > LONGEST_NUMBER or not NUMBER.fullmatch(word):
                raise ValueError(f"the coordinate {shown(word, most=40)} is not a number")
    numbers = np.array([int(row[0]) for row in rows])
    if numbers.max() > LARGEST_NODE:
        raise ValueError(f"the node number {numbers.max()} is above {LARGEST_NODE}")
    nodes, counts = np.unique(numbers, return_counts=True)
    if len(nodes) < len(numbers):
        raise ValueError(f"the node number {nodes[counts > 1][0]} stands twice")
    points = np.array([[float(word) for word in row[1:]] for row in rows])
    if np.abs(points).max() > LARGEST_COORDINATE:
        raise ValueError(f"a coordinate is not a number below {LARGEST_COORDINATE:.0e}")
    if 0 < np.ptp(points, axis=0).max() < LEAST_EXTENT:
        raise ValueError(f"all cities lie within {LEAST_EXTENT:.0e}; scale the coordinates up")
    return Cities(points, numbers.astype(np.int32))
