"""Times of files that lie in the future, because a clock was wrong: Snakemake goes by them."""

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

TOLERANCE = 60.0  # Seconds by which the clocks of machines that share a disk may differ.


def bring_back_from_the_future(folder: Path) -> list[Path]:
    """Set the times of files that lie in the future to the present; return these files.

    An input from the future would be newer than whatever is made from it, and make it anew at each
    call. The order of all times stays as it was, but for those that become the same.
    """
    now = time.time()
    changed = []
    for path in _below(folder):
        # Deleted in the meantime, or read only: then nothing is made from it either.
        with contextlib.suppress(OSError):
            if path.lstat().st_mtime > now + TOLERANCE:
                os.utime(path, (now, now), follow_symlinks=False)
                changed.append(path)
    return changed


def _below(folder: Path) -> Iterator[Path]:
    """Yield files and folders, but for environments of Python: tens of thousands of files."""
    for above, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not Path(above, name, "pyvenv.cfg").exists()]
        yield from (Path(above, name) for name in (*folders, *files))
