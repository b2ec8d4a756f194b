"""The cities of an instance, from wherever it comes: a file, an address or random numbers."""

import logging
import tempfile
from pathlib import Path

import pooch

from workflow.som.errors import SomError, reason
from workflow.som.logs import Progress
from workflow.som.tsp.cities import Points, random_cities, read_tsplib
from workflow.som.tsp.instances import is_address

logger = logging.getLogger(__name__)

TIMEOUT = 30.0  # seconds without a byte


def load_cities(source: str, *, n_random: int, seed: int) -> Points:
    """Return the coordinates of an instance's cities, shape (n_cities, 2).

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
        try:
            fetched = pooch.retrieve(
                source,
                known_hash=None,
                fname="cities.tsp",
                path=folder,
                downloader=pooch.HTTPDownloader(
                    progressbar=Progress(desc=source, unit="B", unit_scale=True), timeout=TIMEOUT
                ),
            )
        except (OSError, ValueError) as error:  # What requests raises is an OSError, too.
            raise SomError(
                f"{source} could not be fetched ({reason(error)[:120]}): "
                "correct the address, or set cities to a folder or file."
            ) from None
        logger.info("Cities from %s.", source)
        return read_tsplib(Path(fetched))
