"""The hash of code follows what the code does, and nothing else."""

import ast
import os
import re
import shutil

import pytest

from tests.project import ROOT
from workflow.guards import code_hash as code_hash_module

SCRIPT = '''"""Train."""

from workflow.som.rule import step


def main(x):
    """Do it."""
    return step(x)
'''
FILES = {
    "workflow/__init__.py": "",
    "workflow/scripts/train.py": SCRIPT,
    "workflow/som/rule.py": "import numpy\nfrom workflow.som import grid\n\n\ndef step(x):\n"
    "    return grid.size(x)\n",
    "workflow/som/grid.py": "def size(x):\n    return 2 * x\n",
    "workflow/som/other.py": "UNUSED = 1\n",
    "workflow/som/style.txt": "colour: red\n",
}


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A small project in the place of this one."""
    monkeypatch.setattr(code_hash_module, "ROOT", tmp_path)
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    yield tmp_path
    clear()


def clear():
    code_hash_module.code_hash.cache_clear()
    code_hash_module._parse.cache_clear()
    code_hash_module._imported.cache_clear()
    code_hash_module._syntax.cache_clear()


def hash_of(*files):
    """The hash that a new process would find."""
    clear()
    return code_hash_module.code_hash(*files or ("workflow/scripts/train.py",))


def change(project, name, old, new):
    text = (project / name).read_text()
    assert old in text
    (project / name).write_text(text.replace(old, new))


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("workflow/scripts/train.py", "    return", "    # why\n    return"),
        ("workflow/scripts/train.py", "return step(x)", "return step(x)  # how"),
        ("workflow/scripts/train.py", '"""Train."""', '"""Train again,\n\nand again."""'),
        ("workflow/scripts/train.py", '    """Do it."""\n', ""),
        ("workflow/scripts/train.py", "step(x)", "step(\n        x,\n    )"),
        ("workflow/som/grid.py", "2 * x", "(2*x)"),
        ("workflow/som/grid.py", "def size(x):\n", 'def size(x):\n    """Say."""\n'),
        ("workflow/som/other.py", "UNUSED = 1", "UNUSED = 2"),
    ],
)
def test_comments_docstrings_layout_and_other_modules_change_nothing(project, name, old, new):
    before = hash_of()
    change(project, name, old, new)
    assert hash_of() == before


def test_file_times_change_nothing(project):
    before = hash_of()
    os.utime(project / "workflow" / "som" / "grid.py", (0, 0))
    assert hash_of() == before


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("workflow/scripts/train.py", "step(x)", "step(x) + 1"),
        ("workflow/scripts/train.py", "return step(x)", "return 'step'"),
        ("workflow/som/rule.py", "grid.size(x)", "grid.size(-x)"),
        ("workflow/som/grid.py", "2 * x", "3 * x"),
        ("workflow/som/grid.py", "size(x)", "size(x, y=1)"),
        ("workflow/som/rule.py", "import numpy", "import scipy"),
    ],
)
def test_an_edit_of_the_script_or_of_what_it_imports_changes_the_hash(project, name, old, new):
    before = hash_of()
    change(project, name, old, new)
    assert hash_of() != before


@pytest.mark.parametrize(
    "line",
    [
        "import workflow.som.other",
        "import workflow.som.other as o",
        "from workflow.som import other",
        "from workflow.som import grid, other",
        "from workflow.som.other import UNUSED",
        "def f():\n    from workflow.som.other import UNUSED",
        "try:\n    from workflow.som import other\nexcept ImportError:\n    other = None",
    ],
)
def test_every_way_to_import_counts(project, line):
    path = project / "workflow" / "som" / "grid.py"
    path.write_text(f"{line}\n{path.read_text()}")
    before = hash_of()
    change(project, "workflow/som/other.py", "1", "2")
    assert hash_of() != before


def test_modules_that_import_each_other_are_counted_once(project):
    path = project / "workflow" / "som" / "grid.py"
    path.write_text("from workflow.som import rule\n" + path.read_text())
    assert hash_of() == hash_of("workflow/som/grid.py", "workflow/scripts/train.py")


def test_the_order_in_which_files_are_named_changes_nothing(project):
    files = ("workflow/som/other.py", "workflow/som/grid.py")
    assert hash_of(*files) == hash_of(*reversed(files))
    assert hash_of(*files) != hash_of(files[0])


def test_a_renamed_module_is_another_one(project):
    before = hash_of("workflow/som/grid.py")
    (project / "workflow" / "som" / "grid.py").rename(project / "workflow" / "som" / "net.py")
    assert hash_of("workflow/som/net.py") != before


def test_the_folder_of_the_checkout_changes_nothing(project, tmp_path_factory, monkeypatch):
    before = hash_of()
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "clone"
    shutil.copytree(project, elsewhere)
    monkeypatch.setattr(code_hash_module, "ROOT", elsewhere)
    assert hash_of() == before


def test_other_files_count_as_they_are(project):
    before = hash_of("workflow/som/style.txt")
    change(project, "workflow/som/style.txt", "red", "blue")
    assert hash_of("workflow/som/style.txt") != before


@pytest.mark.parametrize(
    ("module", "determines"),
    [
        ("training/epoch", True),
        ("engine/online/rule", True),
        ("engine/online/blocks", True),
        ("engine/online/block_scan", True),
        ("engine/online/eager", True),
        ("model/lattice", True),
        ("model/samples", True),
        ("model/schedule", True),
        ("model/initialisation", True),
        ("model/kernels", True),
        ("engine/online/printed", True),
        ("statistics/purity", False),
        ("model/places", False),
        ("data/downloads", False),
        ("files/logs", False),
        ("mapping/activations", False),
    ],
)
def test_the_codebook_depends_on_the_rule_and_not_on_what_is_measured(
    tmp_path, monkeypatch, module, determines
):
    for path in (ROOT / "workflow").rglob("*.py"):
        copy = tmp_path / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    monkeypatch.setattr(code_hash_module, "ROOT", tmp_path)
    common = (ROOT / "workflow" / "rules" / "common.smk").read_text(encoding="utf-8")
    named = re.search(r"^DETERMINING_MODULES = (\[.*\])$", common, flags=re.MULTILINE)
    files = [f"workflow/som/{name}.py" for name in ast.literal_eval(named[1])]
    before = hash_of(*files)
    path = tmp_path / "workflow" / "som" / f"{module}.py"
    path.write_text(path.read_text(encoding="utf-8") + "\nCHANGED = True\n", encoding="utf-8")
    assert (hash_of(*files) != before) == determines
    clear()
