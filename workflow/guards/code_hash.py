"""What code a rule depends on, as a hash that comments, layout and file times do not change.

It is the same on Python 3.11 to 3.14, so that an upgrade of Python trains nothing again.
"""

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
# Fields about the way code is written, which change nothing about its effect.
UNIMPORTANT = {"kind", "type_comment", "type_ignores"}
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@cache
def code_hash(*files: str) -> str:
    """Return the hash of Python files (relative to the repository) and all they import from it.

    Other files count as they are. One that lies next to a module and has its name counts with the
    module: `style.mplstyle` with `style.py`.

    Only the syntax tree counts, without docstrings. After a comment, a reformatting, a touch or a
    fresh checkout nothing reruns. After an edit, whatever depends on it reruns, and nothing else.
    """
    seen: set[Path] = set()
    waiting = [ROOT / file for file in files]
    while waiting:
        path = waiting.pop()
        if path not in seen:
            seen.add(path)
            waiting += _imported(path)
    content = hashlib.sha256()
    for path in sorted(seen):
        content.update(f"{path.relative_to(ROOT).as_posix()}\n{_content(path)}\n".encode())
    return content.hexdigest()[:16]


def write_tree(node: Any) -> str:
    """Return a syntax tree as text that every supported version of Python writes alike.

    `ast.dump` would not do: Python 3.13 leaves empty fields out, and newer versions add fields.
    So empty fields are left out here, and the others are sorted by name. One thing cannot be
    helped: Python 3.12 and 3.13 read a backslash in the format of a raw f-string otherwise.

    Examples
    --------
    >>> write_tree(ast.parse("x = 1"))
    "Module(body=[Assign(targets=[Name(ctx=Store(),id='x')],value=Constant(value=1))])"
    """
    if isinstance(node, list):
        return f"[{','.join(write_tree(item) for item in node)}]"
    if not isinstance(node, ast.AST):
        return ascii(node)  # `repr` escapes other characters in each version of Unicode.
    fields = [f"{name}={write_tree(value)}" for name, value in sorted(_filled_fields(node))]
    return f"{type(node).__name__}({','.join(fields)})"


def _filled_fields(node: ast.AST) -> Iterator[tuple[str, Any]]:
    """Yield names and values of a node's fields, but for the empty and the unimportant ones."""
    for name, value in ast.iter_fields(node):
        is_constant = name == "value" and isinstance(node, ast.Constant | ast.MatchSingleton)
        if name == "body" and isinstance(node, DOCUMENTED):
            value = value[1:] if ast.get_docstring(node, clean=False) is not None else value
        # 0 is a flag that is not set.
        if is_constant or (name not in UNIMPORTANT and value is not None and value not in ([], 0)):
            yield name, value


@cache
def _parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@cache
def _imported(path: Path) -> list[Path]:
    """Return the modules of this repository that a file imports, and the packages they lie in.

    With them come the files that have a module's name.
    """
    if path.suffix != ".py":
        return []
    names: list[str] = []
    for node in ast.walk(_parse(path)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = ".".join(filter(None, (_package(path, node.level), node.module)))
            names += [f"{module}.{alias.name}" for alias in node.names]
    own = [name.split(".") for name in names if name.startswith("workflow.")]
    # What is imported from a module is no module; the packages around a module are imported, too.
    paths = {ROOT.joinpath(*parts[:length]) for parts in own for length in range(1, len(parts) + 1)}
    modules = (p / "__init__.py" if p.is_dir() else p.with_suffix(".py") for p in paths)
    namesakes = (p for p in path.parent.glob(f"{path.stem}.*") if p.suffix not in (".py", ".pyc"))
    return [*(module for module in modules if module.exists()), *namesakes]


def _package(path: Path, level: int) -> str:
    """Return the package that the dots of a relative import stand for; "" without dots."""
    return ".".join(path.relative_to(ROOT).parts[:-level]) if level else ""


@cache
def _content(path: Path) -> str:
    return write_tree(_parse(path)) if path.suffix == ".py" else path.read_text(encoding="utf-8")
