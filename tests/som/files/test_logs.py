"""The messages in the terminal and in the log files, from processes that succeed or fail."""

import contextlib
import fcntl
import itertools
import logging
import os
import pty
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from tests.project import ROOT
from workflow.som.files.logs import Progress

START = "import sys; from workflow.som.files.logs import log_to; log_to(*sys.argv[1:])\n"


@pytest.fixture
def run(tmp_path):
    """Run code after `log_to`; return its status, its output on the terminal, and the log files."""

    def run_code(code, logs=("a.log",)):
        paths = [tmp_path / name for name in logs]
        done = subprocess.run(
            [sys.executable, "-c", START + code, *map(str, paths)],
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        assert done.stdout == ""
        return done.returncode, done.stderr, *[path.read_text("utf-8") for path in paths]

    return run_code


def test_records_and_warnings_reach_terminal_and_all_files(run):
    status, terminal, first, second = run(
        "import logging, warnings\n"
        "logging.getLogger('any').info('α falls')\n"
        "logging.getLogger('any').debug('details')\n"
        "warnings.warn('mind the step')",
        logs=("a.log", "b.log"),
    )
    assert status == 0
    for text in (terminal, first, second):
        assert "α falls" in text
        assert "mind the step" in text
        assert "details" not in text


def test_details_of_the_workflow_are_in_the_log_alone(run):
    code = "import logging; logging.getLogger('workflow.som.any').debug('epoch 7')"
    _, terminal, log = run(code)
    assert terminal == ""
    assert "epoch 7" in log


def test_an_error_that_can_be_mended_is_one_sentence_with_the_traceback_in_the_log(run):
    status, terminal, log = run(
        "from workflow.som.files.errors import SomError\n"
        "raise SomError('mirror is empty: fill it.')"
    )
    assert status == 1
    (line,) = terminal.splitlines()
    assert line.endswith("Error: mirror is empty: fill it.")
    assert "Traceback" in log
    assert log.rstrip().endswith("Error: mirror is empty: fill it.")


def test_any_other_error_shows_its_traceback_in_both(run):
    status, terminal, log = run("1 / 0")
    assert status == 1
    for text in (terminal, log):
        assert "Traceback" in text
        assert "ZeroDivisionError" in text


def test_an_older_log_is_continued(run, tmp_path):
    (tmp_path / "a.log").write_text("yesterday\n")
    _, _, log = run("import logging; logging.info('today')")
    assert log.startswith("yesterday\n")
    assert "today" in log


@pytest.fixture
def lines(caplog, monkeypatch):
    """Collect the lines of a bar that writes a line at each update."""
    monkeypatch.setattr(Progress, "seconds_between_lines", 0.0)
    monkeypatch.setattr("sys.stderr.isatty", lambda: False, raising=False)

    def collect(bar, steps):
        with bar:
            for step in steps:
                bar.update(step)
        return list(caplog.messages)

    return collect


def test_progress_is_lines_that_name_share_and_total(lines):
    found = lines(Progress(total=200, desc="tiny", mininterval=0, miniters=1), [50, 50, 100])
    assert any(line.startswith("tiny  100/200  50%") for line in found)
    assert any("200/200" in line for line in found)


def test_progress_without_a_terminal_draws_no_bar(lines, capfd):
    lines(Progress(total=200, mininterval=0, miniters=1), [100, 100])
    assert "\r" not in capfd.readouterr().err


def test_the_line_of_a_training_fits_80_columns_and_says_how_fast_and_how_long():
    """After 90 s, 2.2 of 5.4 million images are done: 24.4 thousand per second, 131 s left."""
    description = "hexagonal_torus 12  epoch 34/90  R 8.74"
    progress = Progress(total=5_400_000, desc=description, unit_scale=True)
    progress.n, progress.start_t = 2_200_000, time.monotonic() - 90
    assert progress.line() == f"{description}  41%  24.4k/s  02:10 left"
    assert len(progress.line()) < 80


DRAW = """
import sys, time
from workflow.som.files.logs import Progress
with Progress(total=3, desc=sys.argv[1], mininterval=0, miniters=1) as bar:
    for _ in range(3):
        time.sleep(0.2)
        bar.update()
print("end", flush=True)
"""


def draw_in_terminal(*names):
    """Return the bytes that parallel processes send to a terminal of 40 columns."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 40, 0, 0))
    started = [
        subprocess.Popen([sys.executable, "-c", DRAW, name], cwd=ROOT, stdout=theirs, stderr=theirs)
        for name in names
    ]
    os.close(theirs)
    sent = b""
    with contextlib.suppress(OSError):  # The terminal raises this after its last process has ended.
        while part := os.read(ours, 4096):
            sent += part
    os.close(ours)
    assert [process.wait() for process in started] == [0] * len(names)
    return sent.decode()


def test_a_live_line_stays_in_its_row_and_is_wiped_at_the_end():
    sent = draw_in_terminal("a name that is much too long for a terminal")
    drawn = [line.rstrip() for line in sent.partition("end")[0].split("\r")]
    assert any(line.startswith("a name that is much") for line in drawn)
    assert max(map(len, drawn)) < 40
    assert drawn[-1] == ""
    assert "\n" not in sent.partition("end")[0]


def test_two_processes_never_draw_at_the_same_time():
    sent = draw_in_terminal("first", "second")
    drawn = [line.split()[0] for line in sent.split("\r") if line.strip() and "/3" in line]
    changes = sum(one != other for one, other in itertools.pairwise(drawn))
    assert changes <= 1, drawn


def test_lines_keep_their_distance_in_time(lines, monkeypatch):
    monkeypatch.setattr(Progress, "seconds_between_lines", 3600.0)
    assert lines(Progress(total=1000, mininterval=0, miniters=1), [1] * 1000) == []


def test_progress_passes_its_items_on(monkeypatch):
    assert list(Progress(["a", "b"], desc="letters")) == ["a", "b"]


def test_a_bar_is_there_before_its_total_is_known():
    """The downloader asks `if progressbar` first and sets the total afterwards."""
    with Progress(desc="file", unit="B") as bar:
        assert bar
        bar.total = 10
        bar.update(10)
        assert bar.n == 10


def test_progress_reaches_log_files_of_the_script(tmp_path, monkeypatch):
    monkeypatch.setattr(Progress, "seconds_between_lines", 0.0)
    handler = logging.FileHandler(tmp_path / "a.log", encoding="utf-8")
    logging.getLogger().addHandler(handler)
    try:
        with Progress(total=10, desc="file", mininterval=0, miniters=1) as bar:
            bar.update(5)
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()
    assert "50%" in (tmp_path / "a.log").read_text("utf-8")


@pytest.mark.parametrize("make", [Path.symlink_to, Path.mkdir, os.mkfifo])
def test_a_log_that_leads_elsewhere_is_refused(tmp_path, make):
    path, elsewhere = tmp_path / "train_som.log", tmp_path / "elsewhere"
    make(path, elsewhere) if make == Path.symlink_to else make(path)
    command = [sys.executable, "-c", START, path]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert f"Error: {path} is a link, a folder or a pipe in the place of a file" in done.stderr
    assert not elsewhere.exists()


def test_a_full_disk_behind_standard_error_stops_nothing(tmp_path):
    path = tmp_path / "job.log"
    code = START + "import logging; logging.getLogger('workflow').info('said'); print('done')"
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", code, path], cwd=ROOT, stdout=subprocess.PIPE, stderr=full
        )
    assert (done.returncode, done.stdout) == (0, b"done\n")
    assert "said" in path.read_text()


@pytest.mark.parametrize(
    "error", ["MemoryError()", 'RuntimeError("can\'t allocate memory: you tried 8 bytes")']
)
def test_too_little_memory_is_one_sentence(tmp_path, error):
    done = subprocess.run(
        [sys.executable, "-c", START + f"raise {error}", tmp_path / "job.log"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert "Error: the memory did not suffice" in done.stderr
    assert "Traceback" not in done.stderr
