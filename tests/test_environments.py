"""The environment files agree: what the lock pins is what conda would install."""

import re

import yaml

from tests.project import ROOT

ENVS = ROOT / "envs"


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_environment_for_conda_lists_the_packages_of_the_lock():
    """Snakemake copies that file alone, so it cannot refer to another one."""
    lines = (ENVS / "requirements.in").read_text().splitlines()
    wanted = {
        normalised(re.split(r"[=<>\[ ]", line)[0]) for line in lines if line and line[0] != "#"
    }
    lock = (ENVS / "requirements.txt").read_text()
    pinned = {
        normalised(name): version
        for name, version in re.findall(r"^([\w.-]+)==([^ \\\n]+)", lock, re.MULTILINE)
    }
    *_, from_pip = yaml.safe_load((ENVS / "som.yaml").read_text())["dependencies"]
    listed = dict(package.split("==") for package in from_pip["pip"])
    assert {normalised(name): version for name, version in listed.items()} == {
        name: pinned[name] for name in wanted
    }
