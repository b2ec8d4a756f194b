"""Logging of a script: the same lines to the terminal and to the job's log file."""

import contextlib
import logging
import sys
import time
import traceback
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any

from tqdm import tqdm

from workflow.som.files.atomic import could_not_write
from workflow.som.files.errors import SomError


class TerminalHandler(logging.StreamHandler):  # type: ignore[type-arg]
    """Writes records to standard error, above a progress bar if there is one."""

    def emit(self, record: logging.LogRecord) -> None:  # noqa: D102
        tqdm.write(self.format(record), file=sys.stderr)


class LogFile(logging.FileHandler):
    """A log file; what a full disk keeps out of it is lost, and the work goes on."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: D102, N802
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)

    def close(self) -> None:  # noqa: D102
        with contextlib.suppress(OSError):
            super().close()


def log_to(*paths: Path | str) -> None:
    """Send log records, warnings and uncaught errors to files (appended to) and standard error.

    An error that the user can mend (`SomError`) is one sentence in the terminal; its traceback goes
    to the log file only.
    """
    terminal = TerminalHandler()
    files: list[LogFile] = []
    logging.basicConfig(
        level=logging.INFO,
        format="%(asctime)s %(message)s",
        datefmt="%H:%M:%S",
        handlers=[terminal],
        force=True,
    )
    logging.captureWarnings(True)

    def report(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        lines = "".join(traceback.format_exception(kind, error, trace))
        if isinstance(error, SomError):
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
            files.append(LogFile(path, encoding="utf-8"))
        except OSError as error:
            raise could_not_write(path, error) from error
        files[-1].setFormatter(terminal.formatter)
        logging.getLogger().addHandler(files[-1])


class Progress(tqdm):  # type: ignore[misc]
    """A tqdm bar in a terminal; elsewhere, and in the log, a line every few seconds.

    Parameters are tqdm's own. A bar drawn with carriage returns is unreadable in a file, so records
    go through `logging` unless standard error is a terminal.
    """

    seconds_between_lines = 5.0

    def __init__(self, iterable: Iterable[Any] | None = None, **options: Any) -> None:
        self.last_line = time.monotonic()
        self.in_terminal = sys.stderr.isatty()
        options.setdefault("mininterval", 0.5)
        options.setdefault("dynamic_ncols", True)
        super().__init__(iterable, **options)
        # tqdm asks the clock that can be set back: rates and times left would be negative.
        self._time = time.monotonic
        self.start_t = self.last_print_t = self._time()

    def __bool__(self) -> bool:
        """Hold in conditions as any object does; tqdm's own fails before the total is known."""
        return True

    def display(self, msg: str | None = None, pos: int | None = None) -> None:  # noqa: D102
        if self.in_terminal:
            super().display(msg, pos)
        now = time.monotonic()
        if now - self.last_line >= self.seconds_between_lines:
            self.last_line = now
            # The bar itself says nothing in a file: percentage, counts, rate and time left do.
            fields = dict(self.format_dict, ncols=0)
            for handler in logging.getLogger().handlers:
                if isinstance(handler, logging.FileHandler) or not self.in_terminal:
                    record = {"msg": self.format_meter(**fields).strip(), "levelno": logging.INFO}
                    handler.handle(logging.makeLogRecord(record))
