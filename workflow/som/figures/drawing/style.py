"""What the figures share: the lattice drawn as a map, the digits' colours, and saving."""

import math
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import matplotlib
import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import PathCollection
from matplotlib.colorbar import Colorbar
from matplotlib.colors import same_color, to_hex, to_rgb, to_rgba, to_rgba_array
from matplotlib.figure import Figure, SubFigure
from matplotlib.patches import FancyArrowPatch, Patch, PathPatch
from matplotlib.path import Path as Outline
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike, NDArray

from ...files.atomic import write_atomically
from ...model.lattice import Lattice
from .layout import (
    HOLE,
    is_folded,
    map_border,
    map_bounds,
    map_note,
    map_ticks,
    slice_labels,
    unit_outlines,
)
from .tile_order import is_cut

MOST_PIXELS = 9_000  # of a picture's side: larger ones do not open everywhere
STYLE_SHEET = Path(__file__).with_name("style.mplstyle")
LETTERS = 130  # of text of one point in a line of an inch: fewer than of most sentences
ANY_COLOUR = "#505050"  # of units of any class
UNDEFINED_COLOUR = "#d9d9d9"  # where a number does not exist
EDGE = 0.3  # points, around each cell
THIN_SECTORS = 300  # a ring of more units has cells no wider than a few edges

# From which purity on a unit keeps how much of its digit's colour; the rest is white. A few steps
# can be told apart and explained in a legend, a gradient over ten hues cannot.
PURITY_STEPS = ((1.0, 1.0), (0.75, 0.75), (0.5, 0.55), (0.0, 0.4))
PURITY_NAMES = ("100 %", "75 to 99 %", "50 to 74 %", "below 50 %")


@contextmanager
def house_style() -> Iterator[None]:
    """Apply `style.mplstyle` to the figures made and saved within, and no setting of the user's."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rc_file(STYLE_SHEET, use_default_template=False)
        yield


def new_figure(width: float, height: float, dpi: float) -> Figure:
    """Return an empty figure of `width` × `height` inches that lays itself out."""
    return Figure(figsize=(width, height), dpi=dpi, layout="constrained")


def save_figure(figure: Figure, paths: Iterable[Path | str]) -> None:
    """Write a figure to each of `paths` (format by suffix); equal figures give equal bytes.

    An SVG says in its `title` what the figure shows, and in its `desc` what is drawn, for search
    and for those who hear it.
    """
    nameless = {".svg": {"Date": None, "Creator": None}, ".png": {"Software": None}}
    for path in paths:
        suffix = Path(path).suffix
        with write_atomically(path) as temporary:
            figure.savefig(temporary, metadata=nameless[suffix])
            if suffix == ".svg":
                text = temporary.read_text(encoding="utf-8")
                head, tag, rest = text.partition("<svg ")
                attributes, end, content = rest.partition(">")
                title = f"\n <title>{escape(title_of(figure))}</title>"
                title += f"\n <desc>{escape(description_of(figure))}</desc>"
                text = f'{head}{tag}role="img" {attributes}{end}{title}{content}'
                temporary.write_text(text, encoding="utf-8")


def title_of(figure: Figure) -> str:
    """Return a figure's title, or those of its panels."""
    titles = [figure.get_suptitle(), *map(_panel_title, figure.axes)]
    own = titles[:1] if titles[0] else [title for title in titles if title]
    return " ".join(" · ".join(own).split())


def description_of(figure: Figure) -> str:
    """Return what is drawn, panel by panel: its title, its axes, and its key."""
    panels = []
    for ax in figure.axes:
        names = (("across", ax.get_xlabel()), ("up", ax.get_ylabel()))
        legend = ax.get_legend()
        keys = [text.get_text() for text in legend.get_texts()] if legend else []
        parts = [_panel_title(ax), *(f"{name}: {text}" for name, text in names if text)]
        parts += [f"key: {', '.join(keys)}"] if keys else []
        panels.append(", ".join(filter(None, parts)))
    return " ".join("; ".join(filter(None, panels)).split())


def _panel_title(ax: Axes) -> str:
    return ax.get_title("left") or ax.get_title("center") or ax.get_title("right")


def shortened(name: str, most: int) -> str:
    """Return a name of at most `most` letters, in which Matplotlib sees no formula.

    Examples
    --------
    >>> shortened("Grignolino", 5), shortened("red", 5)
    ('Grig…', 'red')
    """
    name = name if len(name) <= most else f"{name[: most - 1]}…"
    return name.replace("$", r"\$")


def short_number(value: float) -> str:
    """Return a number with three digits or, from 1,000 on, as a whole number.

    Examples
    --------
    >>> short_number(1418000), short_number(-0.01234), short_number(7)
    ('1,418,000', '\N{MINUS SIGN}0.0123', '7')
    """
    text = f"{value:,.0f}" if 1000 <= abs(value) < 1e9 else f"{value:.3g}"
    return text.replace("-", "\N{MINUS SIGN}", 1) if value < 0 else text


def write_title(figure: Figure | SubFigure, text: str, points: float = 9) -> None:
    """Write a title above a figure or a part of it, in as many lines as its width takes."""
    lines = wrapped(text, figure.bbox.width / figure.dpi, points)
    figure.suptitle(lines, x=0.01, ha="left", fontsize=points)


def wrapped(text: str, inches: float, points: float) -> str:
    """Return text of a size in lines of so many inches at most, all of about the same length.

    No line starts with "%", and none is left with a single word that would fit above.

    Examples
    --------
    >>> print(wrapped("one two three four five six seven", 2, 9))
    one two three four
    five six seven
    """
    text, most = text.replace(" %", "\N{NO-BREAK SPACE}%"), int(LETTERS * inches / points)
    n_lines = len(textwrap.wrap(text, most))
    widths = range(-(-len(text) // max(n_lines, 1)), most)
    fewest = (width for width in widths if len(textwrap.wrap(text, width)) == n_lines)
    return textwrap.fill(text, next(fewest, most))


def spaced(values: Sequence[int], room: float) -> list[int]:
    """Return the values of a logarithmic axis that have room for their names, and the last.

    Parameters
    ----------
    values : sequence of int
        From the least to the largest, the ends of the axis.
    room : float
        That a name needs, as a share of the axis.

    Examples
    --------
    >>> spaced([10, 100, 700, 1000], 0.1)
    [10, 100, 1000]
    """
    named = [values[-1]]
    for value in reversed(values[:-1]):
        if math.log(named[-1] / value) > room * math.log(values[-1] / values[0]):
            named.append(value)
    return named[::-1]


def bar_beside(ax: Axes, mappable: ScalarMappable) -> Colorbar:
    """Draw a colour bar right of a map, exactly as high as what is drawn, and return it."""
    assert ax.figure is not None
    bar = ax.figure.colorbar(mappable, cax=ax.inset_axes((1.05, 0, 0.06, 1)))
    draw_as_vectors(bar)
    return bar


@contextmanager
def saved_figure(
    paths: Iterable[Path | str], style: Mapping[str, Any], *, height: float | None = None
) -> Iterator[Figure]:
    """Yield an empty figure in the house style; it is saved once the block ends without an error.

    Parameters
    ----------
    paths : paths
        Where it is saved to, in the format of each suffix.
    style : mapping
        `width`, `height` (both in inches) and `dpi`.
    height : float, optional
        In place of that in `style`, for figures whose height follows from their content. Where that
        would give a PNG of more than `MOST_PIXELS` pixels a side, it has fewer dots per inch.
    """
    with house_style():
        height = style["height"] if height is None else height
        dpi = min(style["dpi"], MOST_PIXELS / max(style["width"], height))
        figure = new_figure(style["width"], height, dpi)
        yield figure
        save_figure(figure, paths)


def draw_lattice_map(
    ax: Axes,
    lattice: Lattice,
    colours: Any,
    *,
    background: str | None = None,
    label_axes: bool = True,
) -> None:
    """Fill the cell of each unit with its colour, row 0 on top.

    Parameters
    ----------
    ax : Axes
    lattice : Lattice
    colours : colours of length n_units
        Names, or an array of shape (n_units, 3 or 4).
    background : colour, optional
        Ground of the map; units of this colour are left out, which saves most of a sparse map.
    label_axes : bool
        Whether rows and columns or slices are numbered, with a note where it helps.
    """
    outlines = unit_outlines(lattice)
    low, high = map_bounds(lattice)
    # One shape per colour, not per unit: a tenth of the size as SVG, and no seams within it.
    rgba = to_rgba_array(colours)
    if background is not None:
        drawn = (rgba != to_rgba(background)).any(axis=1)
        rgba, outlines = rgba[drawn], outlines[drawn]
    distinct, group = np.unique(rgba, axis=0, return_inverse=True)
    shapes = [_one_outline(outlines[group == index]) for index in range(len(distinct))]
    # The thin edge closes the seams that smoothing leaves between cells of different colours.
    edges = [EDGE]
    if lattice.topology == "ring" and lattice.n_units > THIN_SECTORS:
        # It would widen these a few times: it only goes below them or, where others lie, is thin.
        edges = [EDGE, 0] if background is None else [EDGE / 3]
    for width in edges:
        ax.add_collection(
            PathCollection(shapes, facecolors=distinct, edgecolors=distinct, linewidths=width)
        )
    ax.set(xlim=(low[0], high[0]), ylim=(high[1], low[1]), aspect="equal")
    _draw_border(ax, lattice, background)
    if label_axes:
        _label_axes(ax, lattice)
    else:
        ax.set(xticks=[], yticks=[])


def _draw_border(ax: Axes, lattice: Lattice, background: str | None) -> None:
    """Draw the ground and a line around it; a dashed one with arrows where edges are joined."""
    if lattice.topology == "square":
        ax.spines[:].set(visible=True, color="#808080", linewidth=0.5)
        if background is not None:
            ax.set_facecolor(background)
        return
    ax.spines[:].set_visible(False)
    ax.set_facecolor("none")
    # Not closed by code: such paths are simplified where they are saved.
    closed = [Outline(np.append(line, line[:1], axis=0)) for line in map_border(lattice)]
    border = Outline.make_compound_path(*closed)
    if background is not None and not same_color(background, ax.figure.get_facecolor()):
        ax.add_patch(PathPatch(border, facecolor=background, edgecolor="none", zorder=0.5))
    # The rows of a long line are so close that a dark line between them would prevail.
    grey, width = ("#b0b0b0", 0.25) if is_folded(lattice) else ("#808080", 0.5)
    line = PathPatch(border, fill=False, edgecolor=grey, linewidth=width, clip_on=False)
    ax.add_patch(line)
    if lattice.topology == "ring":
        _draw_start(ax, lattice)
    elif lattice.is_wrapped and not (is_folded(lattice) or is_cut(lattice)):
        line.set(linestyle=(0, (4, 2)), linewidth=0.8, edgecolor="#202020")
        _draw_seams(ax, lattice)


def _draw_start(ax: Axes, lattice: Lattice) -> None:
    """Draw an arrow in the hole of a ring from its first unit on."""
    radius = 0.86 * HOLE * map_bounds(lattice)[1].max()
    ends = [(radius * np.sin(angle), -radius * np.cos(angle)) for angle in (0, np.pi / 4)]
    style: dict[str, Any] = {
        "arrowstyle": "-|>",
        "mutation_scale": 5,
        "linewidth": 0.6,
        "color": "#404040",
    }
    ax.add_patch(FancyArrowPatch(*ends, connectionstyle="arc3,rad=-0.2", shrinkA=0, **style))


def _draw_seams(ax: Axes, lattice: Lattice) -> None:
    """Mark the joined edges of a torus: one arrow on either side, two above and below."""
    (left, top), (right, bottom) = map_bounds(lattice)
    middle = np.array([left + right, top + bottom]) / 2
    apart = 0.04 * (right - left)
    style: dict[str, Any] = {
        "color": "#202020",
        "markersize": 3.5,
        "linestyle": "none",
        "clip_on": False,
    }
    ax.plot([left, right], [middle[1]] * 2, marker="^", **style)
    ax.plot(
        [middle[0] - apart / 2, middle[0] + apart / 2] * 2, [top] * 2 + [bottom] * 2, ">", **style
    )


def _label_axes(ax: Axes, lattice: Lattice) -> None:
    """Write numbers of rows and columns, names of slices, and the map's note."""
    names = ["", ""]
    for axis, ticks in enumerate(map_ticks(lattice) or ()):
        locator = MaxNLocator(nbins=5, integer=True, min_n_ticks=1)
        n_places = len(ticks.places)
        chosen = [int(t) for t in locator.tick_values(-0.5, n_places - 0.5) if 0 <= t < n_places]
        (ax.xaxis, ax.yaxis)[axis].set_ticks(ticks.places[chosen], labels=map(str, chosen))
        names[axis] = ticks.name
    if not names[0]:
        ax.set(xticks=[], yticks=[])
        ax.xaxis.labelpad = 5
    ax.set(xlabel=" · ".join(filter(None, (names[0], map_note(lattice)))), ylabel=names[1])
    for x, y, text in slice_labels(lattice):
        ax.annotate(text, (x, y), (0, 1), textcoords="offset points", fontsize=7)


def reaches(middles: ArrayLike, lows: ArrayLike, highs: ArrayLike) -> NDArray[np.float64]:
    """Return how far error bars reach below and above their middles, of shape (2, n) or (2, 1).

    A mean may lie outside its interval: of 100 shares that are 0 but for one, both ends are 0. The
    bar then ends at the mean, as no length is negative.
    """
    lengths = [np.subtract(middles, lows), np.subtract(highs, middles)]
    return np.maximum(0.0, np.reshape(lengths, (2, -1)))


def draw_as_vectors(bar: Colorbar) -> None:
    """Keep a colour bar of many shades from being rasterised, without seams between them."""
    if bar.solids is not None:
        bar.solids.set(rasterized=False, edgecolor="face", linewidth=0.8)


def _one_outline(cells: NDArray[np.float64]) -> Outline:
    """Join cells of shape (n_cells, n_corners, 2) into one shape of as many closed parts."""
    n_cells, n_corners, _ = cells.shape
    vertices = np.concatenate([cells, cells[:, :1]], axis=1).reshape(-1, 2)
    codes = np.full((n_cells, n_corners + 1), Outline.LINETO)
    codes[:, 0], codes[:, -1] = Outline.MOVETO, Outline.CLOSEPOLY
    return Outline(vertices, codes.ravel())


def purity_patches() -> list[Patch]:
    """Return the marks of `PURITY_NAMES` for a key, in grey, as it is about all classes."""
    colour = np.array(to_rgb(ANY_COLOUR))
    return [Patch(facecolor=tuple(1 - strength * (1 - colour))) for _, strength in PURITY_STEPS]


def class_colours(palette: Sequence[str], n_classes: int) -> list[str]:
    """Return a colour per class: those of the palette, or a rainbow where it has too few."""
    if n_classes <= len(palette):
        return list(palette[:n_classes])
    return [to_hex(colour) for colour in colormaps["turbo"](np.linspace(0, 1, n_classes))]


def majority_colours(
    majority_digits: NDArray[np.floating],
    purity: NDArray[np.floating],
    palette: Sequence[str],
    dead_colour: str,
    *,
    fade_by_purity: bool,
) -> NDArray[np.float64]:
    """Return the colour of each unit: that of its majority digit, paler where others light it up.

    Parameters
    ----------
    majority_digits, purity : arrays of shape (n_units,)
        NaN where the unit is dead.
    palette : sequence of colours, one per class
    dead_colour : colour
    fade_by_purity : bool
        Whether to mix with white in the steps of `PURITY_STEPS`.

    Returns
    -------
    array of shape (n_units, 3)

    Examples
    --------
    >>> palette = ["black"] * 10
    >>> digits, purity = np.array([3.0, 3.0, np.nan]), np.array([1.0, 0.8, np.nan])
    >>> majority_colours(digits, purity, palette, "0.5", fade_by_purity=True)[:, 0]
    array([0.  , 0.25, 0.5 ])
    """
    dead = np.isnan(majority_digits)
    colours = to_rgba_array(palette)[:, :3][np.where(dead, 0, majority_digits).astype(int)]
    if fade_by_purity:
        strengths = purity_strengths(np.where(dead, 1.0, purity))[:, None]
        colours = 1 - strengths * (1 - colours)
    colours[dead] = to_rgb(dead_colour)
    return colours


def purity_strengths(purity: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return how much of its digit's colour a unit of each purity keeps."""
    least, strengths = np.transpose(PURITY_STEPS[::-1])
    kept: NDArray[np.float64] = strengths[np.searchsorted(least, purity, side="right") - 1]
    return kept
