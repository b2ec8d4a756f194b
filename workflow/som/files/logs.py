"""Logging of a script: everything to the job's log file, the important lines to the terminal."""

import contextlib
import fcntl
import io
import logging
import os
import sys
import time
import traceback
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from tqdm import tqdm

from .atomic import check_appendable, could_not_write
from .errors import SomError
from .jobs import set_recipe

# Wipes the line on which another process may be drawing its progress.
WIPE = "\r\033[K"
# Columns of a live line at most; a line that wraps cannot be drawn over.
COLUMNS = 80


class TerminalHandler(logging.StreamHandler):  # type: ignore[type-arg]
    """Writes records to standard error, above a live line if there is one.

    If standard error leads to a full disk, lines are lost and the work goes on.
    """

    def emit(self, record: logging.LogRecord) -> None:  # noqa: D102
        wipe = WIPE if sys.stderr.isatty() else ""
        with contextlib.suppress(OSError):
            tqdm.write(wipe + self.format(record), file=sys.stderr)


class LogFile(logging.FileHandler):
    """A log file; if the disk is full, lines are lost and the work goes on."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: D102, N802
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)

    def close(self) -> None:  # noqa: D102
        with contextlib.suppress(OSError):
            super().close()


def start_job(log: Path | str, settings: Mapping[str, Any]) -> None:
    """Send the log of a job to a file (see `log_to`); mark what it makes with its settings.

    Parameters
    ----------
    settings : mapping
        What the rule was given; all tables and summaries carry a hash of it (see `jobs`).
    """
    log_to(log)
    set_recipe(settings)


def log_to(*paths: Path | str) -> None:
    """Send log records, warnings and uncaught errors to files (appended to) and standard error.

    The workflow's own details (level DEBUG) go to the files only. An error that the user can mend
    (`SomError`) is one sentence in the terminal; its traceback goes to the files.
    """
    terminal = TerminalHandler()
    terminal.setLevel(logging.INFO)
    files: list[LogFile] = []
    logging.basicConfig(
        level=logging.INFO,
        format="%(asctime)s %(message)s",
        datefmt="%H:%M:%S",
        handlers=[terminal],
        force=True,
    )
    logging.getLogger("workflow").setLevel(logging.DEBUG)
    logging.captureWarnings(True)

    def report(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        lines = "".join(traceback.format_exception(kind, error, trace))
        if isinstance(error, MemoryError) or "can't allocate memory" in str(error):
            error = SomError(
                "the memory did not suffice: give the job more, or choose a smaller map, then run "
                "the same command again."
            )
        if isinstance(error, KeyboardInterrupt):
            lines = "Error: stopped by Ctrl-C."  # Snakemake says so in the terminal.
        elif isinstance(error, SomError):
            terminal.handle(logging.makeLogRecord({"msg": f"Error: {error}", "levelno": 40}))
            lines += f"Error: {error}\n"
        else:
            terminal.handle(logging.makeLogRecord({"msg": lines, "levelno": 40}))
        for file in files:
            file.handle(logging.makeLogRecord({"msg": lines, "levelno": 40}))

    sys.excepthook = report
    for path in paths:
        try:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            check_appendable(path)
            files.append(LogFile(path, encoding="utf-8"))
        except OSError as error:
            raise could_not_write(path, error) from error
        files[-1].setFormatter(terminal.formatter)
        logging.getLogger().addHandler(files[-1])


class TheTerminal:
    """The right to draw a live line, which one process at a time has.

    Jobs run next to each other in one terminal, and two live lines would overwrite each other. The
    right is a lock on the terminal itself, so that it ends with the process that holds it.
    """

    def __init__(self) -> None:
        self._device: int | None = None
        self._is_ours = False
        if sys.stderr.isatty():
            with contextlib.suppress(OSError):
                self._device = os.open(os.ttyname(sys.stderr.fileno()), os.O_RDONLY | os.O_NOCTTY)

    def is_ours(self) -> bool:
        """Take the terminal if nobody has it; return whether this process may draw."""
        if self._device is not None and not self._is_ours:
            try:
                fcntl.flock(self._device, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._is_ours = True
            except BlockingIOError:
                pass
            except OSError:  # A terminal that cannot be locked: draw, as there is no other way.
                self._is_ours = True
        return self._is_ours

    def give_back(self) -> None:
        """Let the next process draw."""
        self._is_ours = False
        if self._device is not None:
            os.close(self._device)
            self._device = None


class Progress(tqdm):  # type: ignore[misc]
    """One live line in a terminal; elsewhere, and in the log, a line every half minute.

    The line says what is done, how much of it, how fast, and the time left. Parameters are tqdm's
    own. A line drawn with carriage returns is unreadable in a file, so records go through `logging`
    unless standard error is a terminal.
    """

    seconds_between_lines = 30.0

    def __init__(self, iterable: Iterable[Any] | None = None, **options: Any) -> None:
        self.last_line = time.monotonic()
        self.terminal = TheTerminal()
        self.in_terminal = sys.stderr.isatty()
        options.setdefault("mininterval", 0.5)
        # tqdm ends a line that it never drew.
        options.setdefault("file", sys.stderr if self.in_terminal else io.StringIO())
        super().__init__(iterable, leave=False, **options)
        # tqdm asks the clock that can be set back: rates and times left would be negative.
        self._time = time.monotonic
        self.start_t = self.last_print_t = self.last_said = self._time()

    def __bool__(self) -> bool:
        """Hold in conditions as any object does; tqdm's own fails before the total is known."""
        return True

    def say(self, text: str) -> None:
        """Put other words before the numbers, although none of these has changed."""
        self.set_description(text, refresh=False)
        if self._time() - self.last_said >= self.mininterval:
            self.last_said = self._time()
            self.refresh()

    def line(self) -> str:
        """Return what is done, how much of it, how fast, and the time left.

        Examples
        --------
        >>> progress = Progress(total=200, desc="article 0")
        >>> progress.update(50)
        >>> progress.line().split("  ")[:3]
        ['article 0', '50/200', '25%']
        """
        done = self.format_dict
        fields = [self.desc.removesuffix(": ")]
        if not (self.total and self.unit_scale):  # "2.20M/5.40M" says less than "41%".
            count = f"{self.n}/{self.total}" if self.total else f"{self.n}"
            fields.append(count + ("" if self.unit == "it" else self.unit))
        if self.total:
            fields.append(f"{self.n / self.total:.0%}")
        rate = done["rate"] or (self.n - self.initial) / max(done["elapsed"], 1e-9)
        if rate >= 1:
            fields.append(f"{tqdm.format_sizeof(rate)}/s")
        if not self.total:
            fields.append(tqdm.format_interval(done["elapsed"]))
        elif rate > 0:
            fields.append(f"{tqdm.format_interval((self.total - self.n) / rate)} left")
        return "  ".join(field for field in fields if field)

    def display(self, msg: str | None = None, pos: int | None = None) -> None:  # noqa: D102
        if self.in_terminal and self.terminal.is_ours():
            # A terminal that does not know its size says 0.
            columns = min(COLUMNS, os.get_terminal_size(sys.stderr.fileno())[0] or COLUMNS) - 1
            super().display((self.line() if msg is None else msg)[:columns], pos)
        now = time.monotonic()
        if now - self.last_line >= self.seconds_between_lines:
            self.last_line = now
            for handler in logging.getLogger().handlers:
                if isinstance(handler, logging.FileHandler) or not self.in_terminal:
                    record = {"msg": self.line(), "levelno": logging.INFO}
                    handler.handle(logging.makeLogRecord(record))

    def close(self) -> None:  # noqa: D102
        super().close()
        self.terminal.give_back()
