"""Ctrl-C: the first one ends the run, and those that follow do not disturb its end."""

import signal
import threading
from types import FrameType

from workflow.terminal.step_lines import StepLines, write_line

# The status of a process that Ctrl-C ended.
INTERRUPTED = 130


def stop_at_the_first(steps: StepLines) -> None:
    """Let the first Ctrl-C end the run, and tell `steps`, whose steps then do not count as failed.

    Snakemake ends its jobs at the first one. A second one would interrupt that, with tracebacks.
    Whoever runs Snakemake in a thread, or has other plans for Ctrl-C, is left alone.
    """

    def on_signal(number: int, frame: FrameType | None) -> None:
        if steps.is_stopping:
            write_line("Stopping already: the jobs are about to end. (Ctrl-\\ would not wait.)")
            return
        steps.is_stopping = True
        raise SystemExit(INTERRUPTED)

    in_main_thread = threading.current_thread() is threading.main_thread()
    if in_main_thread and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, on_signal)
