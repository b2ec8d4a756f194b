"""Keep Snakemake's records in `results/.records`, and let one Snakemake work in a folder at a time.

By public means only: a link in the place where Snakemake keeps its records, and a lock of the
operating system, which the hook `onstart` takes. Records in a database (`--persistence-backend db`)
are refused in `rules/start.smk`.

Guaranteed: results copied into a fresh clone are judged as where they were made, and a second
Snakemake is refused (tests/workflow/test_stale.py, tests/faults/test_two_runs.py fail without this
module). Tried with Snakemake 9.17.0 and 9.27.1.
"""

import fcntl
import os
import shutil
from pathlib import Path
from typing import IO

from snakemake.exceptions import WorkflowError

from workflow.som.files.atomic import check_appendable, could_not_write
from workflow.som.files.errors import SomError

OWN = Path(".snakemake")
RECORDS = Path("results/.records")
# Locks last as long as these files are open: until this process ends, however it ends.
_held: list[IO[str]] = []


def keep_records_with_results() -> None:
    """Let `.snakemake/metadata` be a link to `results/.records`, so that records travel along.

    Snakemake judges by its records whether a file was made with today's parameters and code, and a
    file without a record counts as up to date if it is newer than its inputs. So a copy of
    `results/` in a fresh clone is judged as the original is.

    Raises
    ------
    WorkflowError
        One sentence, if the folder cannot be written to.
    """
    link = OWN / "metadata"
    try:
        if not (link.is_symlink() and link.is_dir()):
            RECORDS.mkdir(parents=True, exist_ok=True)
            # Without this folder Snakemake would take the records for those of an old version.
            (OWN / "incomplete").mkdir(parents=True, exist_ok=True)
            _move_records(link)
    except OSError as error:
        raise WorkflowError(str(could_not_write(error.filename, error))) from None


def _move_records(link: Path) -> None:
    """Put the link in its place, and the records that were there in theirs."""
    if link.is_dir() and not link.is_symlink():
        shutil.copytree(link, RECORDS, dirs_exist_ok=True)
        shutil.rmtree(link)
    link.unlink(missing_ok=True)
    link.symlink_to(Path("..", *RECORDS.parts), target_is_directory=True)


def hold_folder() -> None:
    """Hold the folder for as long as this process lives; it is called when there are jobs to run.

    Raises
    ------
    WorkflowError
        One sentence, if another Snakemake works here, or if nothing can be written.
    """
    for folder in (RECORDS.parent, OWN):
        if folder.exists() and not os.access(folder, os.W_OK):
            raise WorkflowError(
                f"{folder} cannot be written to, and there are files to be made: mend the folder's "
                "permissions, then run the same command again."
            )
    try:
        check_appendable(OWN / "working_here")
    except SomError as error:
        raise WorkflowError(str(error)) from None
    lock = (OWN / "working_here").open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise WorkflowError(
            f"Another Snakemake works in {Path.cwd()}: wait until it has ended, or stop it, then "
            "run the same command again."
        ) from None
    except OSError:
        return  # The file system knows no locks.
    _held.append(lock)
