"""Options that name rules: they reach all rules of a step, and mistyped names are refused."""

import pytest

from tests.project import Project


def told(project: Project, *arguments: str, fails: bool) -> str:
    project.snakemake("quickstart", "--dry-run", *arguments, fails=fails)
    return project.output.read_text()


@pytest.mark.parametrize("option", ["--forcerun", "--until"])
def test_a_step_with_several_rules_is_explained(project, option):
    output = told(project, option, "train_som", fails=True)
    assert "Error: train_som is a step with " in output
    assert "such as train_som_article_000_030: snakemake --list-rules" in output


@pytest.mark.parametrize(
    ("option", "near"),
    [
        (("--set-resources", "trian_som:mem_mb=9000"), "train_som"),
        (("--set-threads", "plot_umatrix=2"), "plot_u_matrix"),
    ],
)
def test_options_for_rules_that_do_not_exist_are_refused(project, option, near):
    output = told(project, *option, fails=True)
    assert f"there is no such rule; did you mean {near}?" in output


def test_resources_and_threads_of_a_step_reach_all_its_rules(project):
    resources = "train_som:mem_mb=9001", "map_activations:mem_mb=9002", "measure_purity:mem_mb=9003"
    output = told(
        project, "--verbose", "--set-threads", "train_som=1", "--set-resources", *resources,
        fails=False,
    )  # fmt: skip
    for amount in (9001, 9002, 9003):
        assert output.count(f"mem_mb={amount},") == 2  # Two segments.
    training = output.split("rule train_som_quickstart_000_003:")[1].split("\n\n")[0]
    assert "threads:" not in training  # Snakemake writes the number where it is not 1.


def test_a_shape_as_people_write_it_gets_advice_that_works(project):
    project.change(shape="10x10")
    output = told(project, fails=True)
    assert "but must be a list of 1 to 8 integers" in output
    assert output.rstrip().endswith("; write [10, 10].")


def test_errors_are_called_so_once(project):
    project.output.touch()
    import subprocess
    import sys

    done = subprocess.run(
        [sys.executable, "-m", "snakemake"], cwd=project.folder, capture_output=True, text=True
    )
    assert done.stderr.rstrip().splitlines()[-1].startswith("Error: cores have to be specified")
