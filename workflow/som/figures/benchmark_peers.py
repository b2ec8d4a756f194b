"""How many times longer other libraries take than this engine, as bars."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

OURS, PEER, OTHER_RULE = "#2b8377", "#054b6c", "#b0b0b0"
NAMES = {
    "ours": "this engine",
    "minisom": "MiniSom",
    "python_som": "python-som",
    "torchsom": "TorchSOM",
    "quicksom": "quicksom",
    "fastersom": "fastersom",
    "xpysom": "XPySom",
    "somoclu": "somoclu",
}
PANELS = {"online": "Online rule", "batch": "Batch rule (mini-batches in grey)"}


def peer_ratios(measurements: pd.DataFrame) -> pd.DataFrame:
    """Return one row a library and epoch: its time a sample, and in times of ours at that epoch.

    Parameters
    ----------
    measurements : DataFrame
        As in `peers.parquet`.

    Returns
    -------
    DataFrame
        `panel`, `library`, `version`, `rule`, `epoch`, `radius`, `n_samples`, `microseconds`
        (median of the warm measurements), `cold` (median of the first ones), `ratio`, `ratio_low`,
        `ratio_high` (range of the warm ones, by our median). Libraries without a measurement of
        ours beside them are left out.
    """
    frame = measurements.assign(
        panel=np.where(measurements["rule"] == "online", "online", "batch"),
        warm=measurements["microseconds_per_sample"].where(~measurements["is_cold"]),
        cold=measurements["microseconds_per_sample"].where(measurements["is_cold"]),
    )
    keys = ["panel", "library", "version", "rule", "epoch", "radius", "n_samples"]
    rows = frame.groupby(keys, as_index=False).agg(
        microseconds=("warm", "median"),
        low=("warm", "min"),
        high=("warm", "max"),
        cold=("cold", "median"),
    )
    ours = rows[rows["library"] == "ours"].set_index(["panel", "epoch"])["microseconds"]
    reference = ours.reindex(pd.MultiIndex.from_frame(rows[["panel", "epoch"]])).to_numpy()
    rows["ratio"] = rows["microseconds"] / reference
    rows["ratio_low"], rows["ratio_high"] = (
        rows.pop("low") / reference,
        rows.pop("high") / reference,
    )
    return rows.dropna(subset="ratio").reset_index(drop=True)


def draw_peers(figure: Figure, measurements: pd.DataFrame) -> None:
    """Draw a panel for the online rule and one for the batch rule.

    Parameters
    ----------
    figure : Figure
    measurements : DataFrame
        As in `peers.parquet`.
    """
    rows = peer_ratios(measurements)
    panels = [panel for panel in PANELS if (rows["panel"] == panel).any()]
    if not panels:
        figure.text(0.5, 0.5, "nothing was measured beside this engine", ha="center")
        return
    heights = [int((rows["panel"] == panel).sum()) + 1 for panel in panels]
    axes = figure.subplots(len(panels), 1, squeeze=False, height_ratios=heights)[:, 0]
    for ax, panel in zip(axes, panels, strict=True):
        _draw_panel(ax, rows[rows["panel"] == panel].sort_values(["ratio", "epoch"]))
        ax.set_title(PANELS[panel])


def _draw_panel(ax: Axes, rows: pd.DataFrame) -> None:
    places, records = np.arange(len(rows)), rows.to_dict("records")
    colours = [
        OURS if row["library"] == "ours" else PEER if row["rule"] == row["panel"] else OTHER_RULE
        for row in records
    ]
    # A bar on a log axis needs a foot.
    foot = 0.5
    ax.barh(places, rows["ratio"] - foot, left=foot, height=0.65, color=colours)
    spread = [rows["ratio"] - rows["ratio_low"], rows["ratio_high"] - rows["ratio"]]
    ax.errorbar(rows["ratio"], places, xerr=spread, fmt="none", ecolor="#202020", elinewidth=0.8)
    for place, row in zip(places, records, strict=True):
        ratio = row["ratio"]
        text = f"{ratio:.0f}×, " if ratio >= 9.5 else f"{ratio:.1f}×, "
        ax.annotate(
            ("" if row["library"] == "ours" else text) + _duration(row["microseconds"]),
            (row["ratio_high"], place),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=7,
        )
    ax.set_yticks(places, [_label(row) for row in records])
    ax.set(xscale="log", xlim=(foot, 6 * rows["ratio_high"].max()), ylim=(len(rows) - 0.4, -0.6))
    ax.set_xlabel("time a sample, in times of this engine's at the same radius")
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def _label(row: Mapping[Any, Any]) -> str:
    name = NAMES.get(row["library"], row["library"])
    version = "" if row["library"] == "ours" else f" {row['version']}"
    part = f", {row['n_samples']:,} samples" if row["n_samples"] < 60_000 else ""
    return f"{name}{version}, R = {row['radius']:.3g}{part}"


def _duration(microseconds: float) -> str:
    """Return a time a sample with its unit."""
    if microseconds >= 1000:
        return f"{microseconds / 1000:.2g} ms"
    return f"{microseconds:.0f} µs" if microseconds >= 10 else f"{microseconds:.1f} µs"
