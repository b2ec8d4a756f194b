"""Files that are either whole or absent."""

import errno
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path

from workflow.som.files.errors import SomError, damaged

CANNOT_WRITE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EFBIG}


class _Parent:
    """The process that started this one, as it was when this module was imported."""

    number = os.getppid()


def _after_fork() -> None:
    _Parent.number = os.getppid()


os.register_at_fork(after_in_child=_after_fork)


def refuse_orphans(path: Path | str) -> None:
    """Raise if the process that started this one has ended: nobody waits for `path` any more.

    A killed Snakemake leaves its jobs behind. By the time one of them has finished, another
    Snakemake may have made the file from other settings. Hidden folders are exempt: what lies there
    is verified before it is used.
    """
    if os.getppid() != _Parent.number and not Path(path).parent.name.startswith("."):
        raise SomError(
            f"{path} is not written, because the Snakemake that asked for it has ended: run the "
            "same command again."
        )


def could_not_write(path: Path | str, error: OSError) -> SomError:
    """Return the error for a file that a full disk or missing permissions keep from being written.

    Examples
    --------
    >>> str(could_not_write("a.txt", OSError(28, "No space left on device")))[:54]
    'a.txt could not be written (No space left on device): '
    """
    return SomError(
        f"{path} could not be written ({error.strerror}): free some space or mend the "
        "folder's permissions, then run the same command again."
    )


@contextmanager
def write_atomically(path: Path | str) -> Iterator[Path]:
    """Yield a temporary path next to `path`; rename it to `path` once it is written and on disk.

    A reader never sees half a file: after a kill or on a full disk only the temporary name is left
    or nothing at all.
    """
    path = Path(path)
    # The suffix stays last: writers such as Pillow choose the format by it.
    # Process numbers would not do: two nodes of a cluster may give out the same one.
    temporary = path.with_name(f".{path.stem}.{secrets.token_hex(4)}.tmp{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove_left(path)
        yield temporary
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        refuse_orphans(path)
        temporary.replace(path)
    except OSError as error:
        # The error may be that of another file, which is read: only a copy's target is its second.
        culprit = error.filename2 or error.filename
        ours = culprit is None or Path(culprit) in {temporary, path, *path.parents}
        if error.errno not in CANNOT_WRITE or not ours:
            raise
        raise could_not_write(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def _remove_left(path: Path) -> None:
    """Remove killed writers' temporary files; not in hidden folders, where others may write."""
    if not path.parent.name.startswith("."):
        for left in path.parent.glob(f".{escape(path.stem)}.{'[0-9a-f]' * 8}.tmp{path.suffix}"):
            left.unlink(missing_ok=True)


def find_full_disk(*folders: Path | str) -> str | None:
    """Return a sentence about the first folder on a disk with less than 64 KiB left, or None."""
    for folder in folders:
        if Path(folder).exists() and shutil.disk_usage(folder).free < 2**16:
            return (
                f"The disk that holds {folder} is full: free some space, then run the same command "
                "again."
            )
    return None


def read_whole(path: Path | str) -> bytes:
    """Return the content of a file that the workflow made.

    Raises
    ------
    SomError
        If it is a folder or may not be read. (FileNotFoundError where there is nothing.)
    """
    try:
        return Path(path).read_bytes()
    except IsADirectoryError as error:
        raise damaged(path, "it is a folder") from error
    except PermissionError as error:
        raise SomError(
            f"{path} cannot be read ({error.strerror}): mend its permissions, then run the same "
            "command again."
        ) from error


def digest(path: Path | str, algorithm: str) -> str:
    """Return the checksum of a file as hexadecimal digits (`algorithm`: md5, sha256, …)."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()
