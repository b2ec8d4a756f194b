"""What would stop a run later, with words that help nobody, is said in one sentence before it."""

import resource
from pathlib import Path

import pytest

from tests.project import Project
from workflow.guards.surroundings import LEAST_ADDRESS_SPACE, find_obstacle

PYTHON, FOLDER = "/home/me/.venv/bin/python3.11", Path("/home/me/som")


@pytest.mark.parametrize(
    ("python", "folder", "environment"),
    [
        (PYTHON, FOLDER, {}),
        ("/home/jürgen/über-som_1+2/@v,=:%/python", FOLDER, {}),
        (PYTHON, Path("/home/me/my project (copy)"), {}),
        (PYTHON, FOLDER, {"NUMBA_DISABLE_JIT": "0"}),
        (PYTHON, FOLDER, {"NUMBA_DISABLE_JIT": ""}),
    ],
)
def test_usual_surroundings_are_in_order(python, folder, environment):
    assert find_obstacle(python, folder, environment) is None


@pytest.mark.parametrize(
    ("python", "folder", "environment", "named"),
    [
        ("/home/me/my project/bin/python", FOLDER, {}, "my project/bin/python has a space in"),
        ("/home/me/o'brien/python", FOLDER, {}, "python has ' in its path"),
        ("/home/me/$x/python", FOLDER, {}, "python has $ in its path"),
        ("/home/me/{b}/python", FOLDER, {}, "python has { in its path"),
        (PYTHON, Path("/home/me/{b}/som"), {}, "/home/me/{b}/som has { in its path"),
        (PYTHON, FOLDER, {"NUMBA_DISABLE_JIT": "1"}, "NUMBA_DISABLE_JIT is set"),
    ],
)
def test_an_obstacle_is_named_in_one_sentence(python, folder, environment, named):
    found = find_obstacle(python, folder, environment)
    assert named in found
    assert found.endswith("then run the same command again.")


@pytest.mark.parametrize("missing", [0, 1])
def test_too_little_address_space_is_named(monkeypatch, missing):
    limits = LEAST_ADDRESS_SPACE - missing, resource.RLIM_INFINITY
    monkeypatch.setattr(resource, "getrlimit", lambda which: limits)
    found = find_obstacle(PYTHON, FOLDER, {})
    assert ("ulimit -v allows 6.0 GiB" in found) if missing else found is None


def test_it_is_said_before_any_job(project: Project, monkeypatch):
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    project.snakemake("quickstart", fails=True)
    assert "Error: NUMBA_DISABLE_JIT is set" in project.output.read_text()
    assert not (project.folder / "results").exists()


def test_warnings_as_errors_show_no_traceback(project: Project, monkeypatch):
    monkeypatch.setenv("PYTHONWARNINGS", "error")
    project.snakemake("results/datasets/mnist_5000/test.parquet")
    assert "Traceback" not in project.output.read_text()
