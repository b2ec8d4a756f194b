"""What is wrong with the texts of a figure: too small, cut off, or one upon another."""

import itertools

from matplotlib.axes import Axes
from matplotlib.text import Text

SMALLEST = 7  # points
TOUCHING = 1  # pixels


def text_faults(figure):
    """Lay a figure out; return a sentence for each text that cannot be read."""
    figure.draw_without_rendering()
    undrawn = set(itertools.chain.from_iterable(map(_undrawn, figure.findobj(Axes))))
    boxes = [
        (text.get_text(), text.get_window_extent())
        for text in figure.findobj(Text)
        if text.get_visible() and text.get_text().strip() and text not in undrawn
    ]
    sizes = {text.get_text(): text.get_fontsize() for text in figure.findobj(Text)}
    faults = [f"small: {text!r}" for text, _ in boxes if sizes[text] < SMALLEST]
    width, height = figure.bbox.size
    for text, box in boxes:
        if min(box.x0, box.y0, width - box.x1, height - box.y1) < -TOUCHING:
            faults.append(f"cut off: {text!r} at {box.extents.round()} of {width:g} × {height:g}")
    for (text, box), (other, its) in itertools.combinations(boxes, 2):
        across = min(box.x1, its.x1) - max(box.x0, its.x0)
        upright = min(box.y1, its.y1) - max(box.y0, its.y0)
        if min(across, upright) > TOUCHING:
            faults.append(f"one upon another: {text!r} and {other!r}")
    return faults


def _undrawn(ax):
    """Yield the texts that belong to the axes and are not drawn."""
    for axis in (ax.xaxis, ax.yaxis):
        low, high = sorted(axis.get_view_interval())
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
            if not (ax.axison and low <= tick.get_loc() <= high):
                yield from (tick.label1, tick.label2)
        if not ax.axison:
            yield from (axis.label, axis.offsetText)
