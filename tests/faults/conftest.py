"""A run that is long enough to be interrupted, and the same run without any fault."""

import pytest

from tests.project import Project

RUN = "results/quickstart/seed_0"


def lengthen(project: Project) -> Project:
    project.change(shape=[12, 12], epochs=12, segment=12, decay=0.85, evaluate_every=12)
    return project


@pytest.fixture
def longer(project):
    """A project whose training takes long enough to be interrupted."""
    return lengthen(project)


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory):
    """The same project after a run without any fault; tests only read it."""
    project = lengthen(Project(tmp_path_factory.mktemp("undisturbed") / "project"))
    project.snakemake(
        f"{RUN}/purity/epoch_012.json",
        f"{RUN}/history.parquet",
        f"{RUN}/figures/activation_maps.png",
    )
    return project
