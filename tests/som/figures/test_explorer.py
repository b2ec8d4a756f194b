import base64
import io
import json
import re
from html import unescape

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from workflow.som.figures.explorer import build_page, describe_units, encode_prototype, summary_line
from workflow.som.statistics.map_units import MapUnits
from workflow.som.statistics.purity import units_table


@pytest.fixture
def units(lattice, counts, majority_digits, purity):
    row, column = np.unravel_index(np.arange(12), lattice.shape)
    frame = pd.DataFrame(
        {
            "unit": np.arange(12),
            "row": row,
            "column": column,
            "hits": counts.sum(axis=1),
            "majority_digit": pd.array(majority_digits, dtype="Int8"),
            "purity": pd.array(purity, dtype="Float64"),
        }
        | {f"digit_{digit}": counts[:, digit] for digit in range(10)}
    )
    codebook = np.random.default_rng(0).random((12, 6), dtype=np.float32)
    units = MapUnits(frame, lattice, {"image_shape": "[2, 3]"})
    return describe_units(units, np.linspace(1, 2, 12), codebook)


def page(lattice, units, palette):
    return build_page(
        lattice,
        units,
        title="A map <of> digits",
        summary="in short",
        width=600,
        palette=palette,
        dead_colour="#d9d9d9",
        colour_map="viridis",
    )


def test_prototype_survives_its_encoding():
    vector = np.array([0, 1, 0.2, 1.4, -3, 0.6])
    kind, content = encode_prototype(vector, (2, 3)).split(",")
    assert kind == "data:image/png;base64"
    with Image.open(io.BytesIO(base64.b64decode(content))) as image:
        decoded = np.asarray(image.convert("L"))
    assert decoded.tolist() == [[255, 0, 204], [0, 255, 102]]


def test_hovering_tells_digits_by_their_number(units):
    assert units["digits"][1] == "digit 3: 3<br>digit 8: 1"
    assert units["digits"][3] == ""
    assert units["purity_text"].tolist()[:4] == ["100 %", "75 %", "33 %", "none (dead)"]
    assert units["hits_text"].tolist()[3:6] == ["0 hits", "1 hit", "2 hits"]


def test_summary_line(summary):
    line = summary_line(summary)
    assert "10 of 12 units active" in line
    assert "8 recognise a single digit (67 %)" in line


def test_page_is_self_contained(lattice, units, palette):
    html = page(lattice, units, palette)
    tags = re.sub(r"(<script[^>]*>).*?</script>", r"\1", html, flags=re.DOTALL)
    assert not re.search(r"\bsrc=|<link|@import|<iframe|https?:", tags)
    assert all(image in html for image in units["image"])
    assert "A map &lt;of&gt; digits" in html
    for name in ("majority digit", "purity", "hits", "U-matrix"):
        assert name in html


def document(html):
    """Return the page's own description of its plot, as JSON that a browser can read."""
    (text,) = re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', html, re.DOTALL)

    def refuse(constant):
        raise ValueError(constant)

    (content,) = json.loads(unescape(text), parse_constant=refuse).values()
    return content


def parts(value, name):
    """Return all models of a kind in a document, wherever they are."""
    if isinstance(value, list):
        return [found for item in value for found in parts(item, name)]
    if isinstance(value, dict):
        own = [value["attributes"]] if value.get("name") == name and "attributes" in value else []
        return own + parts(list(value.values()), name)
    return []


def test_page_of_any_lattice_holds_each_unit_and_its_place(any_lattice, palette):
    n_units = any_lattice.n_units
    counts = np.random.default_rng(0).poisson(0.2, (n_units, 10))
    u_matrix = np.where(np.arange(n_units) % 5, 1.0, np.nan)
    frame = units_table(counts, any_lattice)
    mapped = MapUnits(frame, any_lattice, {"image_shape": "[2, 3]"})
    described = describe_units(mapped, u_matrix, np.zeros((n_units, 6), np.float32))
    content = document(page(any_lattice, described, palette))
    tables = [dict(table["data"]["entries"]) for table in parts(content, "ColumnDataSource")]
    cells = [table for table in tables if "unit" in table]
    assert sorted(unit for table in cells for unit in table["unit"]) == list(range(n_units))
    assert all(len(table["xs"]) == len(table["unit"]) for table in cells)
    (hover,) = parts(content, "HoverTool")
    axes = parts(content, "LinearAxis")
    if any_lattice.has_rows_and_columns:
        assert "row @row, column @column" in hover["tooltips"]
        assert sorted(axis["axis_label"] for axis in axes) == ["column", "row"]
    else:
        assert "position @position" in hover["tooltips"]
        named = {
            u: p for table in cells for u, p in zip(table["unit"], table["position"], strict=True)
        }
        last = ", ".join(str(length - 1) for length in any_lattice.shape)
        assert named[n_units - 1] == last
    if len(any_lattice.shape) % 2 and len(any_lattice.shape) > 1:
        (texts,) = [table["text"] for table in tables if "text" in table]
        assert texts[0] == "slice 0"
    if any_lattice.topology in ("line", "ring"):
        assert not any(axis["visible"] for axis in axes)


def test_equal_maps_give_equal_pages(lattice, units, palette):
    assert page(lattice, units, palette) == page(lattice, units, palette)
