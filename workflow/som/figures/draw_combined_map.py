"""All digits on one map, next to the number of different digits that light up a unit."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from ..data.classes import DIGITS, PLURALS, noun_for
from ..model.lattice import Lattice
from ..statistics.findings import single_digit_finding
from .drawing.layout import map_bounds, unit_centres
from .drawing.style import (
    PURITY_NAMES,
    class_colours,
    draw_lattice_map,
    majority_colours,
    purity_patches,
    reaches,
    shortened,
    write_title,
)

MOST_IN_KEY = 12
# Each unit of a small lattice has room for a digit: at most so many units, as many on a side.
SMALL_LATTICE = 150
LONGEST_SIDE = 25
SINGLE_COLOUR = "#054b6c"
# Inches of the histogram's legend (with the number on a bar below it), and of all but the axes.
LEGEND_WIDTH, OTHER_WIDTH = 1.75, 0.6
LEGEND_HEIGHT, OTHER_HEIGHT = 0.86, 0.9
SEVERAL_COLOUR = "#a9bfca"


def labelled_units(
    majority_digits: NDArray[np.floating],
    lattice: Lattice,
    *,
    width: float = 2.0,
    in_each: bool = True,
) -> list[int]:
    """Return the units on which their digit is written, for those who cannot tell the colours.

    On a small lattice these are all living units, if `in_each`. On a larger one each digit has one:
    that with most of the digit's units around it, unless even there others or dead ones are in the
    majority.
    Unlike a mean, it lies inside a cluster even where the digit has several or a bent one.

    Parameters
    ----------
    majority_digits : array of shape (n_units,)
        NaN where the unit is dead.
    lattice : Lattice
    width : float
        Width of the Gaussian that looks at the units around one, in grid steps.

    Examples
    --------
    >>> digits = np.full(200, np.nan)
    >>> digits[50:60], digits[120] = 7, 1
    >>> labelled_units(digits, Lattice("square", (1, 200)))
    [54]
    """
    longest_side = np.ptp(map_bounds(lattice), axis=0).max()
    if in_each and lattice.n_units <= SMALL_LATTICE and longest_side <= LONGEST_SIDE:
        return np.flatnonzero(~np.isnan(majority_digits)).tolist()
    labelled = []
    for digit in np.unique(majority_digits[~np.isnan(majority_digits)]):
        units = np.flatnonzero(majority_digits == digit)
        nearby = np.exp(_squared_distances_from(units, lattice) / (-2 * width**2))
        share = nearby[:, units].sum(axis=1) / nearby.sum(axis=1)
        best = nearby[:, units].sum(axis=1).argmax()
        if share[best] > 0.5:
            labelled.append(int(units[best]))
    return labelled


def _squared_distances_from(units: NDArray[np.integer], lattice: Lattice) -> NDArray[np.float64]:
    """Return the squared distances of some units to all, of shape (n_chosen, n_units)."""
    squares = np.zeros((len(units), lattice.n_units))
    for places, period in zip(lattice.positions.T, lattice.periods, strict=True):
        steps = np.abs(places[units][:, None] - places)
        squares += np.square(np.minimum(steps, period - steps))
    return squares


def draw_combined_map(
    figure: Figure,
    lattice: Lattice,
    majority_digits: NDArray[np.floating],
    purity: NDArray[np.floating],
    summary: Mapping[str, Any],
    *,
    names: Sequence[str] = DIGITS,
    palette: Sequence[str],
    dead_colour: str,
    fade_by_purity: bool,
) -> None:
    """Draw the map of majority digits and, to its right, the histogram of unique digits.

    Parameters
    ----------
    figure : Figure
    lattice : Lattice
    majority_digits, purity : arrays of shape (n_units,)
        NaN where the unit is dead.
    summary : mapping
        As in `purity/epoch_EEE.json`.
    names : sequence of text
        Of the classes.
    palette : sequence of colours
        One per digit; more classes than it has get other colours.
    dead_colour : colour
    fade_by_purity : bool
        Whether units that several digits light up are paler.
    """
    palette = class_colours(palette, len(names))
    # Parts that are laid out for themselves: the key is as high as the figure, whatever the map is.
    parts = figure.subfigures(1, 3, width_ratios=[1.13, 0.36, 1.02], squeeze=False)
    left, key, right = (part.add_subplot() for part in parts[0])
    colours = majority_colours(
        majority_digits, purity, palette, dead_colour, fade_by_purity=fade_by_purity
    )
    draw_lattice_map(left, lattice, colours)
    centres = unit_centres(lattice)
    is_short = noun_for(names) == "digit"
    for unit in labelled_units(majority_digits, lattice, in_each=is_short):
        left.text(
            *(*centres[unit], shortened(names[int(majority_digits[unit])], 12)),
            ha="center",
            va="center_baseline",
            fontsize=10 if is_short else 7,
            fontweight="bold",
            color="white",
            path_effects=[withStroke(linewidth=2, foreground="#202020")],
        )
    _draw_key(key, majority_digits, names, palette, dead_colour, fade_by_purity=fade_by_purity)
    draw_unique_digits(
        right,
        summary["histogram"],
        summary["permuted_single_digit_units"],
        dead_colour,
        noun=noun_for(names),
    )
    write_title(figure, f"After epoch {summary['epoch']}, {single_digit_finding(summary)}")


def _draw_key(
    ax: Axes,
    majority_digits: NDArray[np.floating],
    names: Sequence[str],
    palette: Sequence[str],
    dead_colour: str,
    *,
    fade_by_purity: bool,
) -> None:
    """Explain the map's colours in empty axes, with the number of units of each."""
    ax.set_axis_off()
    units = np.array([(majority_digits == digit).sum() for digit in range(len(palette))])
    # The commonest ones, in their order.
    shown = np.sort(np.argsort(-units, kind="stable")[:MOST_IN_KEY])
    handles = [Patch(color=colour) for colour in (*(palette[one] for one in shown), dead_colour)]
    lines = [f"{shortened(names[one], 14)} · {units[one]:,}" for one in shown]
    lines.append(f"dead · {int(np.isnan(majority_digits).sum()):,}")
    digits = ax.legend(
        handles,
        lines,
        title=f"majority\n{noun_for(names)} · units",
        loc="upper left",
        borderaxespad=0,
        labelspacing=0.3,
        alignment="left",
    )
    if fade_by_purity:
        ax.add_artist(digits)
        ax.legend(
            purity_patches(),
            PURITY_NAMES,
            title="purity of\nthe unit",
            loc="lower left",
            borderaxespad=0,
            labelspacing=0.3,
            alignment="left",
        )


def draw_unique_digits(
    ax: Axes,
    histogram: Sequence[int],
    permuted: Mapping[str, float],
    dead_colour: str,
    *,
    noun: str = "digit",
) -> None:
    """Draw how many units are lit up by 0, 1, … 10 different digits, next to chance for 1.

    Parameters
    ----------
    ax : Axes
    histogram : sequence of 11 counts
        Of n + 1 for n classes.
    permuted : mapping with `mean`, `low` and `high`
        Single-digit units when labels are permuted at fixed hits.
    dead_colour : colour
    noun : str
        What a class is called.
    """
    # Up to ten classes are always there, of more those that occur; and none, one and several.
    last = max(10, *np.flatnonzero(histogram))
    histogram = [*histogram, 0][:3] if len(histogram) < 3 else histogram[: last + 1]
    colours = [dead_colour, SINGLE_COLOUR] + [SEVERAL_COLOUR] * (len(histogram) - 2)
    bars = ax.bar(range(len(histogram)), histogram, width=0.8, color=colours)
    n_units = sum(histogram)
    ax.bar_label(bars, [f"{count:,}" for count in histogram], fontsize=7, padding=1.5)
    null = ax.errorbar(
        1,
        permuted["mean"],
        reaches(permuted["mean"], permuted["low"], permuted["high"]),
        fmt="D",
        color="#eed14d",
        markeredgecolor="#202020",
        markeredgewidth=0.6,
        ecolor="#202020",
        elinewidth=1,
        capsize=3,
        markersize=4.5,
        clip_on=False,
    )
    for line in (*null.lines[1], *null.lines[2]):
        line.set_path_effects([withStroke(linewidth=2.4, foreground="white")])  # On a dark bar.
    ax.legend(
        [bars[1], bars[2], bars[0], null],
        [
            f"one {noun} · {histogram[1] / n_units:.0%} of all units".replace("%", " %"),
            f"several {PLURALS[noun]}",
            f"dead · {histogram[0] / n_units:.0%}".replace("%", " %"),
            f"one {noun}, labels permuted:\n{permuted['mean']:,.0f} "
            f"(95 % within {permuted['low']:,.0f} to {permuted['high']:,.0f})",
        ],
        loc="upper right",
        borderaxespad=0,
        labelspacing=0.4,
    )
    last_place = max(len(histogram), 8) - 0.4
    # The legend covers the upper part of some bars: from three digits on, of more where it is
    # narrow.
    assert ax.figure is not None
    inches = ax.figure.bbox.width / ax.figure.dpi - OTHER_WIDTH
    free = (1 - LEGEND_WIDTH / inches) * (last_place + 0.8) - 0.8
    height = ax.figure.bbox.height / ax.figure.dpi - OTHER_HEIGHT
    higher = 1 / (1 - LEGEND_HEIGHT / height)
    covered = histogram[max(0, min(3, int(free))) :]
    ax.set(
        xlabel=f"unique {PLURALS[noun]} that light up a unit",
        ylabel="units",
        xticks=range(0, len(histogram), 1 + len(histogram) // 20),
        xlim=(-0.8, last_place),
        ylim=(
            0,
            max(1.12 * max(*histogram, permuted["high"], 1), higher * max(covered, default=0)),
        ),
    )
    ax.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10], integer=True))
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
