"""How near the engine stays to the rule in float64, and how far a near tie takes it."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, NullLocator

from ..drawing.style import write_title

# The same in all panels; an engine that is run again has the colour of the first time.
COLOURS = {
    "block, float32": "#ac3a54",
    "as chosen, float32": "#054b6c",
    "block, float64": "#8b48bc",
    "block, float64, other block size and threads": "#8b48bc",
    "as chosen, float64": "#2b8377",
}
OTHER_COLOUR = "#707070"
# Half of the distance between 1 and the next number: the most that rounding changes.
FLOAT32_ROUNDING = 2.0**-24
ROUNDING = "float32 rounding, 2⁻²⁴"
# Gaps below are not told apart in float64, and could not be drawn on a logarithmic axis.
SMALLEST_GAP = 1e-17
# Share of the room of an epoch that its points take.
ROOM = 0.8
LINE = 9.5  # points, of small text
# Epochs that fit side by side.
MOST_EPOCHS = 6


def draw_faithfulness(figure: Figure, segments: pd.DataFrame, windows: pd.DataFrame) -> None:
    """Draw errors and gaps from common states above, and engines that run on by themselves below.

    Parameters
    ----------
    figure : Figure
    segments, windows : DataFrame
        Rows of `compare_segments` and `compare_epochs` in `som.benchmark.faithfulness`.
    """
    upper, lower = figure.subfigures(2, 1, squeeze=False, height_ratios=[1.25, 1])[:, 0]
    errors, gaps = upper.subplots(1, 2)
    draw_codebook_errors(errors, segments)
    draw_gaps(gaps, segments)
    draw_windows(lower, windows)
    engines = dict.fromkeys([*segments["engine"], *windows["engine"]])
    handles = [
        Line2D([], [], marker="o", color=_colour(engine), label=engine) for engine in engines
    ]
    hollow = Line2D([], [], marker="D", linestyle="", color=OTHER_COLOUR, markerfacecolor="none")
    hollow.set_label("open: some winner differs")
    rounding = next(line for line in gaps.lines if line.get_label() == ROUNDING)
    figure.legend(handles=[*handles, hollow, rounding], loc="outside lower center", ncols=3)
    write_title(figure, faithfulness_finding(segments))


def faithfulness_finding(segments: pd.DataFrame) -> str:
    """Return in how many stretches each engine has the winners of the plain loop."""
    same = (
        (segments["n_different"] == 0).groupby(segments["engine"], sort=False).agg(["sum", "size"])
    )
    parts = [f"{engine}: {row['sum']:,} of {row['size']:,}" for engine, row in same.iterrows()]
    return f"Stretches with the same winners as the plain loop in float64: {'; '.join(parts)}"


def draw_codebook_errors(ax: Axes, segments: pd.DataFrame) -> None:
    """Draw the codebook's error at each segment's end; open where a winner differs."""
    for engine, places, rows in _side_by_side(segments):
        parts = (rows["n_different"] > 0).to_numpy()
        for marker, chosen, face in (("o", ~parts, None), ("D", parts, "none")):
            ax.plot(
                places[chosen],
                rows["codebook_error"].to_numpy()[chosen],
                marker,
                color=_colour(engine),
                markerfacecolor=face or _colour(engine),
                markersize=4 if face else 2,
                markeredgewidth=0.8 if face else 0,
            )
    ax.set_yscale("log")
    _draw_rounding(ax)
    _name_epochs(ax, segments)
    n_samples = int(segments["n_samples"].max())
    ax.set(
        title=f"a  Codebook after {n_samples:,} samples",
        ylabel="relative error\nagainst float64",
    )


def draw_gaps(ax: Axes, segments: pd.DataFrame) -> None:
    """Draw how much farther the first winner that differs is; tell how many segments part."""
    # Of a fixed height, so that a tiny gap looks tiny, with room for a line of text an engine.
    ax.set(yscale="log", ylim=(1e-12, 1e2), yticks=10.0 ** np.arange(-12, 1, 2))
    gaps = segments["relative_gap"].astype(float).clip(lower=SMALLEST_GAP)
    if gaps.notna().any():
        ax.set_ylim(bottom=min(1e-12, gaps.min() / 10), top=max(1e2, gaps.max() * 1e6))
    for number, (engine, places, rows) in enumerate(_side_by_side(segments)):
        parts = (rows["n_different"] > 0).to_numpy()
        ax.plot(
            places[parts],
            gaps[rows.index].to_numpy()[parts],
            "D",
            color=_colour(engine),
            markerfacecolor="none",
            markersize=4,
            markeredgewidth=0.8,
        )
        said = f"in {parts.sum():,} of {len(parts):,} stretches"
        ax.annotate(
            f"{engine}: {said}",
            (0.02, 0.98),
            (0, -LINE * number),
            xycoords="axes fraction",
            textcoords="offset points",
            color=_colour(engine),
            fontsize=7,
            verticalalignment="top",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
        )
    _draw_rounding(ax)
    _name_epochs(ax, segments)
    ax.set(
        title="b  How nearly winners that differ tie",
        ylabel="relative gap of\nsquared distances",
    )


def draw_windows(figure: Figure | SubFigure, windows: pd.DataFrame) -> None:
    """Draw the share of different winners along each epoch, one panel per epoch."""
    epochs = windows["epoch"].unique()
    if len(epochs) > MOST_EPOCHS:
        epochs = epochs[np.linspace(0, len(epochs) - 1, MOST_EPOCHS).round().astype(int)]
    panels = figure.subplots(1, len(epochs), sharey=True, squeeze=False)[0]
    engines = list(windows["engine"].unique())
    for ax, epoch in zip(panels, epochs, strict=True):
        shown = windows[windows["epoch"] == epoch]
        _draw_shares(ax, shown, engines)
        ax.set_title(f"epoch {epoch}\nR = {_short(shown['radius'].iloc[0])}", fontsize=7)
        ax.set(xlabel="samples")
        ax.xaxis.set_major_locator(MaxNLocator(nbins=3))
        ax.xaxis.set_major_formatter(lambda value, _: f"{value / 1000:g}k" if value else "0")
    top = max(windows["share_different"].max(), 0.01)
    panels[0].set(ylabel="winners that differ", ylim=(-0.04 * top, 2 * top))
    panels[0].yaxis.set_major_locator(MaxNLocator(nbins=6))
    panels[0].set_yticks([tick for tick in panels[0].get_yticks() if 0 <= tick <= 1])
    panels[0].yaxis.set_major_formatter(lambda value, _: f"{100 * value:.4g} %")
    n_samples = int(windows["n_samples"].max())
    title = (
        "c  Whole epochs, each engine by itself: winners that differ from those of blocks in "
        f"float64, by {n_samples:,} samples"
    )
    write_title(figure, title, 8)


def _draw_shares(ax: Axes, shown: pd.DataFrame, engines: list[str]) -> None:
    """Draw the engines of one epoch, and tell how many winners differ in all."""
    for number, engine in enumerate(engines):
        rows = shown[shown["engine"] == engine]
        middles = rows["first_sample"] + rows["n_samples"] / 2
        ax.plot(middles, rows["share_different"], color=_colour(engine), linewidth=1)
        if shown["n_different"].any():
            ax.annotate(
                f"{rows['n_different'].sum():,} differ",
                (0.97, 0.98),
                (0, -LINE * number),
                xycoords="axes fraction",
                textcoords="offset points",
                color=_colour(engine),
                fontsize=7,
                horizontalalignment="right",
                verticalalignment="top",
            )
    if not shown["n_different"].any():
        ax.text(0.5, 0.5, "no winner\ndiffers", transform=ax.transAxes, ha="center", fontsize=7)


def _side_by_side(segments: pd.DataFrame) -> Iterator[tuple[str, np.ndarray, pd.DataFrame]]:
    """Yield each engine, its rows, and their places: by epoch, engine and segment."""
    epochs, engines = segments["epoch"].unique(), segments["engine"].unique()
    width = ROOM / len(engines)
    for number, engine in enumerate(engines):
        rows = segments[segments["engine"] == engine]
        epoch = np.searchsorted(np.sort(epochs), rows["epoch"])
        within = (rows["segment"] + 0.5) / (segments["segment"].max() + 1)
        yield engine, epoch - ROOM / 2 + width * (number + 0.1 + 0.8 * within.to_numpy()), rows


def _name_epochs(ax: Axes, segments: pd.DataFrame) -> None:
    radii = segments.groupby("epoch")["radius"].first()
    ax.set_xticks(
        range(len(radii)), [f"{epoch}\n{_short(radius)}" for epoch, radius in radii.items()]
    )
    ax.set(xlim=(-0.5, len(radii) - 0.5), xlabel="epoch, and its radius R in grid steps")
    ax.tick_params(axis="x", length=0)
    ax.yaxis.set_minor_locator(NullLocator())
    for place in range(1, len(radii)):
        ax.axvline(place - 0.5, color="#e4e4e4", linewidth=0.5, zorder=0)


def _draw_rounding(ax: Axes) -> Line2D:
    line = ax.axhline(FLOAT32_ROUNDING, color=OTHER_COLOUR, linewidth=0.8, zorder=0)
    line.set(linestyle=(0, (3, 1.5)), label=ROUNDING)
    return line


def _short(radius: float) -> str:
    return f"{round(radius, 2):.3g}"


def _colour(engine: str) -> str:
    return COLOURS.get(engine, OTHER_COLOUR)
