"""What the share of single-digit units is worth: against the images shown, next to controls."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, MaxNLocator, NullFormatter, PercentFormatter

from ...statistics.findings import WORTH_NAMES
from ..drawing.style import spaced, write_title

# Name and colour of each codebook that is known.
CODEBOOKS = {
    "map": ("the map", "#054b6c"),
    "k_means": ("k-means", "#ac3a54"),
    "random_images": ("random images", "#c67f00"),
    "untrained": ("untrained map", "#707070"),
}
OTHER_COLOUR = "#8b48bc"
GREY = "#404040"
SHARES = {
    "share_of_all": "a  One digit alone lights up … of all {n_units:,} units",
    "share_of_active": "b  … of the units that any image hits",
}
# From publications on MNIST: prototypes, and the share of test images recognised.
PUBLISHED: dict[str, list[tuple[int, float]]] = {
    "k_means": [(256, 0.902), (1000, 0.937), (10_000, 0.959)],
    "random_images": [(1000, 0.886), (5000, 0.935)],
}
# Left of the axis, if need be: it learnt nothing, and with it in view the others lie too close.
UNTRAINED = "untrained"
DASHES = (0, (3, 1.5))
SMALL = 7
ROOM = 0.1  # of a number below the axis, as a share of its length


def draw_worth(figure: Figure, averages: pd.DataFrame, *, n_units: int, dataset: str) -> None:
    """Draw shares of single-digit units against the images shown, and label accuracies below.

    Parameters
    ----------
    figure : Figure
    averages : DataFrame
        As `average_draws` in `som.statistics.worth_averages` returns it.
    n_units : int
    dataset : str
        Of MNIST, accuracies from publications are drawn, too.
    """
    upper, lower = figure.subfigures(2, 1, squeeze=False, height_ratios=[1.75, 1])[:, 0]
    write_title(figure, worth_finding(averages))
    panels = upper.subplots(1, 2, sharey=True)
    for ax, (share, title) in zip(panels, SHARES.items(), strict=True):
        draw_shares(ax, averages, share)
        ax.set_title(title.format(n_units=n_units))
    panels[0].set(ylabel="share", ylim=(0, 1.03))
    panels[0].yaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
    _name_curves(panels[0], averages, "share_of_all")
    _draw_legend(upper)
    published = PUBLISHED if dataset == "mnist" else {}
    title = f"c  Label accuracy of the same {n_units:,} prototypes, with its 95 % interval"
    title += "; grey: published, by number of prototypes" if published else ""
    write_title(lower, title, 8)
    draw_accuracies(lower.subplots(), averages, published)


def worth_finding(averages: pd.DataFrame) -> str:
    """Return the shares of single-digit units on the most test images: map, controls and chance."""
    test = averages[averages["set"] == "test"]
    rows = test[test["n_images"] == test["n_images"].max()].set_index("codebook")
    parts = [
        f"{100 * rows.loc[codebook, 'share_of_all']:.0f} % ({name})"
        for codebook, name in WORTH_NAMES.items()
        if codebook in rows.index
    ]
    if not parts:
        return "No test image was shown"
    text = f"One digit alone lights up {', '.join(parts)} of the units"
    if "map" in rows.index:
        text += f"; on the map by chance {100 * rows.loc['map', 'null_share_of_all_mean']:.0f} %"
    return f"{text} ({int(rows['n_images'].iloc[0]):,} test images)"


def draw_shares(ax: Axes, averages: pd.DataFrame, share: str) -> None:
    """Draw one share against the images shown: test filled, training hollow, chance dashed."""
    for (codebook, name), rows in averages.groupby(["codebook", "set"], sort=False):
        colour = _name_and_colour(str(codebook))[1]
        images = rows["n_images"]
        band: dict[str, Any] = {"color": colour, "alpha": 0.2, "linewidth": 0}
        ax.fill_between(images, rows[f"{share}_low"], rows[f"{share}_high"], **band)
        face = "white" if name == "training" else colour
        ax.plot(images, rows[share], "-o", color=colour, markerfacecolor=face, linewidth=1.1)
        ax.fill_between(images, rows[f"null_{share}_low"], rows[f"null_{share}_high"], **band)
        chance = rows[f"null_{share}_mean"]
        ax.plot(images, chance, color=colour, linewidth=0.9, linestyle=DASHES)
    hits = averages.groupby("n_images")["hits_per_unit"].first()
    ax.set(xscale="log", xlabel="images shown, and images a unit")
    named = spaced(hits.index.tolist(), ROOM)
    ax.set_xticks(named, [f"{_short(int(size))}\n{hits[size]:.2g}" for size in named])
    ax.xaxis.set_minor_locator(FixedLocator(sorted(set(hits.index) - set(named))))
    ax.xaxis.set_minor_formatter(NullFormatter())


def draw_accuracies(
    ax: Axes, averages: pd.DataFrame, published: Mapping[str, list[tuple[int, float]]]
) -> None:
    """Draw the label accuracy of each codebook on the test set, next to published figures."""
    whole = averages[(averages["set"] == "test") & averages["label_accuracy"].notna()]
    trained = whole[whole["codebook"] != UNTRAINED]
    ends = ["label_accuracy_low", "label_accuracy_high"]
    shown = trained[ends].to_numpy().ravel().tolist()
    shown += [found for name in whole["codebook"] for _, found in published.get(name, [])]
    left = max(0.0, math.floor(100 * min(shown, default=0) - 1) / 100)
    right = min(1.0, math.ceil(100 * max(shown, default=1) + 1) / 100)
    for place, codebook in enumerate(whole["codebook"]):
        name, colour = _name_and_colour(codebook)
        share = float(whole["label_accuracy"].iloc[place])
        ax.text(
            -0.01, place, name, transform=ax.get_yaxis_transform(), ha="right", va="center",
            color=colour,
        )  # fmt: skip
        for prototypes, found in published.get(codebook, []):
            ax.plot(found, place, "|", color="#909090", markersize=7)
            ax.annotate(
                f"{prototypes:,}", (found, place), (0, -6), textcoords="offset points",
                ha="center", va="top", fontsize=SMALL, color="#606060",
            )  # fmt: skip
        if share < left:
            ax.text(
                left, place, f" ◂ {100 * share:.1f} %", va="center", fontsize=SMALL, color=colour
            )
            continue
        ax.plot(whole[ends].iloc[place], [place, place], color=colour, linewidth=1.6)
        ax.plot(share, place, "o", color=colour, markersize=4.5)
        ax.annotate(
            f"{100 * share:.1f} %", (share, place), (0, 5), textcoords="offset points", ha="center",
            fontsize=SMALL, color=colour,
        )  # fmt: skip
    ax.set(xlim=(left, right), ylim=(len(whole) - 0.4, -0.7), yticks=[])
    ax.spines["left"].set_visible(False)
    ax.xaxis.set_major_locator(MaxNLocator(steps=[1, 2, 5, 10]))  # Whole percentages.
    ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
    ax.set_xlabel("test images on a unit whose training images show mostly the same digit")


def _draw_legend(figure: SubFigure) -> None:
    fitted = "training images, on which all but the untrained were fitted"
    handles = [
        Line2D([], [], marker="o", color=GREY, label="test images"),
        Line2D([], [], marker="o", color=GREY, markerfacecolor="white", label=fitted),
        Line2D([], [], linestyle=DASHES, color=GREY, label="chance: labels permuted"),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))


def _name_curves(ax: Axes, averages: pd.DataFrame, share: str) -> None:
    """Write the names of the codebooks at the ends of their curves, from below upwards."""
    ends = averages.groupby("codebook").last().sort_values(share)
    height = -np.inf
    for codebook, end in ends.iterrows():
        name, colour = _name_and_colour(str(codebook))
        height = max(end[share], height + 0.055)  # The height of a line of text.
        ax.annotate(
            name, (end["n_images"], height), (5, 0), textcoords="offset points", va="center",
            fontsize=SMALL, color=colour, annotation_clip=False,
        )  # fmt: skip


def _name_and_colour(codebook: str) -> tuple[str, str]:
    return CODEBOOKS.get(codebook, (codebook, OTHER_COLOUR))


def _short(size: int) -> str:
    return f"{size / 1000:g}k" if size >= 1000 else str(size)
