"""The page: nothing but itself, the same bytes again, and a script without faults."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.project import ROOT
from workflow.som.figures.explorer.page import SCRIPTS, build_page

FOLDER = ROOT / "workflow/som/figures/explorer"
CONTENTS = {"note": "opposite edges are <joined>", "finding": "in short"}


@pytest.fixture
def page(palette):
    return build_page(
        CONTENTS,
        title="A map <of> digits",
        palette=palette,
        dead_colour="#d9d9d9",
        colour_map="viridis",
    )


def test_it_needs_nothing_else(page):
    assert not re.search(r"\bsrc=|<link|@import|<iframe|https?:", page)
    assert "A map &lt;of&gt; digits" in page
    assert "The map: opposite edges are &lt;joined&gt;." in page


def test_it_holds_contents_colours_and_all_scripts(page, palette):
    (text,) = re.findall(r'<script type="application/json" id="contents">(.*?)</script>', page)
    found = json.loads(text)
    assert found["finding"] == "in short"
    assert found["palette"] == palette
    assert len(found["shades"]) == 256
    written = {path.name.split(".")[1] for path in FOLDER.glob("page.*.js")}
    assert written == set(SCRIPTS)
    assert all((FOLDER / f"page.{name}.js").read_text() in page for name in SCRIPTS)


def test_every_element_that_the_script_looks_for_is_there():
    script = "".join((FOLDER / f"page.{name}.js").read_text() for name in SCRIPTS)
    text = (FOLDER / "page.html").read_text()
    names = set(re.findall(r'(?:byId|getElementById)\("([a-z-]+)"\)', script)) - {"dead"}
    assert len(names) > 20
    assert {name for name in names if f'id="{name}"' not in text} == set()


def test_the_script_has_no_faults(tmp_path):
    """All files are checked as one, as a browser reads them."""
    script = "\n".join((FOLDER / f"page.{name}.js").read_text() for name in SCRIPTS)
    (tmp_path / "page.js").write_text(f'"use strict";\n{script}')
    command = [
        Path(sys.executable).with_name("oxlint"),
        "--config",
        Path(__file__).with_name("oxlint.json"),
    ]
    done = subprocess.run([*command, tmp_path / "page.js"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "on 1 file" in done.stdout
