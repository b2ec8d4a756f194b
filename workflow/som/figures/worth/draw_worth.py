"""What the share of single-digit units is worth: against the images shown, beside controls."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, NullLocator, PercentFormatter

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
    "share_of_all": "a  … of all {n_units:,} units",
    "share_of_active": "b  … of the units that any image hits",
}
# From publications on MNIST: prototypes, and the share of test images recognised.
PUBLISHED: dict[str, list[tuple[int, float]]] = {
    "k_means": [(256, 0.902), (1000, 0.937), (10_000, 0.959)],
    "random_images": [(1000, 0.886), (5000, 0.935)],
}
# Left of the axis, if need be: what learnt nothing would squeeze all the others.
UNTRAINED = "untrained"
DASHES = (0, (3, 1.5))
# Columns that are averaged over the draws.
MEASURED = [
    *("active_units", "single_digit_units", "share_of_all", "share_of_active"),
    *("null_mean", "null_low", "null_high"),
]
# The central 95 % of a normal distribution reach as many standard deviations to each side.
DEVIATIONS = 1.959964
SMALL = 7


def draw_worth(figure: Figure, worth: pd.DataFrame, *, n_units: int, dataset: str) -> None:
    """Draw shares of single-digit units against the images shown, and label accuracies below.

    Parameters
    ----------
    figure : Figure
    worth : DataFrame
        As in `worth.parquet`: rows of `measure_worth` in `workflow.som.statistics.worth`.
    n_units : int
    dataset : str
        Of MNIST, accuracies from publications are drawn, too.
    """
    averages = average_draws(worth)
    upper, lower = figure.subfigures(2, 1, squeeze=False, height_ratios=[1.75, 1])[:, 0]
    upper.suptitle("Units that one digit alone lights up …", x=0.01, ha="left", fontsize=8)
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
    lower.suptitle(title, x=0.01, ha="left", fontsize=8)
    draw_accuracies(lower.subplots(), averages, published)


def draw_shares(ax: Axes, averages: pd.DataFrame, share: str) -> None:
    """Draw one share against the images shown: test filled, training hollow, chance dashed."""
    for (codebook, name), rows in averages.groupby(["codebook", "set"], sort=False):
        colour = _name_and_colour(str(codebook))[1]
        images = rows["n_images"]
        band: dict[str, Any] = {"color": colour, "alpha": 0.2, "linewidth": 0}
        ax.fill_between(images, rows[f"{share}_low"], rows[f"{share}_high"], **band)
        face = "white" if name == "training" else colour
        ax.plot(images, rows[share], "-o", color=colour, markerfacecolor=face, linewidth=1.1)
        units = rows["single_digit_units"] / rows[share]  # All of them, or the active ones.
        ax.fill_between(images, rows["null_low"] / units, rows["null_high"] / units, **band)
        ax.plot(images, rows["null_mean"] / units, color=colour, linewidth=0.9, linestyle=DASHES)
    hits = averages.groupby("n_images")["hits_per_unit"].first()
    ax.set(xscale="log", xlabel="images shown, and images a unit")
    ax.set_xticks(hits.index, [f"{_short(int(size))}\n{hits[size]:.2g}" for size in hits.index])
    ax.xaxis.set_minor_locator(NullLocator())


def draw_accuracies(
    ax: Axes, averages: pd.DataFrame, published: Mapping[str, list[tuple[int, float]]]
) -> None:
    """Draw the label accuracy of each codebook on the test set, beside published figures."""
    whole = averages[(averages["set"] == "test") & averages["label_accuracy"].notna()]
    trained = whole[whole["codebook"] != UNTRAINED]
    intervals = map(wilson_interval, trained["label_accuracy"], trained["n_images"])
    shown = [bound for interval in intervals for bound in interval]
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
        low, high = wilson_interval(share, int(whole["n_images"].iloc[place]))
        ax.plot([low, high], [place, place], color=colour, linewidth=1.6)
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


def average_draws(worth: pd.DataFrame) -> pd.DataFrame:
    """Return one row a codebook, set and number of images: means, and how far the draws spread.

    Beside the mean of each measured column stand the central 95 % of the draws of the two shares:
    `share_of_all_low`, `…_high`, `share_of_active_low`, `…_high`. Draws are parts of one set, so
    this spread is not that of new images.
    """
    keys = ["codebook", "set", "n_images", "hits_per_unit"]
    groups = worth.groupby(keys, sort=False)
    means = groups[MEASURED].mean()
    for share in ("share_of_all", "share_of_active"):
        means[f"{share}_low"] = groups[share].quantile(0.025)
        means[f"{share}_high"] = groups[share].quantile(0.975)
    return means.join(groups["label_accuracy"].first()).reset_index()


def wilson_interval(share: float, n_samples: int) -> tuple[float, float]:
    """Return the 95 % interval of a share of independent samples (Wilson 1927).

    Examples
    --------
    >>> low, high = wilson_interval(0.94, 10_000)
    >>> round(low, 4), round(high, 4)
    (0.9352, 0.9445)
    """
    spread = DEVIATIONS**2 / n_samples
    middle = (share + spread / 2) / (1 + spread)
    half = np.sqrt(spread * (share * (1 - share) + spread / 4)) / (1 + spread)
    return float(middle - half), float(middle + half)


def _draw_legend(figure: SubFigure) -> None:
    fitted = "training images, on which all but the untrained were fitted"
    handles = [
        Line2D([], [], marker="o", color=GREY, label="test images"),
        Line2D([], [], marker="o", color=GREY, markerfacecolor="white", label=fitted),
        Line2D([], [], linestyle=DASHES, color=GREY, label="chance: labels permuted"),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))


def _name_curves(ax: Axes, averages: pd.DataFrame, share: str) -> None:
    """Write the names of the codebooks beside the ends of their curves, from below upwards."""
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
