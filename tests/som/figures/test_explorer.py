import base64
import io
import re

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from workflow.som.figures.explorer import (
    build_page,
    describe_units,
    encode_prototype,
    summary_line,
)


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
    return describe_units(frame, np.linspace(1, 2, 12), codebook, (2, 3))


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


def test_equal_maps_give_equal_pages(lattice, units, palette):
    assert page(lattice, units, palette) == page(lattice, units, palette)
