"""The lines with which a run ends, from the files that it made."""

import pandas as pd
import pytest

from tests.som.statistics.test_findings import RUNS, SUMMARY
from workflow.som.files.errors import DamagedFileError
from workflow.som.files.summaries import write_summary
from workflow.som.files.tables import write_table
from workflow.terminal.closing_lines import findings_of, keep, of_radius, why


@pytest.fixture
def results(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path / "results"


@pytest.fixture
def article(results, make_experiment):
    experiment = make_experiment(epochs=90)
    for seed in experiment.seeds:
        path = results / f"article/seed_{seed}/purity/epoch_090.json"
        path.parent.mkdir(parents=True)
        write_summary(path, SUMMARY, kind="purity")
    return experiment


def test_an_experiment_ends_with_its_last_epoch_and_what_to_open(article):
    lines = findings_of("article", {"article": article}, {})
    assert len(lines) == 5
    assert "1,973 of 2,500 units" in lines[1]
    assert "results/article" in lines[-1]


def test_damaged_findings_are_not_shown(article, results):
    (results / f"article/seed_{article.seeds[0]}/purity/epoch_090.json").write_text("{}")
    with pytest.raises(DamagedFileError):
        findings_of("article", {"article": article}, {})


def test_a_target_with_two_comparisons_ends_with_both(results):
    results.joinpath("topologies").mkdir(parents=True)
    for name in ("topologies", "kernels"):
        write_table(
            results / f"topologies/{name}.parquet", pd.DataFrame(RUNS), {}, kind="comparison"
        )
    folders = {"topologies": "topologies", "kernels": "topologies", "trade_off": "trade_off"}
    lines = findings_of("topologies", {}, folders)
    assert [line for line in lines if not line.startswith(" ")][1].startswith("kernels:")
    assert sum("open" in line for line in lines) == 2


def test_a_target_without_findings_ends_with_nothing(results):
    assert findings_of("figures", {}, {}) == []


def test_findings_are_kept_among_the_logs(results):
    keep("article", ["a", "b"])
    assert (results / "logs/article/findings.log").read_text() == "a\nb\n"


@pytest.mark.parametrize(
    ("text", "message", "answer"),
    [
        ("Traceback …\nError: it is full: make room.\n\n", "", "Error: it is full: make room."),
        ("Traceback …\nZeroDivisionError: division by zero\n\n", "", "ZeroDivisionError: "),
        ("12:00:00 Epoch 3: fine\n", "", "Error: it ended without a word"),
        ("", "sbatch failed", "Error: sbatch failed"),
        (None, "", "Error: it ended without a word"),
    ],
)
def test_the_last_word_of_a_step_that_failed(tmp_path, text, message, answer):
    log = tmp_path / "a.log"
    if text is not None:
        log.write_text(text)
    assert why(str(log), message).startswith(answer)


@pytest.mark.parametrize(("radius", "said"), [(50.0, True), (12.0, False), (36.0, False)])
def test_a_radius_that_is_far_too_large_is_said(make_experiment, radius, said):
    experiment = make_experiment(topology="square", shape=(12, 10), radius=radius)
    lines = of_radius(experiment)
    assert lines == (["  ! radius 50 is 4 times the usual 12 of this lattice"] if said else [])
