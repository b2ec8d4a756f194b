"""The recorded environment is the one that is installed."""

import platform

import numpy
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


def test_the_machine_is_named():
    machine = environment.describe_machine()
    assert set(machine) == {"machine", "date"}
    assert "GB" in machine["machine"]
