"""The plot of the explorer: its frame, its axes, and the marks of slices and seams."""

from typing import Any

import numpy as np
from bokeh.models.ranges import Range1d
from bokeh.models.tickers import BasicTicker, FixedTicker
from bokeh.plotting import figure as new_plot

from workflow.som.figures.drawing.layout import map_border, map_bounds, map_ticks, slice_labels
from workflow.som.model.lattice import Lattice


def empty_plot(lattice: Lattice, width: int) -> Any:
    """Return a plot for the map of a lattice, `width` pixels wide with the keys to its right."""
    low, high = map_bounds(lattice)
    n_columns, n_rows = high - low
    # The map's own frame is fixed, so that cells stay square whatever stands next to it.
    size = (width - 190) / max(n_columns, n_rows)
    plot = new_plot(
        frame_width=round(size * n_columns),
        frame_height=round(size * n_rows),
        x_range=Range1d(low[0], high[0]),
        y_range=Range1d(high[1], low[1]),
        tools="pan,wheel_zoom,box_zoom,reset,save",
        active_scroll="wheel_zoom",
        active_drag="box_zoom",
    )
    plot.toolbar.logo = None
    plot.grid.visible = False
    _label_axes(plot, lattice)
    return plot


def _label_axes(plot: Any, lattice: Lattice) -> None:
    """Put numbers along rows and columns, of units or of slices; elsewhere hide the axes."""
    ticks = map_ticks(lattice)
    if ticks is None:
        plot.axis.visible = False
    every = BasicTicker(min_interval=1, num_minor_ticks=0)
    for axis, (name, places) in zip((plot.xaxis, plot.yaxis), ticks or (), strict=False):
        axis.axis_label = name
        axis.ticker = every
        if not np.array_equal(places, np.arange(len(places))):
            chosen = range(0, len(places), -(-len(places) // 10))
            axis.ticker = FixedTicker(ticks=places[chosen].tolist())
            axis.major_label_overrides = {float(places[place]): str(place) for place in chosen}


def draw_border(plot: Any, lattice: Lattice) -> None:
    """Name slices, and draw a dashed line around maps whose opposite edges are joined."""
    if labels := slice_labels(lattice):
        x, y, text = map(list, zip(*labels, strict=True))
        plot.text(x=x, y=y, text=text, text_font_size="11px", text_baseline="bottom")
    if lattice.is_wrapped and lattice.has_rows_and_columns:
        for line in map_border(lattice):
            x, y = np.append(line, line[:1], axis=0).T.tolist()
            plot.line(x, y, line_dash="dashed", line_width=2, line_color="#202020")
