"""The workflow used from another folder, and as a module of another workflow."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.project import Project

MODULE = """
module som:
    snakefile: {snakefile!r}
    {options}

use rule * from som as map_of_*

rule all:
    input: rules.map_of_quickstart.input
    default_target: True
"""
LAST = "results/quickstart/seed_0/purity/epoch_002.json"


def snakemake(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "--cores", "2", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def elsewhere(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    return tmp_path / "elsewhere"


def use_as_module(folder: Path, project: Project, options: str) -> None:
    snakefile = str(project.folder / "Snakefile")
    (folder / "Snakefile").write_text(MODULE.format(snakefile=snakefile, options=options))


@pytest.mark.parametrize(
    ("options", "results"),
    [
        ("config: {'experiments': {'quickstart': {'epochs': 2}}}", "results"),
        (
            "config: {'experiments': {'quickstart': {'epochs': 2}}}\n    prefix: 'maps'",
            "maps/results",
        ),
    ],
    ids=["names", "names and paths"],
)
def test_as_a_module_with_a_prefix_and_another_number_of_epochs(
    project, elsewhere, options, results
):
    use_as_module(elsewhere, project, options)
    snakemake(elsewhere)
    run = elsewhere / results / "quickstart" / "seed_0"
    manifest = json.loads((run / "manifest.json").read_text())
    assert manifest["configuration"]["epochs"] == 2
    assert manifest["durations"].keys() >= {"train_som_000_002", "measure_purity_000_002"}
    assert (run / "explorer.html").exists()
    assert "Nothing to be done" in snakemake(elsewhere)
    assert not (project.folder / "results").exists()


def test_as_a_module_with_its_own_configuration(project, elsewhere):
    use_as_module(elsewhere, project, "")
    # This file is another workflow's.
    (elsewhere / "config").mkdir()
    (elsewhere / "config" / "config.yaml").write_text("samples: [a, b]\n")
    planned = snakemake(elsewhere, "--dry-run")
    assert "map_of_train_som_quickstart_004_006" in planned


def test_from_another_folder_results_lie_there(project, elsewhere):
    path = str(project.folder / "Snakefile")
    project.change(epochs=2)
    snakemake(elsewhere, "-s", path, LAST)
    assert (elsewhere / LAST).exists()
    assert not (project.folder / "results").exists()
    assert "Nothing to be done" in snakemake(project.folder, "--directory", str(elsewhere), LAST)


def test_a_configuration_in_the_other_folder_is_merged_over_the_defaults(project, elsewhere):
    (elsewhere / "config").mkdir()
    own = elsewhere / "config" / "config.yaml"
    own.write_text("experiments: {quickstart: {epochs: 2}}\n")
    planned = snakemake(elsewhere, "-s", str(project.folder / "Snakefile"), "quickstart", "-n")
    assert "0-2" in planned
    own.write_text("experiments: {quickstart: {epochz: 2}}\n")
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "-s", str(project.folder / "Snakefile"), "-n"],
        cwd=elsewhere, capture_output=True, text=True,
    )  # fmt: skip
    assert "experiments.quickstart.epochz is an unknown key; did you mean epochs?" in done.stderr
