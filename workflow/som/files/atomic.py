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

from .errors import SomError, damaged, reason
from .inputs import check_input
from .jobs import refuse_orphans

CANNOT_WRITE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EFBIG}


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


def check_appendable(path: Path | str) -> None:
    """Raise if `path` is there and no regular file.

    What is appended to a link would land elsewhere, and to a pipe nowhere.
    """
    path = Path(path)
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise SomError(
            f"{path} is a link, a folder or a pipe in the place of a file: delete it, then run the "
            "same command again."
        )


def remove(path: Path) -> None:
    """Remove a file, a link or a whole folder."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


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
        If it is no ordinary file or may not be read. (FileNotFoundError where there is nothing.)
    """
    try:
        check_input(path)
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise
    except PermissionError as error:
        raise SomError(
            f"{path} cannot be read ({reason(error)}): mend its permissions, then run the same "
            "command again."
        ) from error
    except OSError as error:
        raise damaged(path, reason(error)) from error


def digest(path: Path | str, algorithm: str) -> str:
    """Return the checksum of a file as hexadecimal digits (`algorithm`: md5, sha256, …).

    Raises
    ------
    OSError
        If it is no ordinary file or may not be read.
    """
    check_input(path)
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()
