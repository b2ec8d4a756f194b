"""The rooms of the library: unique names, and imports that only go down."""

import ast
from collections import Counter
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.project import ROOT

SOM = ROOT / "workflow" / "som"
MODULES = sorted(path for path in SOM.rglob("*.py") if path.name != "__init__.py")
# A room imports from rooms with a lower number alone. Data flow upwards in this list.
RANKS = {
    "files": 0,
    "model": 1,
    "provenance": 1,
    "engine": 2,
    "data": 3,  # Images are deformed by the engine's threads.
    "config": 4,  # It knows the names of the data sets.
    "mapping": 5,
    "training": 6,
    "statistics": 7,
    "classifier": 8,
    "tsp": 8,
    "benchmark": 8,
    "figures/drawing": 9,
    "figures": 10,
    "estimator": 11,
}


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


@cache
def imported_by(path: Path) -> frozenset[str]:
    """Return the modules of the library that a module imports, those within functions too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            package = path.relative_to(ROOT).parts[: -node.level] if node.level else ()
            module = ".".join([*package, *filter(None, [node.module])])
            # What is imported from a package is a module, or else from a module.
            found |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
    return frozenset(found & {name_of(module) for module in MODULES})


def room_of(module: str) -> str:
    """Return the room that a module lies in, by the longest name that fits."""
    folder = "/".join(module.split(".")[2:-1])
    fitting = [room for room in RANKS if f"{folder}/".startswith(f"{room}/")]
    assert fitting, f"{module} lies in no room: give its room a rank in {Path(__file__).name}"
    return max(fitting, key=len)


def test_no_two_modules_have_one_name():
    names = Counter(path.name for path in MODULES)
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_go_down(path):
    room = room_of(name_of(path))
    upwards = [
        module
        for module in imported_by(path)
        if room_of(module) != room and RANKS[room_of(module)] >= RANKS[room]
    ]
    assert upwards == []


def test_no_module_imports_itself_by_way_of_others():
    graph = {name_of(path): imported_by(path) for path in MODULES}
    assert any(graph.values())
    TopologicalSorter(graph).prepare()  # Raises CycleError, which names the modules.


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_the_library_imports_itself_by_dots_alone(path):
    """So the same files are `workflow.som` in the workflow and `som` where they are installed."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and not node.level:
            names.append(node.module)
        assert not [name for name in names if name.split(".")[0] in ("workflow", "som", "tests")]
