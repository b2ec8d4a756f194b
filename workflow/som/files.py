"""Files that are either whole or absent, and errors that a person can act on."""

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CANNOT_WRITE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EFBIG}


class SomError(Exception):
    """Something a user can mend; the message is one sentence that says what and how."""


class DamagedFileError(SomError):
    """A file whose content is not what was written; nothing may be computed from it."""


def damaged(path: Path | str, reason: str) -> DamagedFileError:
    """Return the error for a damaged file that the workflow can make again."""
    return DamagedFileError(
        f"{path} is damaged ({reason}): "
        "delete it and run the same command again to have it rebuilt."
    )


@contextmanager
def write_atomically(path: Path | str) -> Iterator[Path]:
    """Yield a temporary path beside `path`; rename it to `path` once it is written and on disk.

    A reader never sees half a file: after a kill or on a full disk only the temporary name is left
    or nothing at all.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    # The suffix stays last: writers such as Pillow choose the format by it.
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.tmp{path.suffix}")
    try:
        yield temporary
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
    except OSError as error:
        if error.errno not in CANNOT_WRITE or error.filename not in (None, str(temporary)):
            raise
        raise SomError(
            f"{path} could not be written ({error.strerror}): free some space or mend the "
            "folder's permissions, then run the same command again."
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def digest(path: Path | str, algorithm: str) -> str:
    """Return the checksum of a file as hexadecimal digits (`algorithm`: md5, sha256, …)."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()
