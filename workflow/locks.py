"""Locks that die with their owner: two Snakemakes never share a job, and the dead lock nothing."""

import contextlib
import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import IO, Any

from snakemake.exceptions import WorkflowError
from snakemake.persistence.file import FilePersistence

from workflow.som.files.atomic import CANNOT_WRITE, could_not_write


def prepare_folder() -> None:
    """Make Snakemake's own folders before it does, to say in one sentence what is in the way."""
    try:
        FilePersistence()
    except OSError as error:
        if error.errno not in CANNOT_WRITE:
            raise
        raise WorkflowError(str(could_not_write(error.filename, error))) from None


class LivingLocks(FilePersistence):
    """Snakemake's locks on files, each held in the operating system as long as its owner lives.

    Snakemake's own outlive a kill; two that start together both find none, and both go on; and
    whoever ends first removes everybody's. Here one process at a time looks for locks and takes
    its own, each removes only its own, and one that the system no longer holds is nobody's.
    """

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold locks on all files of the jobs; fail in one sentence if another process has one."""
        try:
            if self._can_be_written():
                self._take_locks()
            yield
        except OSError as error:
            if error.errno not in CANNOT_WRITE:
                raise
            raise WorkflowError(str(could_not_write(error.filename or self.path, error))) from None
        finally:
            self.unlock()

    def _can_be_written(self) -> bool:
        """Whether anything can be made in these folders; if not, there must be nothing to do."""
        refused = [
            folder
            for folder in (Path("results"), Path(self.path))
            if folder.exists() and not os.access(folder, os.W_OK)
        ]
        if refused and any(self.dag.needrun_jobs()):
            raise WorkflowError(
                f"{refused[0]} cannot be written to, and there are files to be made: mend the "
                "folder's permissions, then run the same command again."
            )
        return not refused

    def _take_locks(self) -> None:
        with (Path(self.path) / "main_process").open("a") as turn:
            with contextlib.suppress(OSError):  # Some file systems know no locks.
                fcntl.flock(turn, fcntl.LOCK_EX)
            if self.locked:
                raise WorkflowError(
                    f"Another Snakemake holds the lock on files in {Path.cwd()}: wait until it "
                    "has ended, or stop it, then run the same command again."
                )
            self._write_locks("input", (str(path) for path in self.all_inputfiles()))
            self._write_locks("output", (str(path) for path in self.all_outputfiles()))

    def drop_iocache(self) -> None:
        """Forget what is known of files; in a folder that is read only, nothing changes it."""
        with contextlib.suppress(OSError):
            super().drop_iocache()

    def cleanup_locks(self) -> None:
        """Remove everybody's locks: `--unlock`, where the file system knows no locks."""
        for path in Path(self._lockdir).glob("*.lock"):
            path.unlink(missing_ok=True)

    def _read_locks(self) -> Iterable[tuple[str, str]]:
        """Return the kind and the name of each file that a living process has locked."""
        found = []
        for path in Path(self._lockdir).glob("*.lock"):
            with contextlib.suppress(FileNotFoundError), path.open() as lock:
                if _is_held(lock):
                    kind = path.name.split(".")[1]
                    found += [(kind, line.strip()) for line in lock]
        return found

    def _write_locks(self, lock_type: str, keys: Iterable[str]) -> None:
        folder = Path(self._lockdir)
        folder.mkdir(exist_ok=True)
        for number in count():
            # Opened for appending: what another process holds stays as it is.
            lock = (folder / f"{number}.{lock_type}.lock").open("a")
            if not _is_held(lock):
                break
            lock.close()
        with contextlib.suppress(OSError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # It stays open, and so held, until this process ends.
        self._lockfile[lock_type] = lock
        lock.truncate(0)
        try:
            lock.writelines(f"{key}\n" for key in keys)
            lock.flush()
        except OSError as error:
            error.filename = lock.name
            raise

    def _io_write(self, subject: str, json_value: Any, id: str, *rest: Any) -> None:  # noqa: A002
        """Write a record or a mark; an error names the file, which Snakemake's own does not."""
        try:
            super()._io_write(subject, json_value, id, *rest)
        except OSError as error:
            error.filename = self._record_path(subject, id)
            raise

    def _delete_locks(self) -> None:
        for lock in self._lockfile.values():
            Path(lock.name).unlink(missing_ok=True)
            with contextlib.suppress(OSError):  # A full disk: nothing to be written any more.
                lock.close()
        self._lockfile.clear()


def _is_held(lock: IO[str]) -> bool:
    """Whether another process holds a lock that is open here; if it cannot be known, it does."""
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    return False
