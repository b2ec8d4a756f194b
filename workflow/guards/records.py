"""Keep Snakemake's records in `results/.records`, and let none that is damaged stop a run.

By public means only: a link in the place where Snakemake keeps its records. Records in a database
(`--persistence-backend db`) are refused in `rules/start.smk`.

Guaranteed: results copied into a fresh clone are judged as where they were made
(tests/workflow/test_stale.py fails without this module). Tried with Snakemake 9.17.0 and 9.27.1.
"""

import json
import os
import shutil
import time
from pathlib import Path

from snakemake.exceptions import WorkflowError

from workflow.guards.folder import OWN, RESULTS, is_read_only
from workflow.som.files.atomic import could_not_write, remove
from workflow.som.files.inputs import read_input

RECORDS = RESULTS / ".records"
# Long lists of parameters and inputs make some of a few 100 kB.
MOST_BYTES = 100_000_000
# What Snakemake takes from a record, where it is not null.
KINDS = {
    **dict.fromkeys(("rule", "shellcmd", "code", "conda_env", "software_stack_hash"), str),
    **dict.fromkeys(("input", "log", "params"), list),
    **dict.fromkeys(("starttime", "endtime", "record_format_version"), (int, float)),
    "input_checksums": dict,
}


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
            if is_read_only(RESULTS) and not RECORDS.is_dir():
                return  # There are none, and none can be made: nothing but `verify` can run.
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


def forget_damaged_records() -> int:
    """Delete the records that Snakemake could not read; return how many there were.

    What they stood for then counts as up to date, as all files without a record do.

    Raises
    ------
    WorkflowError
        One sentence, if one cannot be deleted.
    """
    damaged = [path for path in _walk(RECORDS) if not _is_record(path)]
    try:
        for path in damaged:
            remove(path)
    except OSError as error:
        raise WorkflowError(str(could_not_write(error.filename, error))) from None
    return len(damaged)


def _walk(folder: Path) -> list[Path]:
    """Return all that stands where a record should; long names are cut into folders `@…`."""
    found = []
    for entry in os.scandir(folder) if folder.is_dir() else ():
        path = Path(entry.path)
        is_folder = entry.is_dir(follow_symlinks=False)
        found += _walk(path) if is_folder and entry.name.startswith("@") else [path]
    return found


def _is_record(path: Path) -> bool:
    if path.name.startswith("@"):
        return False  # A folder's name.
    try:
        record = json.loads(read_input(path, MOST_BYTES))
    except FileNotFoundError:
        return True  # Another Snakemake deleted it in the meantime.
    except json.JSONDecodeError:
        return time.time() - path.stat().st_mtime < 60  # Another Snakemake may be writing it.
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(record, dict) and all(
        record.get(key) is None or isinstance(record[key], kind) for key, kind in KINDS.items()
    )
