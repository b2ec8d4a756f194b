"""What survives a kill: every finished epoch, in a folder that the workflow does not declare.

Snakemake deletes the declared outputs of a job that fails or starts again. So each epoch is kept
here first, and published to its declared path, by hard link, when the job's epochs are complete.
"""

import fcntl
import logging
import os
import secrets
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pyarrow.parquet as pq
from safetensors import safe_open

from ..files.atomic import check_appendable, remove, write_atomically
from ..files.checkpoints import Checkpoint, load_checkpoint
from ..files.errors import DamagedFileError, SomError
from ..files.inputs import check_input
from ..files.jobs import is_orphan, refuse_orphans
from ..files.tables import read_arrow

logger = logging.getLogger(__name__)
# Exit status of a trainer that was asked to stop.
TERMINATED = 143


class ResumeFolder:
    """Finished epochs of one run, found again by the run's fingerprint.

    Parameters
    ----------
    folder : Path
        Files `epoch_EEE.safetensors` (the checkpoint) and `epoch_EEE.parquet` (the training set
        mapped on it).
    fingerprint : str
        Of everything that determines the codebook; files with another one are not used.
    """

    def __init__(self, folder: Path, fingerprint: str) -> None:
        self.folder = folder
        self.fingerprint = fingerprint
        folder.mkdir(parents=True, exist_ok=True)

    def paths(self, epoch: int) -> tuple[Path, Path]:
        """Return where the checkpoint and the table of an epoch are kept."""
        stem = self.folder / f"epoch_{epoch:03d}"
        return stem.with_suffix(".safetensors"), stem.with_suffix(".parquet")

    def find(self, epoch: int) -> Checkpoint | None:
        """Return the checkpoint of an epoch if it, and its table, are whole and of this run."""
        checkpoint_path, table_path = self.paths(epoch)
        try:
            checkpoint = load_checkpoint(checkpoint_path)
            _, metadata = read_arrow(table_path)
        except FileNotFoundError:
            return None
        except DamagedFileError as error:
            logger.warning("Epoch %d is trained again: %s", epoch, error)
            return None
        for kind, found in (
            ("checkpoint", checkpoint.metadata),
            ("training_activations", metadata),
        ):
            expected = (kind, self.fingerprint, str(epoch))
            if (found.get("kind"), found.get("fingerprint"), found.get("epoch")) != expected:
                return None
        return checkpoint

    def publish(self, epoch: int, checkpoint: Path, table: Path) -> None:
        """Give an epoch's files their declared names."""
        for kept, declared in zip(self.paths(epoch), (checkpoint, table), strict=True):
            refuse_orphans(declared)
            try:
                declared.parent.mkdir(parents=True, exist_ok=True)
                _link(kept, declared)
            except OSError:  # Some file systems know no hard links.
                with write_atomically(declared) as temporary:
                    shutil.copyfile(kept, temporary)
            # Older than the job's inputs, the output would look out of date.
            os.utime(declared)

    @contextmanager
    def only_one(
        self, patience: float = 3600.0, stop: Callable[[], bool] = lambda: False
    ) -> Iterator[None]:
        """Let one trainer at a time into the folder.

        A trainer may outlive the Snakemake that started it; a second one waits for it, and then
        uses what it finished. It waits no longer once `stop` is true.

        On a file system without locks (some clusters mount Lustre so) nobody waits. Two trainers
        then take time from each other; since both write the same epochs, each whole or not at
        all, no result changes.
        """
        check_appendable(self.folder / "lock")
        with (self.folder / "lock").open("a+") as lock:
            started = last = time.monotonic()
            is_alone = True
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if stop():
                        logger.info("Stopped while another trainer was in %s", self.folder)
                        sys.exit(TERMINATED)
                    now = time.monotonic()
                    if now - started > patience:
                        raise SomError(
                            f"Another trainer has held {lock.name} for {patience / 60:.0f} "
                            "minutes: stop it, then run the same command again."
                        ) from None
                    if now - last > 5:
                        logger.info("Waiting for another trainer that is still in %s", self.folder)
                        last = now
                    time.sleep(0.2)
                except OSError as error:
                    logger.warning("Going on without a lock: %s: %s", lock.name, error.strerror)
                    is_alone = False
                    break
            if is_alone:
                for left in self.folder.glob(".*.tmp*"):  # Half-written when a trainer was killed.
                    remove(left)
            self._forget_other_runs()
            yield

    def _forget_other_runs(self) -> None:
        """Delete the epochs of other runs, with earlier settings: only this run's can be used."""
        for path in self.folder.glob("epoch_*"):
            if not self._is_own(path):
                remove(path)

    def _is_own(self, path: Path) -> bool:
        """Return whether the header of a checkpoint or table has this run's fingerprint."""
        try:
            check_input(path)
            if path.suffix == ".safetensors":
                with safe_open(path, framework="numpy") as checkpoint:
                    return checkpoint.metadata().get("fingerprint") == self.fingerprint
            metadata = pq.read_schema(path).metadata
            return metadata.get(b"fingerprint") == self.fingerprint.encode()
        except Exception:  # Of many kinds on damaged bytes: what cannot be read is of no use.
            return False


def _link(kept: Path, declared: Path) -> None:
    """Give a file another name, which at no moment is without a file.

    A job that outlived its Snakemake on another node may be about to read it.
    """
    temporary = kept.with_name(f".{kept.stem}.{secrets.token_hex(4)}.tmp")
    try:
        os.link(kept, temporary)
        temporary.replace(declared)
    finally:
        temporary.unlink(missing_ok=True)  # Renamed to a name of the same file, it stays.


class StopRequest:
    """Tells a trainer to stop after the epoch under way.

    It is raised by SIGTERM (a cluster's time limit, a requeue) and by the death of the Snakemake
    that asked for the job: nobody waits for the result.
    """

    def __init__(self) -> None:
        self.signalled = False
        signal.signal(signal.SIGTERM, self._on_signal)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.signalled = True

    def __bool__(self) -> bool:
        return self.signalled or is_orphan()
