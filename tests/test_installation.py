"""`pip install .` gives the library as `som`, whole and by itself."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.project import ROOT

USE = """
import sys
import numpy as np
from som import SelfOrganizingMap
X = np.random.default_rng(0).random((40, 3))
for rule in ("batch", "online"):
    som = SelfOrganizingMap((3, 4), rule=rule, epochs=3, random_state=0).fit(X)
    print(som.codebook_.sum())
som.plot().savefig(sys.argv[1])
assert not any(name.split(".")[0] == "workflow" for name in sys.modules)
from som.figures.explorer.page import *
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder into which the library was installed from a clone."""
    clone, target = (tmp_path_factory.mktemp(name) for name in ("clone", "target"))
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "workflow", clone / "workflow", ignore=ignored)
    for name in ("pyproject.toml", "LICENSE", "README.md"):
        shutil.copy(ROOT / name, clone)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", target]
    done = subprocess.run([*command, clone], capture_output=True, text=True)
    if done.returncode and "No matching distribution found for setuptools" in done.stderr:
        pytest.skip("the packages with which pip builds are not to be had here")
    assert done.returncode == 0, done.stderr
    return target


def test_what_is_installed_works_by_itself(installed, tmp_path):
    picture = tmp_path / "map.png"
    sums = []
    for path, package in ((installed, "som"), (ROOT, "workflow.som")):
        code = USE if package == "som" else USE.split("som.plot")[0]
        code = code.replace("from som", f"from {package}")
        done = subprocess.run(
            [sys.executable, "-c", code, picture],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(path)},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        sums.append(done.stdout)
    assert sums[0] == sums[1] != ""
    assert picture.stat().st_size > 1000


def test_all_files_of_the_library_are_installed(installed):
    def files(folder):
        return {
            path.relative_to(folder).as_posix()
            for path in folder.rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }

    assert files(ROOT / "workflow" / "som") - files(installed / "som") <= {"README.md"}
