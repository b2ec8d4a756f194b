"""Let one Snakemake work in a folder at a time, by locks of the operating system.

Guaranteed: a second Snakemake is refused, also one of another checkout with the same `results`
(tests/faults/test_two_runs.py fails without this module).
"""

import fcntl
import os
from pathlib import Path
from typing import IO

from snakemake.exceptions import WorkflowError

from workflow.som.files.atomic import check_appendable
from workflow.som.files.errors import SomError

OWN, RESULTS = Path(".snakemake"), Path("results")
# Locks last as long as these files are open: until this process ends, however it ends.
_held: list[IO[str]] = []


def is_read_only(folder: Path) -> bool:
    """Return whether a folder is there and cannot be written to."""
    return folder.exists() and not os.access(folder, os.W_OK)


def hold_folder(*, writes_results: bool = True) -> None:
    """Hold the folder for as long as this process lives; it is called when there are jobs to run.

    Parameters
    ----------
    writes_results : bool
        Whether there is more to do than to look at results, which may then be read-only.

    Raises
    ------
    WorkflowError
        One sentence, if another Snakemake works here, or if nothing can be written.
    """
    for folder in (OWN, RESULTS):
        if not is_read_only(folder):
            _hold(folder)
        elif writes_results or folder == OWN:
            raise WorkflowError(
                f"{folder} cannot be written to, and there are files to be made: mend the folder's "
                "permissions, then run the same command again."
            )


def _hold(folder: Path) -> None:
    path = folder / ".working_here"
    try:
        check_appendable(path)
    except SomError as error:
        raise WorkflowError(str(error)) from None
    folder.mkdir(exist_ok=True)
    lock = path.open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise WorkflowError(
            f"Another Snakemake works in {folder.resolve()}: wait until it has ended, or stop it, "
            "then run the same command again."
        ) from None
    except OSError:
        return  # The file system knows no locks.
    _held.append(lock)
