"""Stability between maps: which test images stay neighbours, and how far maps agree as a whole."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from ..drawing.style import write_title
from .experiment_names import in_words

CHANCE_COLOUR = "#9a9a9a"
MARKERS = "osD^vP"
SPREAD = 0.3  # share of a step that the marks of all experiments take


def draw_stability(figure: Figure, summaries: Sequence[Mapping[str, Any]]) -> None:
    """Draw how often neighbours are neighbours again, and on how many maps pairs are.

    Parameters
    ----------
    figure : Figure
    summaries : sequence of mappings
        As `measure_stability` writes them, one per experiment.
    """
    again, counts = figure.subplots(1, 2)
    _draw_again(again, summaries)
    _draw_counts(counts, summaries)
    handles, labels = again.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2)
    write_title(figure, stability_title(summaries))


def stability_title(summaries: Sequence[Mapping[str, Any]]) -> str:
    """Return how often images one step apart are so again on another map, next to chance."""
    rows = [row for each in summaries for row in each["stability"] if row["radius"] == 1]
    again = [row["again"] for row in rows if row["again"] is not None]
    if not again:
        return "Which test images stay neighbours from map to map"
    low, high = (f"{100 * share:.0f}" for share in (min(again), max(again)))
    shares = f"{low} %" if low == high else f"{low} to {high} %"
    by_chance = f"{100 * max(row['neighbour_share'] for row in rows):.1f} %"
    return (
        f"{shares} of images one step apart on a map are so on another, too; {by_chance} by chance"
    )


def _draw_again(ax: Axes, summaries: Sequence[Mapping[str, Any]]) -> None:
    """Draw the probability of being neighbours again, by the radius that makes neighbours."""
    for number, summary in enumerate(summaries):
        rows = [row for row in summary["stability"] if row["again"] is not None]
        radii = [row["radius"] for row in rows]
        label = f"{in_words(summary['experiment'])} ({len(summary['seeds'])} maps)"
        marker = MARKERS[number % len(MARKERS)]
        # Side by side, so that curves that agree do not hide one another.
        places = np.array(radii) + SPREAD * ((number + 0.5) / len(summaries) - 0.5)
        ax.plot(places, [row["again"] for row in rows], f"{marker}-", label=label, linewidth=0.8)
        chance = [row["neighbour_share"] for row in rows]
        line = ax.plot(radii, chance, "--", color=CHANCE_COLOUR, linewidth=0.9)
    line[0].set_label("by chance")
    ax.set(
        title="neighbours on one map that are\nneighbours on another",
        xlabel="neighbours: at most so many grid steps apart",
        ylabel="share of neighbouring pairs",
        xticks=radii,
    )
    ax.set_ylim(bottom=0)
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))


def _draw_counts(ax: Axes, summaries: Sequence[Mapping[str, Any]]) -> None:
    """Draw on how many maps pairs are neighbours (one step), next to chance."""
    for number, summary in enumerate(summaries):
        row = next(row for row in summary["stability"] if row["radius"] == 1)
        maps = np.arange(row["n_maps"] + 1)
        observed = np.array(row["observed"]) / row["n_pairs"]
        shown = observed > 0
        marker = MARKERS[number % len(MARKERS)]
        places = maps[shown] + SPREAD * ((number + 0.5) / len(summaries) - 0.5)
        ax.plot(places, observed[shown], f"{marker}-", linewidth=0.8)
        expected = np.array(row["expected"]) / row["n_pairs"]
        # Less than one pair in all cannot be seen.
        seen = expected * row["n_pairs"] >= 1
        ax.plot(maps[seen], expected[seen], "--", color=CHANCE_COLOUR, linewidth=0.9)
    ax.set(
        title="maps on which a pair is\nat most one step apart",
        xlabel="number of maps",
        ylabel="share of all pairs (log)",
        yscale="log",
    )
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
