"""The recorded environment is the one that is installed."""

import platform
import subprocess

import numpy
import pytest
import torch

from workflow.som.provenance import environment


def test_versions_are_those_that_run():
    versions = environment.describe_versions()
    assert versions["numpy"] == numpy.__version__
    assert versions["torch"] == torch.__version__.partition("+")[0]
    assert versions["python"] == platform.python_version()


def test_a_package_that_is_not_installed_is_left_out(monkeypatch):
    monkeypatch.setattr(environment, "PACKAGES", ("numpy", "no-such-package"))
    assert "no-such-package" not in environment.describe_versions()
    assert "numpy" in environment.describe_versions()


def git(folder, *arguments):
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    folder = tmp_path / "checkout"
    (folder / "workflow").mkdir(parents=True)
    git(folder, "init")
    (folder / "workflow" / "file").write_text("1")
    git(folder, "add", ".")
    git(folder, "commit", "--message", "first")
    return folder


def test_the_commit_is_that_of_the_folder_wherever_one_works(checkout, tmp_path, monkeypatch):
    commit = git(checkout, "rev-parse", "HEAD").strip()
    monkeypatch.chdir(tmp_path)
    assert environment.describe_commit(checkout / "workflow") == {"commit": commit}
    (checkout / "workflow" / "file").write_text("2")
    assert environment.describe_commit(checkout) == {"commit": f"{commit}-dirty"}


def test_a_commit_that_is_not_known_is_given_a_reason(checkout, tmp_path, monkeypatch, caplog):
    # Git's own switch, by which its tests act as another owner's.
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    found = environment.describe_commit(checkout)
    assert found["commit"] is None
    assert "dubious ownership" in found["commit_unknown_because"]
    assert "dubious ownership" in caplog.text
    assert "not a git repository" in str(environment.describe_commit(tmp_path))
    monkeypatch.setenv("PATH", "")
    assert "git" in environment.describe_commit(checkout)["commit_unknown_because"]


def test_the_machine_is_named():
    machine = environment.describe_machine()
    assert set(machine) == {"machine", "date"}
    assert "GB" in machine["machine"]
