"""Checkouts of the project for the workflow tests."""

import shutil
from pathlib import Path

import pytest

from tests.workflow.project import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A fresh checkout with nothing made in it."""
    return Project(tmp_path / "project")


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A checkout in which the whole quickstart was made; it is only read."""
    project = Project(tmp_path_factory.mktemp("finished") / "project")
    project.snakemake("quickstart")
    return project


@pytest.fixture
def copy_of_finished(finished: Project, tmp_path: Path) -> Project:
    """A copy of the finished checkout, file times and Snakemake's records included."""
    folder = tmp_path / "project"
    shutil.copytree(finished.folder, folder, symlinks=True)
    project = object.__new__(Project)
    project.folder = folder
    return project
