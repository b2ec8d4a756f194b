"""The lines that the terminal shows for Snakemake's log records."""

import logging

import pytest
from snakemake_interface_logger_plugins.common import LogEvent

from workflow.terminal import step_lines
from workflow.terminal.step_lines import StepLines, is_for_people, plain_error, speak_plainly

LOG = "results/logs/article/seed_0/train_som_000_030.log"
TARGETS = ["all", "quickstart", "article", "worth"]


def record(message="", level=logging.INFO, **fields):
    made = logging.LogRecord("snakemake", level, __file__, 1, message, (), None)
    made.__dict__.update(fields)
    return made


def job(jobid=1, log=(LOG,), rule="train_som_article_000_030", reason="Missing output files: a"):
    fields = {"jobid": jobid, "rule_name": rule, "log": list(log), "reason": reason}
    return record(event=LogEvent.JOB_INFO, **fields)


def finished(jobid=1):
    return record(event=LogEvent.JOB_FINISHED, job_id=jobid)


@pytest.fixture
def lines():
    handler = StepLines(lambda: TARGETS)
    handler.handleError = lambda _: pytest.fail("a record was not understood")
    handler.emit(record(event=LogEvent.RUN_INFO, stats={"a": 11, "b": 1, "total": 12}))
    handler.emit(record(event=LogEvent.JOB_STARTED, jobs=[1]))
    yield handler
    handler.close()


def test_a_step_that_ends_is_one_line_with_its_time(lines, capsys, monkeypatch):
    moments = iter([100.0, 107.25])
    monkeypatch.setattr(step_lines.time, "monotonic", lambda: next(moments))
    lines.emit(job())
    assert capsys.readouterr().err == ""
    lines.emit(finished())
    (line,) = capsys.readouterr().err.splitlines()
    assert line.split("  ")[0] == " 1/12"
    assert "train som 0-30" in line
    assert "article 0" in line
    assert line.endswith("7.2 s")


def test_no_line_is_wider_than_a_terminal(lines, capsys):
    long = (
        "results/logs/a_very_long_experiment_of_mine/seed_12/plot_a_very_long_figure_indeed_001.log"
    )
    lines.emit(job(log=[long]))
    lines.emit(finished())
    assert max(map(len, capsys.readouterr().err.splitlines())) < 80


def test_a_long_step_is_named_before_it_ends(lines, capsys, monkeypatch):
    monkeypatch.setattr(step_lines, "LONG", 0.0)
    lines.emit(job())
    lines._running[1].timer.join()
    assert capsys.readouterr().err.endswith("...\n")


def test_targets_are_silent_and_remembered(lines, capsys):
    lines.emit(job(7, log=[], rule="quickstart"))
    lines.emit(finished(7))
    assert capsys.readouterr().err == ""
    assert lines.built == ["quickstart"]


def test_a_step_that_fails_is_named_and_its_log_remembered(lines, capsys):
    lines.emit(job())
    failed = {"jobid": 1, "log": [LOG], "rule_msg": None}
    lines.emit(record(level=logging.ERROR, event=LogEvent.JOB_ERROR, **failed))
    assert capsys.readouterr().err.endswith("failed\n")
    assert lines.failed == {LOG: ""}
    assert lines.built == []


def test_the_steps_of_a_group_that_fail_are_named(lines, capsys):
    lines.emit(job())
    info = [{"jobid": 1, "log": [LOG]}]
    lines.emit(record(level=logging.ERROR, event=LogEvent.GROUP_ERROR, job_error_info=info))
    assert "failed" in capsys.readouterr().err
    assert list(lines.failed) == [LOG]


def test_a_dry_run_says_why_each_step_would_run(capsys):
    StepLines().emit(job())
    assert capsys.readouterr().err.endswith("missing output files\n")


def test_snakemakes_own_lines_stay_away():
    for message in ("Select jobs to execute...", "Building DAG of jobs...", "", None):
        assert not is_for_people(record(message))
    assert not is_for_people(record("rule a:", event=LogEvent.JOB_INFO))
    assert is_for_people(record("Nothing to be done (all requested files are present)."))
    assert is_for_people(record("Building DAG failed", level=logging.ERROR))


def test_errors_lose_their_place_in_the_code_and_nothing_else():
    message = (
        'WorkflowError in file "/a/common.smk", line 37:\n'
        "config: bogus is an unknown key: remove it.\nSecond line.\n"
        '  File "/a/common.smk", line 37, in <module>'
    )
    assert plain_error(message, TARGETS) == [
        "Error: config: bogus is an unknown key: remove it.",
        "Second line.",
    ]


@pytest.mark.parametrize(
    ("wanted", "answer"),
    [
        ("quikstart", "there is no target quikstart: did you mean quickstart?"),
        ("xyz", "there is no target xyz."),
        ("results/x.png", "there is no rule that makes results/x.png."),
    ],
)
def test_a_mistyped_target_is_answered_with_the_nearest(wanted, answer):
    message = f"MissingRuleException:\nNo rule to produce {wanted} (if you use input functions …)."
    first, second = plain_error(message, TARGETS)
    assert first == f"Error: {answer}"
    assert "--list-target-rules" in second


def test_that_some_step_failed_is_not_said_twice():
    failed = "WorkflowError:\nAt least one job did not complete successfully."
    script = "RuleException:\nCalledProcessError in file a.smk, line 3:\nCommand 'x' returned 1."
    assert plain_error(failed, TARGETS) == plain_error(script, TARGETS) == []


@pytest.mark.parametrize("level", [logging.INFO, logging.DEBUG])
def test_all_is_shown_as_snakemake_words_it_with_verbose(level, tmp_path):
    logger = logging.Logger("snakemake", level)
    terminal, file = logging.StreamHandler(), logging.FileHandler(tmp_path / "a.log")
    logger.addHandler(terminal)
    logger.addHandler(file)
    lines = speak_plainly(logger, list)
    is_plain = level == logging.INFO
    assert (lines in logger.handlers) == bool(terminal.filters) == is_plain
    assert file.filters == []
    file.close()
