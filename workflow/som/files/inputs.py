"""Files to read: ordinary ones of a bounded size, whatever lies under their name."""

import errno
import math
import stat
from pathlib import Path


def check_input(path: Path | str, most: float = math.inf) -> None:
    """Raise if `path` is no ordinary file, or has more than `most` bytes.

    A pipe would be waited for without end, and a device may never end.

    Raises
    ------
    OSError
        Its text says what is wrong, without the path. (FileNotFoundError where there is nothing.)
    """
    try:
        status = Path(path).stat()
    except OSError as error:
        raise _without_path(path, error) from None
    if not stat.S_ISREG(status.st_mode):
        raise OSError("it is a folder, a pipe or a device, not a file")
    if status.st_size > most:
        raise OSError(f"it has more than {most:,} bytes")


def read_input(path: Path | str, most: int) -> bytes:
    """Return the content of an ordinary file of at most `most` bytes; raise as `check_input`."""
    check_input(path, most)
    try:
        with Path(path).open("rb") as file:
            content = file.read(most + 1)
    except OSError as error:
        raise _without_path(path, error) from None
    if len(content) > most:  # It grew, or the system does not tell its size, as in /proc.
        raise OSError(f"it has more than {most:,} bytes")
    return content


def _without_path(path: Path | str, error: OSError) -> OSError:
    """Return an error of the same kind that says of a link that it leads nowhere."""
    text = error.strerror or type(error).__name__
    if Path(path).is_symlink():
        if error.errno == errno.ELOOP:
            return OSError("it is a link that leads to itself")
        if isinstance(error, FileNotFoundError):
            return OSError(f"it is a link to {Path(path).readlink()}, which is not there")
    return type(error)(text)
