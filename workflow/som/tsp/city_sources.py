"""The cities of an instance, from wherever it comes: a file, an address or random numbers."""

import logging
import tempfile
from pathlib import Path

from ..data.fetching import fetch, without_secrets
from ..files.errors import SomError, reason
from .cities import Cities, random_cities
from .instances import MOST_BYTES, is_address
from .tsplib import read_tsplib

logger = logging.getLogger(__name__)


def load_cities(source: str, *, n_random: int, seed: int) -> Cities:
    """Return an instance's cities.

    Parameters
    ----------
    source : str
        The path or http(s) address of a TSPLIB file; "" for cities drawn at random.
    n_random, seed : int
        How many are drawn at random, and from which seed.

    Raises
    ------
    SomError
        If the file could not be had or is not a whole TSPLIB file.
    """
    if not source:
        return random_cities(n_random, seed)
    if not is_address(source):
        return read_tsplib(Path(source))
    with tempfile.TemporaryDirectory() as folder:
        # Raised here, not where it is caught: the error would keep the connection open.
        if problem := _fetch(source, Path(folder) / "cities.tsp"):
            raise SomError(
                f"{without_secrets(source)} could not be fetched ({problem}): "
                "correct the address, or set cities to a folder or file."
            )
        logger.info("Cities from %s.", without_secrets(source))
        return read_tsplib(Path(folder) / "cities.tsp", name=without_secrets(source))


def _fetch(address: str, path: Path) -> str | None:
    """Fetch a file; return what went wrong, or None."""
    try:
        fetch(address, path, description=without_secrets(address), most=MOST_BYTES)
    except (OSError, ValueError) as error:
        return reason(error)[:120]
    return None
