"""The map as one web page without any network: hover a unit to see its prototype and hits."""

import base64
import io
import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
import pandas as pd
from bokeh.embed import file_html
from bokeh.layouts import column
from bokeh.models.annotations import ColorBar, Legend, LegendItem
from bokeh.models.callbacks import CustomJS
from bokeh.models.mappers import LinearColorMapper, LogColorMapper
from bokeh.models.sources import ColumnDataSource
from bokeh.models.tools import HoverTool
from bokeh.models.widgets import Div, RadioButtonGroup
from bokeh.resources import INLINE
from matplotlib import colormaps
from matplotlib.colors import to_hex
from numpy.typing import NDArray
from PIL import Image

from workflow.som.figures.drawing.layout import map_note, unit_outlines
from workflow.som.figures.explorer_plot import draw_border, empty_plot
from workflow.som.model.lattice import Lattice
from workflow.som.statistics.map_units import MapUnits

TOOLTIP = """
<div style="display: flex; gap: 10px; font: 12px/1.45 system-ui, sans-serif; padding: 2px">
  <img src="@image" width="84" height="84"
       style="image-rendering: pixelated; border: 1px solid #bbb" alt="prototype">
  <div>
    <b>unit @unit</b> · {place}<br>
    @hits_text · purity @purity_text<br>
    @digits{safe}
  </div>
</div>
"""

# Columns that cells can be coloured by, besides the digit.
VIEWS = {
    "purity": ("purity", LinearColorMapper),
    "hits": ("hits", LogColorMapper),
    "u_matrix": ("U-matrix", LinearColorMapper),
}

# Chooses the meaning of the cells' colours: the digit's own colour, or a column through its mapper.
RECOLOUR = """
const view = views[this.active]
for (const cells of renderers) {
    cells.glyph.fill_color = view.field === null
        ? {value: cells.tags[0]}
        : {field: view.field, transform: view.mapper}
}
for (const other of views) {
    if (other.bar !== null) { other.bar.visible = other === view }
}
"""


# Bokeh names a document by a random UUID and its parts by a counter of the process.
IDENTIFIER = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|(?<=\")p[0-9]{4,}(?=\")")


def encode_prototype(
    vector: NDArray[np.floating], image_shape: tuple[int, int], n_greys: int = 16
) -> str:
    """Return a weight vector as a small picture, dark on white, in the form of a `data:` address.

    Values beyond [0, 1] are drawn as the nearest of these.
    """
    levels = np.rint((1 - np.clip(vector, 0, 1)) * (n_greys - 1)).astype(np.uint8)
    image = Image.fromarray(levels.reshape(image_shape))
    image.putpalette(np.linspace(0, 255, n_greys).astype(np.uint8).repeat(3).tolist())
    content = io.BytesIO()
    image.save(content, "PNG", bits=4, optimize=True)
    return "data:image/png;base64," + base64.b64encode(content.getvalue()).decode()


def describe_units(
    units: MapUnits, u_matrix: NDArray[np.floating], codebook: NDArray[np.floating]
) -> pd.DataFrame:
    """Return, one row per unit, the content of its hover window.

    Parameters
    ----------
    units : MapUnits
    u_matrix : array of shape (n_units,)
    codebook : array of shape (n_units, n_features)
    """
    frame, purity = units.frame, units.purity
    digits = [
        "<br>".join(
            f"digit {digit}: {row[digit]:,}"
            for digit in np.argsort(-row, kind="stable")
            if row[digit]
        )
        for row in units.counts
    ]
    return pd.DataFrame(
        {
            "unit": frame["unit"],
            **_places(frame),
            "hits": frame["hits"],
            "hits_text": [f"{hits:,} {'hit' if hits == 1 else 'hits'}" for hits in frame["hits"]],
            "majority_digit": units.majority_digits,
            "purity": purity,
            "purity_text": [
                "none (dead)" if np.isnan(p) else f"{p:.0%}".replace("%", " %") for p in purity
            ],
            "digits": digits,
            "u_matrix": u_matrix.round(4),
            "image": [encode_prototype(vector, units.image_shape) for vector in codebook],
        }
    )


def _places(units: pd.DataFrame) -> dict[str, Any]:
    """Return the row and the column of each unit or, on a lattice without, its position."""
    if "position" not in units:
        return {"row": units["row"], "column": units["column"]}
    return {"position": [", ".join(f"{p:g}" for p in place) for place in units["position"]]}


def summary_line(summary: Mapping[str, Any]) -> str:
    """Return the heading's second line."""
    return (
        f"Epoch {summary['epoch']} · {summary['active_units']:,} of {summary['n_units']:,} units "
        f"active · {summary['single_digit_units']:,} recognise a single digit "
        f"({summary['single_digit_share']:.0%}) · label accuracy {summary['label_accuracy']:.1%} · "
        f"{summary['n_samples']:,} test samples"
    ).replace("%", " %")


def build_page(
    lattice: Lattice,
    units: pd.DataFrame,
    *,
    title: str,
    summary: str,
    width: int,
    palette: Sequence[str],
    dead_colour: str,
    colour_map: str,
) -> str:
    """Return the page as HTML that needs nothing else; equal maps give equal pages.

    Parameters
    ----------
    lattice : Lattice
    units : DataFrame
        From `describe_units`.
    title, summary : str
        Above the map.
    width : int
        Pixels.
    palette : sequence of colours, one per digit
    dead_colour : colour
    colour_map : str
        Name of a perceptually uniform colour map for purity, hits and the U-matrix.
    """
    plot = empty_plot(lattice, width)
    renderers, items = [], []
    outlines = unit_outlines(lattice)
    for digit, colour in enumerate([*palette, dead_colour]):
        is_dead = digit == len(palette)
        digits = units["majority_digit"]
        chosen = (digits.isna() if is_dead else digits == digit).to_numpy()
        cells = _draw_cells(plot, units[chosen], outlines[chosen], to_hex(colour))
        renderers.append(cells)
        name = "dead" if is_dead else str(digit)
        items.append(LegendItem(label=f"{name} · {chosen.sum():,}", renderers=[cells]))
    key = Legend(
        items=items, title="majority digit · units", click_policy="mute", spacing=2, margin=0
    )
    plot.add_layout(key, "right")
    place = "row @row, column @column" if lattice.has_rows_and_columns else "position @position"
    tooltip = TOOLTIP.replace("{place}", place)
    plot.add_tools(HoverTool(renderers=renderers, tooltips=tooltip, point_policy="follow_mouse"))
    draw_border(plot, lattice)

    shades = [to_hex(colour) for colour in colormaps[colour_map](np.linspace(0, 1, 256))]
    views: list[dict[str, Any]] = [{"name": "majority digit", "field": None, "bar": key}]
    for field, (name, kind) in VIEWS.items():
        values = units[field].to_numpy(float)
        limits = _limits(values, logarithmic=kind is LogColorMapper)
        mapper = kind(palette=shades, low=limits[0], high=limits[1], nan_color=to_hex(dead_colour))
        if kind is LogColorMapper:
            mapper.low_color = to_hex(dead_colour)
        bar = ColorBar(color_mapper=mapper, title=name, visible=False, width=14)
        plot.add_layout(bar, "right")
        views.append({"name": name, "field": field, "mapper": mapper, "bar": bar})

    choice = RadioButtonGroup(labels=[view["name"] for view in views], active=0)
    choice.js_on_change(
        "active", CustomJS(args={"renderers": renderers, "views": views}, code=RECOLOUR)
    )
    heading = Div(text=f"<h2 style='margin: 0'>{escape(title)}</h2>{escape(summary)}", width=width)
    help_text = (
        "Hover a unit to see its prototype and the digits that light it up. "
        "Click a digit in the key to fade its units; scroll to zoom."
    )
    if reading := map_note(lattice):
        help_text += f" The map: {reading}."
    note = Div(text=help_text, width=width)
    page = file_html(column(heading, choice, plot, note), INLINE, title)
    return "\n".join(line.rstrip() for line in _with_fixed_names(page).splitlines()) + "\n"


def _draw_cells(plot: Any, units: pd.DataFrame, outlines: NDArray[np.float64], colour: str) -> Any:
    """Draw the units of one digit, or the dead ones; with the content of hover windows."""
    columns: dict[str, Any] = {
        name: units[name].tolist() for name in units.columns.drop("majority_digit")
    }
    corners = {"xs": outlines[:, :, 0].tolist(), "ys": outlines[:, :, 1].tolist()}
    return plot.patches(
        "xs",
        "ys",
        source=ColumnDataSource(columns | corners),
        fill_color=colour,
        line_color="white",
        line_width=0.3,
        muted_alpha=0.15,
        hover_line_color="black",
        hover_line_width=2,
        tags=[colour],
    )


def _limits(values: NDArray[np.floating], *, logarithmic: bool) -> tuple[float, float]:
    """Return the ends of a colour bar, apart even where all values are equal or none is defined."""
    defined = values[np.isfinite(values)]
    if logarithmic:
        return 1.0, max(2.0, float(defined.max(initial=1)))
    if len(defined) == 0 or defined.min() == defined.max():
        return 0.0, max(1.0, float(defined.max(initial=1)))
    return float(defined.min()), float(defined.max())


def _with_fixed_names(page: str) -> str:
    """Replace bokeh's random and counted identifiers by their order in the page."""
    names: dict[str, str] = {}

    def rename(match: re.Match[str]) -> str:
        return names.setdefault(match[0], f"som-{len(names)}")

    return IDENTIFIER.sub(rename, page)
