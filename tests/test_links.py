"""The documentation: no link is broken, the README is short, its numbers are those measured."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.project import ROOT

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
REFERENCE = ROOT / "results" / "reference"


def files_of_the_project() -> list[Path]:
    """Return all files that git tracks or does not ignore."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).exists()]


FILES = files_of_the_project()
PAGES = [path for path in FILES if path.suffix == ".md"]
PLACES = {*FILES, *(folder for path in FILES for folder in path.parents)}


def without_code(text: str) -> str:
    return CODE.sub("", text)


def anchors(text: str) -> set[str]:
    """Return the anchors of a page's headings, as code hosts make them."""
    blocks = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    titles = re.findall(r"^#+ (.+)$", blocks, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def broken_links(page: Path, text: str) -> list[str]:
    """Return the relative links of a page that lead to no file, folder or heading."""
    broken = []
    for link in LINK.findall(without_code(text)):
        if link.startswith(("http://", "https://")):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if target not in PLACES or (anchor and anchor not in anchors(target.read_text("utf-8"))):
            broken.append(link)
    return broken


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    assert broken_links(page, page.read_text("utf-8")) == []


def test_a_broken_link_is_found() -> None:
    text = (
        "[a](LICENSE) [b](LICENCE) [two\nlines](config/README.md#top-level) [c](#nowhere) `[d](e)`"
    )
    assert broken_links(ROOT / "README.md", text) == ["LICENCE", "#nowhere"]


def test_every_folder_with_a_page_of_its_own_is_linked_from_the_readme() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    linked = {(ROOT / link.partition("#")[0]).resolve() for link in LINK.findall(text)}
    assert {page for page in PAGES if page != ROOT / "README.md"} <= linked


def test_the_readme_takes_two_minutes() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert len(text.split()) <= 1000
    assert len(text.splitlines()) <= 160


def test_ci_finds_the_test_command() -> None:
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    (extract,) = re.findall(r"^command=\$\((sed .+)\)$", script, flags=re.MULTILINE)
    found = subprocess.run(
        ["bash", "-c", extract], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    assert found.count("\n") == 1
    assert "pip install -r envs/tests.txt && python -m pytest" in found


@pytest.mark.parametrize("page", [ROOT / "README.md", REFERENCE / "README.md"])
def test_numbers_of_the_articles_run_are_those_of_its_summaries(page: Path) -> None:
    text = page.read_text("utf-8")
    first, last = (
        json.loads((REFERENCE / f"purity_epoch_{epoch}.json").read_text("utf-8"))
        for epoch in ("001", "090")
    )
    chance, early = (summary["permuted_single_digit_units"] for summary in (last, first))
    assert (
        f"{last['single_digit_units']:,} ({last['single_digit_share']:.1%}".replace("%", " %")
        in text
    )
    assert (
        f"| {chance['mean']:.0f} (95 % within {chance['low']:.0f} to {chance['high']:.0f}) |"
        in text
    )
    assert f"| {first['single_digit_units']}, of {first['active_units']} active |" in text
    assert f"| {early['mean']:.0f} ({early['low']:.0f} to {early['high']:.0f}) |" in text
    assert f"| {last['dead_units']} |" in text
    assert f"| {last['label_accuracy']:.1%}".replace("%", " %") in text
