"""Experiments side by side: one panel per measure, one line per experiment."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from ...statistics.comparison import MEASURES, Measure
from ..drawing.style import write_title
from .experiment_names import in_words

N_COLUMNS = 4
# Of fewer runs an interval says nothing: of two it reaches twelve deviations to each side.
FEWEST = 3
# What the title says.
SAID = ("topographic_error", "label_accuracy")
RUN_COLOUR, MEAN_COLOUR, BEST_COLOUR = "#8aa5b5", "#054b6c", "#ac3a54"


def comparison_height(n_experiments: int) -> float:
    """Return the inches that the figure of so many experiments needs."""
    return -(-len(MEASURES) // N_COLUMNS) * (0.2 * n_experiments + 0.72) + 0.65


def draw_comparison(figure: Figure, runs: pd.DataFrame, means: pd.DataFrame) -> None:
    """Draw each measure of each experiment: dots are runs, bars the 95 % interval of their mean.

    Parameters
    ----------
    figure : Figure
    runs : DataFrame
        One row per run, as `comparison_row` in `som.statistics.comparison` makes them.
    means : DataFrame
        As `with_intervals` there returns it.
    """
    names = list(dict.fromkeys(runs["experiment"]))
    panels = figure.subplots(
        -(-len(MEASURES) // N_COLUMNS), N_COLUMNS, sharey=True, squeeze=False
    ).ravel()
    for ax, measure in zip(panels, MEASURES, strict=False):
        rows = means[means["measure"] == measure.column].set_index("experiment")
        _draw_measure(ax, measure, runs, rows, names)
    for ax in panels[len(MEASURES) :]:
        ax.set_axis_off()
    panels[0].set(ylim=(len(names) - 0.5, -0.5), yticks=range(len(names)))
    panels[0].set_yticklabels([in_words(name) for name in names])
    n_runs = runs.groupby("experiment").size()
    note = "dots are runs" if n_runs.max() > 1 else "one run each: no measure of chance"
    if n_runs.max() >= FEWEST:
        note += ", bars 95 % intervals of the mean · red: apart from all others"
    figure.supxlabel(f"on the test set after the last epoch · {note}", fontsize=7)
    write_title(figure, comparison_finding(means))


def comparison_finding(means: pd.DataFrame) -> str:
    """Return between which experiments the accuracy lies, and the topographic error.

    Parameters
    ----------
    means : DataFrame
        As `with_intervals` in `som.statistics.comparison` returns it.
    """
    parts = []
    for measure in MEASURES:
        rows = means[means["measure"] == measure.column].sort_values("mean")
        if measure.column in SAID and len(rows):
            ends = [
                f"{100 * row['mean']:.1f} % ({in_words(row['experiment'])})"
                for row in rows.iloc[[0, -1] if len(rows) > 1 else [0]].to_dict("records")
            ]
            parts.append(f"{measure.label} {' to '.join(ends)}")
    text = "; ".join(parts[::-1])
    return f"{text[:1].upper()}{text[1:]}" if text else "Measures of the test set"


def stands_out(rows: pd.DataFrame, measure: Measure) -> str | None:
    """Return the experiment whose interval is better than all others', or None.

    Parameters
    ----------
    rows : DataFrame
        Of one measure, with `n_runs`, `mean`, `low` and `high`, by experiment.
    measure : Measure
    """
    sure = rows[rows["n_runs"] >= FEWEST]
    if len(rows) < 2 or len(sure) < len(rows):
        return None
    sign = 1 if measure.more_is_better else -1
    # What is worst and best within each interval, as if more were better.
    ends = sign * sure[["low", "high"]].to_numpy(float)
    worst, best = ends.min(axis=1), ends.max(axis=1)
    first = int(worst.argmax())
    return str(sure.index[first]) if worst[first] > np.delete(best, first).max() else None


def _draw_measure(
    ax: Axes, measure: Measure, runs: pd.DataFrame, rows: pd.DataFrame, names: list[str]
) -> None:
    arrow = "higher is better" if measure.more_is_better else "lower is better"
    ax.set_title(f"{measure.label}\n{arrow}", fontsize=7.5)
    ax.grid(axis="y", color="#e4e4e4", linewidth=0.6)
    ax.set_axisbelow(True)
    ax.tick_params(axis="y", length=0)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=3, min_n_ticks=2))
    if measure.is_share:
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g} %"))
    if rows.empty:
        return
    best = stands_out(rows, measure)
    for line, name in enumerate(names):
        if name not in rows.index:
            continue
        row = rows.loc[name]
        colour = BEST_COLOUR if name == best else MEAN_COLOUR
        if row["n_runs"] > 1:
            values = runs.loc[runs["experiment"] == name, measure.column].to_numpy(float)
            ax.plot(values, np.full(len(values), line), "o", ms=2.2, color=RUN_COLOUR, zorder=1)
        if row["n_runs"] >= FEWEST:
            ax.plot([row["low"], row["high"]], [line, line], color=colour, linewidth=2.4, zorder=2)
        ax.plot(row["mean"], line, "D", ms=3.6, color=colour, zorder=3)
    low, high = ax.get_xlim()
    margin = 0.06 * (high - low)
    ax.set_xlim(low - margin, high + margin)
