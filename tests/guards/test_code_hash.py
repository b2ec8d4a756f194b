"""The hash of code changes with what the code does, and with nothing else."""

import ast
import hashlib
import os
import re
import shutil
from pathlib import Path

import pytest

from tests.project import ROOT
from workflow.guards import code_hash

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
    """A small project that takes the place of this one."""
    monkeypatch.setattr(code_hash, "ROOT", tmp_path)
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    yield tmp_path
    clear()


def clear():
    code_hash.code_hash.cache_clear()
    code_hash._parse.cache_clear()
    code_hash._imported.cache_clear()
    code_hash._content.cache_clear()


def hash_of(*files):
    """Return the hash that a new process would compute."""
    clear()
    return code_hash.code_hash(*files or ("workflow/scripts/train.py",))


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


def test_a_docstring_of_a_coroutine_and_the_way_a_text_is_typed_change_nothing():
    plain = ast.parse("async def f():\n    return 'a' + 'b'")
    typed = ast.parse("async def f():\n    'Say.'\n    return u'a' + \"b\"")
    assert code_hash.write_tree(typed) == code_hash.write_tree(plain)


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


@pytest.mark.parametrize("line", ["from . import grid", "from .grid import size"])
def test_relative_imports_count(project, line):
    change(project, "workflow/som/rule.py", "from workflow.som import grid", line)
    before = hash_of()
    change(project, "workflow/som/grid.py", "2 * x", "3 * x")
    assert hash_of() != before


def test_dots_stand_for_the_packages_above(project):
    (project / "workflow/som/room").mkdir()
    (project / "workflow/som/room/door.py").write_text("from ..grid import size\n")
    change(project, "workflow/som/rule.py", "som import grid", "som.room import door")
    before = hash_of()
    change(project, "workflow/som/grid.py", "2 * x", "3 * x")
    assert hash_of() != before


def test_the_packages_around_a_module_count(project):
    package = project / "workflow" / "som" / "__init__.py"
    package.write_text("")
    before = hash_of()
    package.write_text("import os")
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
    monkeypatch.setattr(code_hash, "ROOT", elsewhere)
    assert hash_of() == before


def every_construct():
    """Return the syntax tree of a module with every construct of Python 3.11."""
    source = Path(__file__).with_name("every_construct.txt").read_text(encoding="utf-8")
    return ast.parse(source)


def test_the_hash_is_the_same_on_every_version_of_python():
    """The value was computed on Python 3.11, 3.12, 3.13, 3.14 and a release candidate of 3.15."""
    text = code_hash.write_tree(every_construct())
    assert hashlib.sha256(text.encode()).hexdigest()[:16] == "73f9a7cd70e1ec77"


def test_the_example_holds_every_construct_of_python_3_11():
    # Some of these classes are for type comments, expressions or interactive code, which no module
    # has. The others are no longer used, or came after Python 3.11.
    absent = {"FunctionType", "Expression", "Interactive", "TypeIgnore", "Suite", "Param", "slice"}
    absent |= {"AugLoad", "AugStore", "Index", "ExtSlice", "Num", "Str", "Bytes", "NameConstant"}
    absent |= {"Ellipsis", "TypeAlias", "TypeVar", "ParamSpec", "TypeVarTuple", "type_param"}
    absent |= {"TemplateStr", "Interpolation"}
    classes = {name for name, found in vars(ast).items() if isinstance(found, type)}
    nodes = {name for name in classes if issubclass(getattr(ast, name), ast.AST)}
    parents = {parent.__name__ for name in nodes for parent in getattr(ast, name).__mro__[1:]}
    used = {type(node).__name__ for node in ast.walk(every_construct())}
    assert nodes - parents - absent <= used


def test_fields_that_a_version_of_python_adds_or_leaves_out_change_nothing():
    """Python 3.12 adds `type_params=[]`, 3.15 `is_lazy=0`; 3.13 may leave out empty fields."""
    expected = code_hash.write_tree(every_construct())
    added, left_out = every_construct(), every_construct()
    for node in ast.walk(added):
        node._fields = (*node._fields, "new_list", "new_value", "new_flag")
        node.new_list, node.new_value, node.new_flag = [], None, 0
    for node in ast.walk(left_out):
        for name, value in list(ast.iter_fields(node)):
            is_constant = isinstance(node, ast.Constant | ast.MatchSingleton)
            if value == [] or (value is None and not is_constant):
                node._fields = tuple(field for field in node._fields if field != name)
                vars(node).pop(name, None)
    assert ast.dump(added) != ast.dump(every_construct()) != ast.dump(left_out)
    assert code_hash.write_tree(added) == expected
    assert code_hash.write_tree(left_out) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = None", "x = 0"),
        ("x = 0", "x = False"),
        ("x = 1", "x = 1.0"),
        ("x = 1", "x = True"),
        ("x = ''", "x = b''"),
        ("x = 0.0", "x = -0.0"),
        ("x = 'a', 'b'", "x = 'a,b'"),
        ("f(a)(b)", "f(a, b)"),
        ("x: int", "(x): int"),
        ("from a import b", "from .a import b"),
        ("{**a, 'b': 1}", "{None: a, 'b': 1}"),
        ("def f(*, a=None, b): pass", "def f(*, a, b=None): pass"),
        ("[x for x in y]", "[x async for x in y]"),
        ("f'{x}'", "f'{x!r}'"),
        ("f'{x}'", "f'{x:}'"),
        ("return_ = x", "return_ == x"),
        ("match x:\n    case None: pass", "match x:\n    case False: pass"),
        ("def f():\n    return", "def f():\n    return None"),
    ],
)
def test_what_means_another_thing_is_written_otherwise(one, other):
    assert code_hash.write_tree(ast.parse(one)) != code_hash.write_tree(ast.parse(other))


def test_other_files_count_as_they_are(project):
    before = hash_of("workflow/som/style.txt")
    change(project, "workflow/som/style.txt", "red", "blue")
    assert hash_of("workflow/som/style.txt") != before


def test_a_file_with_a_modules_name_counts_with_it(project):
    before = hash_of()
    (project / "workflow/som/grid.mplstyle").write_text("colour: red\n")
    with_style = hash_of()
    assert with_style != before
    change(project, "workflow/som/grid.mplstyle", "red", "blue")
    assert hash_of() not in (before, with_style)
    # A change of another module's file does not matter.
    (project / "workflow/som/other.mplstyle").write_text("colour: red\n")
    change(project, "workflow/som/grid.mplstyle", "blue", "red")
    assert hash_of() == with_style


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
    monkeypatch.setattr(code_hash, "ROOT", tmp_path)
    common = (ROOT / "workflow" / "rules" / "common.smk").read_text(encoding="utf-8")
    named = re.search(r"^DETERMINING_MODULES = (\[.*\])$", common, flags=re.MULTILINE)
    files = [f"workflow/som/{name}.py" for name in ast.literal_eval(named[1])]
    before = hash_of(*files)
    path = tmp_path / "workflow" / "som" / f"{module}.py"
    path.write_text(path.read_text(encoding="utf-8") + "\nCHANGED = True\n", encoding="utf-8")
    assert (hash_of(*files) != before) == determines
    clear()
