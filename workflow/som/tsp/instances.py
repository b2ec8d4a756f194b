"""Which instances there are, from the configuration alone.

The rules need nothing but these names, so this module imports nothing that takes time.
"""

import csv
import io
import os
import unicodedata
from pathlib import Path
from typing import NamedTuple

from ..config.refusals import shown
from ..files.errors import SomError, reason
from ..files.inputs import check_input, read_input

MOST_LETTERS = 64
MOST_BYTES = 2**26  # Of a file; 200,000 cities need a tenth.
LONGEST_OPTIMUM = 18  # digits
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
        A folder of ``*.tsp`` files, one such file (with an optional ``optima.csv`` next to it), or
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
    if any(brace in place for brace in "{}"):
        raise SomError(
            f"config: cities is {_whole(place)}, but Snakemake takes braces for a wildcard: "
            "rename the folder or file."
        )
    if not place:
        return {f"random{n_random}": Instance(f"random{n_random}", "", None)}
    if is_address(place):
        path = place.split("?")[0].split("#")[0].rstrip("/")
        names, optima = {_checked_name(Path(path).name, place): place}, dict[str, int]()
    else:
        names, optima = _in_folder(place)
    return {name: Instance(name, source, optima.get(name)) for name, source in names.items()}


def _in_folder(place: str) -> tuple[dict[str, str], dict[str, int]]:
    files: list[Path] = []
    try:
        folder = Path(place).expanduser()
        if folder.is_file():
            files, folder = [folder], folder.parent
        elif folder.is_dir():
            files = sorted(folder.glob("*.tsp"))
        else:
            raise FileNotFoundError("it is neither a folder nor a file")
    except (OSError, RuntimeError, ValueError) as error:  # Of ~name, too, if there is no such user.
        raise SomError(
            f"config: cities is {_whole(place)}, which cannot be read ({reason(error)[:200]}): "
            "set it to a folder with *.tsp files, or leave it empty for random cities."
        ) from None
    if not files:
        raise SomError(
            f"config: cities is {_whole(place)}, which has no *.tsp file: put TSPLIB files there "
            "or set cities to another folder."
        )
    names: dict[str, str] = {}
    folded: dict[str, str] = {}
    for file in files:
        name = _checked_name(file.name, str(file))
        if twin := folded.get(name.casefold()):
            raise SomError(
                f"{_whole(str(file))} and {_whole(names[twin])} have names that differ only by "
                "case or in how accents are spelt; rename one of them."
            )
        try:
            check_input(file, MOST_BYTES)
        except OSError as error:
            raise SomError(
                f"{_whole(str(file))} cannot be read ({error}): remove it, or set cities to "
                "another folder or file."
            ) from None
        names[name], folded[name.casefold()] = str(file), name
    optima = folder / "optima.csv"
    return names, read_optima(optima) if os.path.lexists(optima) else {}


def _whole(path: str) -> str:
    return shown(path, most=400)


def _checked_name(file_name: str, source: str) -> str:
    # Composed: an é may be two characters in a file's name.
    name = unicodedata.normalize("NFC", file_name.removesuffix(".tsp"))
    # What may stand in a folder's name and in a pattern of Snakemake's alike, in any script.
    kinds = {unicodedata.category(letter)[0] for letter in name if letter not in "_-"}
    is_name = kinds <= set("LMN") and name[:1].isalnum() and len(name) <= MOST_LETTERS
    if not is_name or name in RESERVED_NAMES or not file_name.endswith(".tsp"):
        raise SomError(
            f"{_whole(source)} does not name an instance: rename {shown(file_name)} to letters, "
            f"digits, _ and -, {MOST_LETTERS} at most, with .tsp at its end."
        )
    return name


def read_optima(path: Path) -> dict[str, int]:
    """Return the lengths of the best tours, from a CSV with the columns instance and optimum.

    Raises
    ------
    SomError
        If it is not such a table, or names an instance twice.
    """
    try:
        text = read_input(path, MOST_BYTES).decode("utf-8-sig")
        optima = _parse_optima(text)
    except (OSError, ValueError, csv.Error) as error:
        raise SomError(
            f"{path} cannot be read ({reason(error)}): give it the columns instance, cities, "
            "optimum, with whole numbers above 0 and each instance once, or remove it."
        ) from None
    return optima


def _parse_optima(text: str) -> dict[str, int]:
    rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    columns = rows.fieldnames or []
    for column in ("instance", "optimum"):
        if columns.count(column) != 1:
            raise ValueError(f"its first line names {columns.count(column)} columns {column}")
    optima: dict[str, int] = {}
    for row in rows:
        if None in row or None in row.values():
            raise ValueError(f"line {rows.line_num} has not as many values as the first")
        # Composed, as the names of files are.
        name = unicodedata.normalize("NFC", row["instance"])
        if name in optima:
            raise ValueError(f"{shown(name)} has two rows")
        text = row["optimum"]
        digits = text.isascii() and text.isdecimal() and len(text) <= LONGEST_OPTIMUM
        if not digits or int(text) == 0:
            raise ValueError(f"the optimum of {shown(name)} is {shown(text)}")
        optima[name] = int(text)
    return optima
