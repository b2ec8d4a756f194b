"""A job publishes nothing once the Snakemake that asked for it has ended."""

import os
import subprocess
import sys

import pytest

from tests.project import ROOT
from workflow.som.files.atomic import write_atomically
from workflow.som.files.errors import SomError
from workflow.som.files.jobs import ASKED_BY, is_orphan, mark_of, recipe_of
from workflow.som.files.summaries import read_summary, write_summary


@pytest.fixture
def snakemake(monkeypatch):
    """A process that stands for the Snakemake that asked for this one's job."""
    with subprocess.Popen(["sleep", "60"]) as process:
        monkeypatch.setenv(ASKED_BY, mark_of(process.pid))
        yield process
        process.kill()


def test_a_mark_is_a_process_and_its_start():
    assert mark_of(os.getpid()) == mark_of(os.getpid())
    with subprocess.Popen(["sleep", "60"]) as other:
        assert mark_of(other.pid).split()[0] == str(other.pid)
        other.kill()
    assert mark_of(other.pid) is None


def test_a_process_that_nobody_has_waited_for_has_ended():
    with subprocess.Popen(["true"]) as ended:
        os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)
        assert mark_of(ended.pid) is None


def test_nobody_waits_once_snakemake_has_ended(snakemake, tmp_path):
    path = tmp_path / "map.json"
    write_summary(path, {"n": 1}, kind="purity")
    snakemake.kill()
    snakemake.wait()
    with pytest.raises(SomError, match="the Snakemake that asked for it has ended"):
        write_summary(path, {"n": 2}, kind="purity")
    assert read_summary(path)["n"] == 1
    with write_atomically(tmp_path / ".resume" / "epoch") as temporary:
        temporary.write_text("kept for the next one")


def test_another_process_of_the_same_number_is_not_that_snakemake(monkeypatch):
    number, start = mark_of(os.getpid()).split()
    monkeypatch.setenv(ASKED_BY, f"{number} {int(start) - 1}")
    assert is_orphan()


def test_without_snakemake_everything_is_written(monkeypatch, tmp_path):
    monkeypatch.delenv(ASKED_BY, raising=False)
    write_summary(tmp_path / "map.json", {"n": 1}, kind="purity")
    assert "recipe" not in read_summary(tmp_path / "map.json")


def test_a_recipe_depends_on_all_settings_but_the_code():
    settings = {"permutations": 20, "run": {"radius": 3.0, "code": "0"}, "code": "1"}
    assert recipe_of(settings) == recipe_of({**settings, "code": "2"})
    assert recipe_of(settings) != recipe_of({**settings, "permutations": 30})
    assert recipe_of(settings) != recipe_of({**settings, "run": {"radius": 3.0, "code": "1"}})


def test_what_a_job_writes_carries_its_recipe(tmp_path):
    code = (
        "from workflow.som.files import logs, summaries\n"
        "logs.start_job('job.log', {'n': 3, 'code': 'x'})\n"
        "summaries.write_summary('a.json', {}, kind='purity')"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, check=True)
    assert read_summary(tmp_path / "a.json")["recipe"] == recipe_of({"n": 3})
