"""The report holds every figure of a run, each with a caption of its own and the run's numbers."""

import json
import re
import zipfile

import pytest
from jinja2 import Environment

from tests.project import ROOT
from workflow.paths.comparisons import COMPARISONS
from workflow.paths.runs import FIGURES, OF_NO_CLASSES
from workflow.report.labels import NAMES, finding
from workflow.som.files.summaries import read_summary

CAPTIONS = ROOT / "workflow/report"
RUN = "results/quickstart/seed_0"


@pytest.fixture(scope="module")
def report(finished, tmp_path_factory):
    """Return the report's files by name."""
    path = tmp_path_factory.mktemp("report") / "report.zip"
    output = finished.snakemake("quickstart", "--report", str(path))
    assert "Report created" in output
    assert path.stat().st_size < 20e6
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def results_of(report):
    """Return what the report's page says of each result, by path."""
    (page,) = (content.decode() for name, content in report.items() if name.endswith("report.html"))
    start = re.search(r"results ?= ?(?=\{\s*\"results/)", page).end()
    return json.JSONDecoder().raw_decode(page, start)[0]


def test_all_of_a_run_is_there_with_captions_and_numbers(report, finished):
    results = results_of(report)
    figures = {
        f"{RUN}/figures/{name}.{'gif' if 'gif' in kinds else 'png'}"
        for name, kinds in FIGURES.items()
        if name not in OF_NO_CLASSES
    }
    assert results.keys() == figures | {f"{RUN}/explorer.html", f"{RUN}/manifest.json"}
    captions = [entry["caption"] for entry in results.values()]
    assert len(set(captions)) == len(captions) == 12
    for path, entry in results.items():
        assert entry["labels"]["experiment"] == "quickstart"
        assert entry["labels"]["seed"] == "0"
        name = path.rpartition("/")[2].partition(".")[0]
        assert entry["labels"]["figure"] == NAMES[name]
        epoch = 1 if name.endswith("epoch_001") else 6
        summary = read_summary(finished.run / f"purity/epoch_{epoch:03d}.json")
        assert entry["labels"]["finding"] == finding(name, summary)
        assert f"seed 0): {finding(name, summary)}." in entry["caption"]
        assert len(entry["caption"]) > 150


def test_the_explorer_in_it_is_the_run_s(report, finished):
    explorer = (finished.run / "explorer.html").read_bytes()
    assert sum(content == explorer for content in report.values()) == 1


def test_every_figure_has_a_name_and_a_caption():
    written = {path.stem for path in CAPTIONS.glob("*.rst")} - {"workflow", "comparison"}
    assert NAMES.keys() - COMPARISONS.keys() | {"trade_off"} == written
    assert len(set(NAMES.values())) == len(NAMES)
    texts = [path.read_text() for path in CAPTIONS.glob("*.rst")]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("comparison", sorted(COMPARISONS.keys() - {"trade_off"}))
def test_every_comparison_is_explained(comparison):
    template = Environment().from_string((CAPTIONS / "comparison.rst").read_text())
    snakemake = {"wildcards": {"comparison": comparison}}
    assert "Experiments next to each other." not in template.render(snakemake=snakemake)
