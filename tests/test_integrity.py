"""What is seen to before any job: locks of the dead, and causes of reruns."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from snakemake.settings.enums import RerunTrigger

from workflow.integrity import use_code_hashes_and_resume

ROOT = Path(__file__).resolve().parents[1]


class Workflow:
    """As Snakemake's own: settings come after the Snakefile is parsed."""

    def __init__(self):
        self.dag_settings = None


def settings_after(triggers):
    workflow = Workflow()
    use_code_hashes_and_resume(workflow)
    workflow.dag_settings = SimpleNamespace(rerun_triggers=triggers, force_incomplete=False)
    return workflow.dag_settings


def test_snakemake_is_told_to_resume_and_to_leave_code_to_the_hashes():
    settings = settings_after(frozenset(RerunTrigger.all()))
    assert settings.force_incomplete
    assert set(settings.rerun_triggers) == set(RerunTrigger.all()) - {RerunTrigger.CODE}


def test_triggers_of_the_users_choice_stay():
    chosen = frozenset({RerunTrigger.MTIME, RerunTrigger.CODE})
    assert settings_after(chosen).rerun_triggers == chosen


def test_a_workflow_without_settings_is_left_alone():
    workflow = Workflow()
    use_code_hashes_and_resume(workflow)
    workflow.dag_settings = None
    assert workflow.dag_settings is None


MAIN_PROCESS = """
import sys
from workflow.integrity import remove_stale_locks
import os
os.chdir(sys.argv[1])
remove_stale_locks()
print("ready", flush=True)
sys.stdin.read()
"""


def main_process(folder):
    process = subprocess.Popen(
        [sys.executable, "-c", MAIN_PROCESS, str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.fixture
def locks(tmp_path):
    folder = tmp_path / ".snakemake" / "locks"
    folder.mkdir(parents=True)
    return folder


def lock(folder):
    for name in ("0.input.lock", "0.output.lock"):
        (folder / name).write_text("results/a\n")


def test_locks_of_a_dead_process_are_removed_and_those_of_a_living_one_stay(tmp_path, locks):
    lock(locks)
    first = main_process(tmp_path)
    try:
        assert list(locks.iterdir()) == []
        lock(locks)  # As the first one does, once its jobs are known.
        main_process(tmp_path).communicate()
        assert len(list(locks.iterdir())) == 2
    finally:
        first.kill()
        first.communicate()
    main_process(tmp_path).communicate()
    assert list(locks.iterdir()) == []


def test_the_locks_of_a_first_run_are_safe_from_a_second_one(tmp_path):
    first = main_process(tmp_path)
    try:
        (tmp_path / ".snakemake" / "locks").mkdir()
        lock(tmp_path / ".snakemake" / "locks")
        # Each later process shares the lock, too, so that none after it is taken in.
        for _ in range(2):
            main_process(tmp_path).communicate()
        assert len(list((tmp_path / ".snakemake" / "locks").iterdir())) == 2
    finally:
        first.kill()
        first.communicate()
