"""What code a rule depends on, as a hash that comments, layout and file times do not change."""

import ast
import hashlib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def code_hash(*files: str) -> str:
    """Return the hash of Python files (relative to the repository) and all they import from it.

    Other files, such as style sheets, count as they are.

    Only the syntax tree counts, without docstrings: a comment, a reformatting, a touch or a fresh
    checkout reruns nothing, an edit reruns what depends on it and nothing else.
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
        content.update(f"{path.relative_to(ROOT).as_posix()}\n{_syntax(path)}\n".encode())
    return content.hexdigest()[:16]


@cache
def _parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@cache
def _imported(path: Path) -> list[Path]:
    if path.suffix != ".py":
        return []
    names: list[str] = []
    for node in ast.walk(_parse(path)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    paths = (ROOT / name.replace(".", "/") for name in names if name.startswith("workflow."))
    modules = (p / "__init__.py" if p.is_dir() else p.with_suffix(".py") for p in paths)
    return [module for module in modules if module.exists()]


@cache
def _syntax(path: Path) -> str:
    if path.suffix != ".py":
        return path.read_text(encoding="utf-8")
    tree = _parse(path)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and body:
            first = body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                node.body = body[1:]
    return ast.dump(tree)
