"""Which instances there are, from the configuration alone.

The rules need nothing but these names, so this module imports nothing that takes time.
"""

import csv
import re
from pathlib import Path
from typing import NamedTuple

from workflow.som.config import shown
from workflow.som.errors import SomError, reason

# What may stand in a folder's name and in a pattern of Snakemake's alike.
INSTANCE_NAME = r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}"
RESERVED_NAMES = ("figures",)


class Instance(NamedTuple):
    """Where the cities of an instance come from, and the length of its best tour if known."""

    name: str
    source: str  # A path or an address; "" for cities drawn at random.
    optimum: int | None

    @property
    def file(self) -> list[str]:
        """The file it is read from, if it is one."""
        return [self.source] if self.source and not is_address(self.source) else []


def is_address(place: str) -> bool:
    """Whether `place` is fetched, not read from a disk."""
    return "://" in place


def find_instances(place: str, n_random: int) -> dict[str, Instance]:
    """Return the instances that a folder, a file or an address offers, without reading them.

    Parameters
    ----------
    place : str
        A folder of ``*.tsp`` files, one such file (with an optional ``optima.csv`` beside it), or
        the http(s) address of one; "" for cities drawn at random.
    n_random : int
        Number of the cities drawn at random; it names their instance.

    Raises
    ------
    SomError
        If there is nothing to read, or a name that cannot be a folder's.

    Examples
    --------
    >>> find_instances("", 1000)
    {'random1000': Instance(name='random1000', source='', optimum=None)}
    """
    if not place:
        return {f"random{n_random}": Instance(f"random{n_random}", "", None)}
    if is_address(place):
        path = place.split("?")[0].split("#")[0].rstrip("/")
        names, optima = {_checked_name(Path(path).name, place): place}, dict[str, int]()
    else:
        names, optima = _in_folder(Path(place).expanduser(), place)
    return {name: Instance(name, source, optima.get(name)) for name, source in names.items()}


def _in_folder(path: Path, place: str) -> tuple[dict[str, str], dict[str, int]]:
    if path.is_file():
        files, folder = [path], path.parent
    elif path.is_dir():
        files, folder = sorted(path.glob("*.tsp")), path
    else:
        raise SomError(
            f"config: cities is {shown(place)}, which is neither a folder nor a file: "
            "set it to a folder with *.tsp files, or leave it empty for random cities."
        )
    if not files:
        raise SomError(
            f"{place} has no *.tsp file: put TSPLIB files there or set cities to another folder."
        )
    names = {_checked_name(file.name, str(file)): str(file) for file in files}
    optima = folder / "optima.csv"
    return names, read_optima(optima) if optima.is_file() else {}


def _checked_name(file_name: str, source: str) -> str:
    name = file_name.removesuffix(".tsp")
    if not re.fullmatch(INSTANCE_NAME, name) or name in RESERVED_NAMES or name == file_name:
        raise SomError(
            f"{source} does not name an instance: rename it to letters, digits, _ and -, "
            "with .tsp at its end."
        )
    return name


def read_optima(path: Path) -> dict[str, int]:
    """Return the lengths of the best tours, from a CSV with the columns instance and optimum."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            optima = {row["instance"]: int(row["optimum"]) for row in csv.DictReader(file)}
    except (KeyError, TypeError, ValueError, csv.Error) as error:
        raise SomError(
            f"{path} cannot be read ({reason(error)}): give it the columns instance, cities, "
            "optimum, with whole numbers, or remove it."
        ) from None
    if any(optimum <= 0 for optimum in optima.values()):
        raise SomError(f"{path} has an optimum that is not above 0: correct it or remove the file.")
    return optima
