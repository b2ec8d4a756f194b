"""The page: its text, style and script around the contents."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup
from matplotlib import colormaps
from matplotlib.colors import to_hex

from .contents import to_json

# In the order in which a browser reads them.
SCRIPTS = ("data", "map", "pen", "panels", "main")


def build_page(
    contents: Mapping[str, Any],
    *,
    title: str,
    palette: Sequence[str],
    dead_colour: str,
    colour_map: str,
) -> str:
    """Return the page as HTML that needs nothing else; equal contents give equal pages.

    Parameters
    ----------
    contents : mapping
        From `gather`.
    title : str
    palette : sequence of colours, one per class
    dead_colour : colour
        Of units on which no test image landed.
    colour_map : str
        Name of a perceptually uniform colour map for purity, hits and so on.
    """
    shades = [to_hex(colour) for colour in colormaps[colour_map](np.linspace(0, 1, 256))]
    colours = {"palette": list(palette), "dead_colour": dead_colour, "shades": shades}
    note = f"The map: {contents['note']}." if contents["note"] else ""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True
    )
    return environment.from_string(_read("html")).render(
        title=title,
        note=note,
        css=Markup(_read("css")),
        contents=Markup(to_json({**contents, **colours})),
        script=Markup("\n".join(_read(f"{name}.js") for name in SCRIPTS)),
    )


def _read(suffix: str) -> str:
    return Path(__file__).with_suffix(f".{suffix}").read_text(encoding="utf-8")
