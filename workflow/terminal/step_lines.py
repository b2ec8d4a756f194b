"""A run's lines in the terminal: one per step, and errors without Snakemake's text around them.

Snakemake gives all that happens to one logger, as records whose `event` and fields its logger
plugins rely on. Here a handler of the standard library reads them, so that nothing has to be
installed, and a filter keeps Snakemake's own lines for `--verbose` and for its log file. Tried with
Snakemake 9.17.0 and 9.27.1. If a field is missing in another version, a line is missing.
"""

import contextlib
import difflib
import logging
import re
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from snakemake_interface_logger_plugins.common import LogEvent

from workflow.som.files.logs import WIPE

# A step that takes longer than so many seconds is named before it ends.
LONG = 10.0
# Events that have their own lines here, or that only a developer asks for.
REPLACED = {
    *(LogEvent.JOB_INFO, LogEvent.JOB_STARTED, LogEvent.JOB_FINISHED, LogEvent.JOB_ERROR),
    *(LogEvent.GROUP_INFO, LogEvent.GROUP_ERROR, LogEvent.PROGRESS, LogEvent.RUN_INFO),
    *(LogEvent.SHELLCMD, LogEvent.RESOURCES_INFO, LogEvent.WORKFLOW_STARTED, LogEvent.ERROR),
}
# How messages start that have no event, and that say nothing about a step.
HOUSEKEEPING = (
    *("Assuming", "Building DAG", "Using shell", "Conda env", "Singularity", "Group jobs"),
    *("Select jobs", "Execute ", "Complete log", "Elapsed time", "Shutting down"),
    *("Removing output files", "Removing temporary output", "Config file", "Reasons:"),
    *("Loading script code", "Adding ", "Creating report"),
    *("Some jobs were", "If you prefer", "If you are sure", "Rules with "),
)
# How Snakemake ends after a step failed, of which there is a line already.
SOME_STEP_FAILED = "At least one job did not complete successfully"
FAILED_SCRIPT = re.compile(r"(RuleException:\n)?CalledProcessError")
# Where in the code an error was raised: Snakemake's first line, and those of its traceback.
PLACE = re.compile(r'\w+( in .*)?:$|  File ".*", line \d+, in ')


def speak_plainly(
    logger: logging.Logger,
    targets: Callable[[], Iterable[str]],
    rules: Callable[[], Iterable[str]] = tuple,
) -> "StepLines":
    """Put a line per step in the place of Snakemake's own lines; return who writes them.

    With `--verbose`, or with a logger plugin that writes to the terminal, everything is shown as
    Snakemake words it.

    Parameters
    ----------
    targets : callable
        Returns the names of all targets, for whoever mistypes one.
    rules : callable
        Returns the names of all rules, for whoever names a step that has several.
    """
    lines = StepLines(targets, rules)
    terminals = [
        handler
        for handler in logger.handlers
        if isinstance(handler, logging.StreamHandler)
        and not isinstance(handler, logging.FileHandler)
    ]
    if terminals and not logger.isEnabledFor(logging.DEBUG):
        for handler in terminals:
            handler.addFilter(is_for_people)
        logger.addHandler(lines)
    return lines


def is_for_people(record: logging.LogRecord) -> bool:
    """Whether a record of Snakemake is shown as Snakemake words it."""
    event = getattr(record, "event", None)
    message = str(record.msg or "").lstrip()
    if event in REPLACED or not message or message.startswith("Exiting because a job"):
        return False
    return record.levelno >= logging.WARNING or not message.startswith(HOUSEKEEPING)


class StepLines(logging.Handler):
    """Writes a line when a step ends, or takes long, or fails.

    Attributes
    ----------
    built : list of str
        Names of the rules without a log file, which are the targets, as they are reached.
    failed : dict
        The log file of each step that failed, and Snakemake's message about the step. It is empty
        if the step had started.
    is_stopping : bool
        Whether the user has asked the run to stop; steps that end without success are then stopped.
    """

    def __init__(
        self,
        targets: Callable[[], Iterable[str]] = tuple,
        rules: Callable[[], Iterable[str]] = tuple,
    ) -> None:
        super().__init__()
        self._targets, self._rules = targets, rules
        self.built: list[str] = []
        self.failed: dict[str, str] = {}
        self.is_stopping = False
        self._total = self._done = 0
        self._running: dict[int, _Step] = {}
        self._is_dry_run = True  # Until a step starts.

    def emit(self, record: logging.LogRecord) -> None:  # noqa: D102
        try:
            fields, event = record.__dict__, getattr(record, "event", None)
            if event == LogEvent.RUN_INFO:
                self._total = sum(n for rule, n in fields["stats"].items() if rule != "total")
            elif event == LogEvent.JOB_STARTED:
                self._is_dry_run = False
            elif event == LogEvent.JOB_INFO:
                self._start(fields)
            elif event == LogEvent.JOB_FINISHED:
                self._finish(fields["job_id"])
            elif event == LogEvent.JOB_ERROR:
                self._fail(fields["jobid"], fields["log"], fields["rule_msg"])
            elif event == LogEvent.GROUP_ERROR:
                for job in fields["job_error_info"]:
                    self._fail(job["jobid"], job["log"])
            elif event == LogEvent.ERROR:
                for line in plain_error(record.getMessage(), self._targets(), self._rules()):
                    write_line(line)
        except Exception:
            self.handleError(record)

    def close(self) -> None:  # noqa: D102
        for step in self._running.values():
            step.end()
        super().close()

    def _start(self, fields: Mapping[str, Any]) -> None:
        step = _Step(fields)
        if not step.log:
            self._running[fields["jobid"]] = step
        elif self._is_dry_run:
            reason = str(fields["reason"]).partition(":")[0].lower()
            write_line(step.line(textwrap.shorten(reason, 22, placeholder="")))
        else:
            self._running[fields["jobid"]] = step
            step.timer = threading.Timer(LONG, self._say, [step.line("    ...")])
            step.timer.daemon = True
            step.timer.start()

    def _finish(self, jobid: int) -> None:
        self._done += 1
        if (step := self._running.pop(jobid, None)) is None:
            return
        step.end()
        if step.log:
            self._say(step.line(f"{duration(time.monotonic() - step.started):>7}"))
        else:
            self.built.append(step.rule)

    def _fail(self, jobid: int, logs: Sequence[str], message: str | None = None) -> None:
        if (step := self._running.pop(jobid, None)) is None:
            return
        step.end()
        if self.is_stopping:
            self._say(step.line("stopped"))
            return
        self.failed |= dict.fromkeys(list(logs)[:1], message or "")
        self._say(step.line(" failed"))

    def _say(self, line: str) -> None:
        count = f"{self._done:>{len(str(self._total))}}/{self._total}"
        write_line(f"{count}  {line}")


class _Step:
    """A step that runs: what people call it, and since when."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self.rule, self.log = str(fields["rule_name"]), list(fields["log"])
        self.name, self.subject = describe(self.log[0]) if self.log else (self.rule, "")
        self.started = time.monotonic()
        self.timer: threading.Timer | None = None

    def line(self, state: str) -> str:
        return f"{self.name:<28.28}  {self.subject:<18.18}  {state}"

    def end(self) -> None:
        if self.timer:
            self.timer.cancel()


def write_line(line: str) -> None:
    """Write a line to the terminal, above the live line that a job may be drawing.

    If standard error leads to a full disk or a closed pipe, the line is lost and the run goes on.
    """
    with contextlib.suppress(OSError):
        sys.stderr.write((WIPE if sys.stderr.isatty() else "") + line + "\n")
        sys.stderr.flush()


def plain_error(message: str, targets: Iterable[str], rules: Iterable[str] = ()) -> list[str]:
    r"""Return Snakemake's words about an error, in lines, without the place in the code.

    A step that failed has a line already, so there is none here. For a mistyped target the nearest
    name is returned.

    Examples
    --------
    >>> plain_error('WorkflowError in file "a.smk", line 3:\nx is no number.', [])
    ['Error: x is no number.']
    >>> missing = "MissingRuleException:\nNo rule to produce quikstart (if you …)."
    >>> plain_error(missing, ["all", "quickstart"])[0]
    'Error: there is no target quikstart: did you mean quickstart?'
    >>> plain_error("Error:\n  WorkflowError:\n    a.csv: there is no such file.\n  name=a", [])
    ['Error: a.csv: there is no such file.']
    """
    # A sentence of ours out of a function that Snakemake called for a rule.
    if own := re.search(r"^\s+WorkflowError:\s*\n\s+(\S.*)$", message, re.MULTILINE):
        return [f"Error: {own[1]}"]
    if missing := re.search(r"No rule to produce (\S+)", message):
        wanted = missing[1]
        if parts := [rule for rule in rules if rule.startswith(f"{wanted}_")]:
            return [
                f"Error: {wanted} is a step with {len(parts)} rules, for experiments and segments.",
                f"Name one or more of them, such as {parts[0]}: snakemake --list-rules",
            ]
        near = difflib.get_close_matches(wanted, list(targets), n=1)
        guess = f": did you mean {near[0]}?" if near else "."
        kind = "rule that makes" if "/" in wanted else "target"
        return [
            f"Error: there is no {kind} {wanted}{guess}",
            "All targets: snakemake --list-target-rules; all files: results/README.md",
        ]
    lines = [line for line in message.splitlines() if not PLACE.match(line)]
    if not lines or SOME_STEP_FAILED in message or FAILED_SCRIPT.match(message):
        return []
    return [f"Error: {lines[0].removeprefix('Error: ')}", *lines[1:]]


def describe(log: str) -> tuple[str, str]:
    """Return the name of a step and of its experiment, from the place of its log file.

    Examples
    --------
    >>> describe("results/logs/article/seed_0/train_som_000_030.log")
    ('train som 0-30', 'article 0')
    >>> describe("results/logs/worth/plot_worth.log")
    ('draw worth', 'worth')
    """
    path = Path(log)
    words, numbers = [], []
    for word in path.stem.split("_"):
        (numbers if word.isdecimal() else words).append(word)
    if words[0] == "plot":
        words[0] = "draw"
    name = " ".join(words).replace("u matrix", "U-matrix").replace("k means", "k-means")
    epochs = "-".join(str(int(number)) for number in numbers)
    subject = [part.removeprefix("seed_") for part in path.parts[:-1]]
    subject = subject[subject.index("logs") + 1 :] if "logs" in subject else subject[-1:]
    return f"{name} {epochs}".strip(), " ".join(subject)


def duration(seconds: float) -> str:
    """Return a time as people write it.

    Examples
    --------
    >>> duration(7.25), duration(92), duration(3700)
    ('7.2 s', '1:32', '1:01:40')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
