"""The map of majority digits as an animation over the epochs."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ..data.classes import DIGITS, PLURALS, noun_for
from ..model.lattice import Lattice
from ..statistics.map_units import MapUnits
from .drawing.animation import INK, N_GREYS, PAPER, write_text
from .drawing.layout import unit_raster
from .drawing.style import class_colours, majority_colours

# The picture's palette: greys for text, then the colours of units.
N_COLOURS = 256  # of a palette
PALE = N_GREYS - 3

MARGIN = 14  # pixels
HEADER = 52
CURVE = 56
# Pixels next to the map for the key, and letters of a name in it.
KEY, LONG_KEY = 66, 112
SHORT_NAME, LONG_NAME = 6, 12
MOST_IN_KEY = 10


class Epoch(NamedTuple):
    """What one frame shows; `learning_rate` and `radius` are None where there is none.

    That is before training, and the batch rule has no learning rate.
    """

    epoch: int
    learning_rate: float | None
    radius: float | None
    majority_digits: NDArray[np.floating]
    purity: NDArray[np.floating]
    single_digit_units: int


def epoch_from(units: MapUnits, history: pd.DataFrame) -> Epoch:
    """Return the data of one frame, from a map's units and the history of the training."""
    rows = history[history["epoch"] == units.epoch]

    def value(column: str) -> float | None:
        return float(rows[column].iloc[0]) if rows[column].notna().any() else None

    return Epoch(
        epoch=units.epoch,
        learning_rate=value("learning_rate"),
        radius=value("radius"),
        majority_digits=units.majority_digits,
        purity=units.purity,
        single_digit_units=units.single_digit_units,
    )


def draw_frames(
    lattice: Lattice,
    epochs: Sequence[Epoch],
    *,
    map_size: int,
    names: Sequence[str] = DIGITS,
    palette: Sequence[str],
    dead_colour: str,
    fade_by_purity: bool,
) -> list[Image.Image]:
    """Draw one frame per epoch: the map, its key, and the single-digit units so far.

    Frames share one palette and differ in few pixels, which keeps the animation small.

    Parameters
    ----------
    lattice : Lattice
    epochs : sequence of Epoch
    map_size : int
        Pixels along the longer side of the map, rounded to whole pixels per unit.
    names : sequence of text
        Of the classes.
    palette : sequence of colours
        One per digit; more classes than it has get other colours.
    dead_colour : colour
    fade_by_purity : bool
        Whether units that several digits light up are paler.
    """
    raster = unit_raster(lattice, map_size)
    palette = class_colours(palette, len(names))
    key = (np.arange(len(palette) + 1.0), np.ones(len(palette) + 1))
    key[0][-1] = np.nan
    parts = [key, *((epoch.majority_digits, epoch.purity) for epoch in epochs)]
    colours = [
        majority_colours(*part, palette, dead_colour, fade_by_purity=fade_by_purity)
        for part in parts
    ]
    every = np.rint(np.concatenate(colours) * 255).astype(np.uint8)
    distinct, indices = np.unique(every, axis=0, return_inverse=True)
    step = 1
    while len(distinct) > N_COLOURS - N_GREYS:  # Of many classes similar colours become one.
        step *= 2
        distinct, indices = np.unique(every // step * step, axis=0, return_inverse=True)
    greys = np.linspace(0, 255, N_GREYS).astype(np.uint8)[:, None].repeat(3, axis=1)
    shades = np.concatenate([greys, distinct]).ravel().tolist()
    bounds = np.cumsum([len(part) for part in colours])
    key_colours, *unit_colours = np.split(N_GREYS + indices.ravel(), bounds[:-1])

    singles = [epoch.single_digit_units for epoch in epochs]
    top = max(*singles, 1)
    background = _draw_background(
        raster.shape, key_colours, names, top, fade_by_purity=fade_by_purity
    )
    if lattice.is_wrapped and lattice.has_rows_and_columns:
        _draw_seams(background, raster.shape)
    frames = []
    for number, (epoch, units) in enumerate(zip(epochs, unit_colours, strict=True)):
        pixels = background.copy()
        inside = pixels[HEADER : HEADER + raster.shape[0], MARGIN : MARGIN + raster.shape[1]]
        inside[raster >= 0] = units[raster[raster >= 0]]
        frame = Image.fromarray(pixels)
        _draw_state(frame, epoch, singles[: number + 1], len(singles), top, noun_for(names))
        frame.putpalette(shades)
        frames.append(frame)
    return frames


def _draw_background(
    map_shape: tuple[int, ...],
    key_colours: NDArray[np.integer],
    names: Sequence[str],
    top: int,
    *,
    fade_by_purity: bool,
) -> NDArray[np.uint8]:
    """Draw the parts common to all frames: the key, and the axes of the curve up to `top`."""
    height, width = map_shape
    # Wide enough for the header even above a map of few columns.
    is_long = max((len(name) for name in names), default=0) > SHORT_NAME
    key, longest = (LONG_KEY, LONG_NAME) if is_long else (KEY, SHORT_NAME)
    size = max(width, 380) + 2 * MARGIN + key, max(height, 270) + HEADER + CURVE + 2 * MARGIN
    frame = Image.new("L", size, PAPER)
    draw = ImageDraw.Draw(frame)
    left = MARGIN + width + 12
    noun = noun_for(names)
    # The dead ones come last, and of many classes the first have room.
    lines = [*zip(key_colours[:-1], names, strict=True)][:MOST_IN_KEY]
    lines.append((key_colours[-1], "dead"))
    for place, (colour, _) in enumerate(lines):
        upper = HEADER + 19 * place
        draw.rectangle((left, upper, left + 13, upper + 13), fill=int(colour))
    bottom = size[1] - MARGIN
    draw.rectangle(_curve_box(size), outline=PALE)
    for place, (_, name) in enumerate(lines):
        write_text(
            frame,
            (left + 20, HEADER + 19 * place - 1),
            name if len(name) <= longest else f"{name[: longest - 1]}…",
            12,
        )
    if fade_by_purity:
        for line, words in enumerate(("paler:", "several", PLURALS[noun])):
            at = left, HEADER + 19 * len(lines) + 8 + 13 * line
            write_text(frame, at, words, 11)
    write_text(frame, (MARGIN, bottom - CURVE - 5), f"single-{noun} units", 11)
    write_text(frame, (_curve_box(size)[2] + 5, bottom - CURVE + 4), f"{top:,}", 11)
    write_text(frame, (_curve_box(size)[2] + 5, bottom - 13), "0", 11)
    return np.array(frame)


def _draw_seams(pixels: NDArray[np.uint8], map_shape: tuple[int, ...]) -> None:
    """Draw dashes around the map of a torus, whose opposite edges are joined."""
    bottom, right = HEADER + map_shape[0] + 2, MARGIN + map_shape[1] + 2
    for start in range(0, max(map_shape), 9):
        x, y = MARGIN + start, HEADER + start
        for edge in (HEADER - 4, bottom):
            pixels[edge : edge + 2, x : min(x + 6, right - 2)] = INK + 4
        for edge in (MARGIN - 4, right):
            pixels[y : min(y + 6, bottom - 2), edge : edge + 2] = INK + 4


def _curve_box(size: tuple[int, int]) -> tuple[int, int, int, int]:
    bottom = size[1] - MARGIN
    return MARGIN, bottom - CURVE + 10, size[0] - MARGIN - KEY + 12, bottom


def _draw_state(
    frame: Image.Image,
    epoch: Epoch,
    singles: Sequence[int],
    n_epochs: int,
    most: int,
    noun: str,
) -> None:
    """Write the frame's numbers, and draw the single-digit units up to it."""
    write_text(frame, (MARGIN, 6), f"Epoch {epoch.epoch}", 17, bold=True)
    state = f"{epoch.single_digit_units:,} single-{noun} units"
    if epoch.radius is not None:
        state = f"R = {epoch.radius:.2f} · {state}"
    if epoch.learning_rate is not None:
        state = f"α = {epoch.learning_rate:.3f} · {state}"
    write_text(frame, (MARGIN, 29), state, 13)
    left, top, right, bottom = _curve_box(frame.size)
    points = [
        (
            left + (right - left) * (number + 0.5) / n_epochs,
            bottom - (bottom - top) * count / most,
        )
        for number, count in enumerate(singles)
    ]
    draw = ImageDraw.Draw(frame)
    if len(points) > 1:
        draw.line(points, fill=INK + 4, width=2)
    x, y = points[-1]
    draw.ellipse((x - 3, y - 3, x + 3, y + 3), fill=INK)
