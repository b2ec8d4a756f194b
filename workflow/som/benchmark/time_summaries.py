"""Medians and ratios of the measured times, as the figures show them."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

# The form that an epoch is trained in, and the least that any dense engine has to do.
CHOSEN, PRODUCTS = "as chosen", "products"


class RunTime(NamedTuple):
    """The seconds that a run of `n_samples` per epoch takes between two measured epochs."""

    first_epoch: int
    last_epoch: int
    n_measured: int
    n_samples: int
    seconds: float


class ScheduleTimes(NamedTuple):
    """The times of a schedule.

    Attributes
    ----------
    medians : DataFrame
        Microseconds per sample of each form (columns) at each epoch (index).
    radii : Series
        By epoch.
    floor : float or None
        Median over epochs of the two matrix products of a block, in microseconds per sample.
    run : RunTime or None
        Of epochs as they are trained, in the form chosen; None where that was not measured.
    """

    medians: pd.DataFrame
    radii: pd.Series
    floor: float | None
    run: RunTime | None


def measured_on(metadata: Mapping[str, str]) -> str:
    """Return the machine on which a table was measured, in one line."""
    return f"{metadata['machine']}; {metadata['threads']} threads; {metadata['date']}"


def peer_ratios(measurements: pd.DataFrame) -> pd.DataFrame:
    """Return one row per library and epoch: its time per sample, and in times of ours there.

    Ours come first, then one library after the other, the fastest first, each by epoch.

    Parameters
    ----------
    measurements : DataFrame
        As in `peers.parquet`.

    Returns
    -------
    DataFrame
        `panel`, `library`, `version`, `rule`, `epoch`, `radius`, `n_samples`, `is_part` (fewer
        samples than ours had at most), `microseconds` (median of the warm measurements), `cold`
        (median of the first ones), both in microseconds per sample, and by our warm median in the
        same panel and epoch: `ratio`, `ratio_low`, `ratio_high` (range of the warm ones) and
        `cold_ratio`. NaN where a library was never warm, or nothing of ours was measured there.
    """
    times, is_cold = measurements["microseconds_per_sample"], measurements["is_cold"].astype(bool)
    frame = measurements.assign(
        panel=np.where(measurements["rule"].str.startswith("online"), "online", "batch"),
        warm=times.where(~is_cold),
        cold=times.where(is_cold),
    )
    keys = ["panel", "library", "version", "rule", "epoch", "n_samples"]
    rows = frame.groupby(keys, as_index=False, dropna=False).agg(
        radius=("radius", "first"),
        microseconds=("warm", "median"),
        low=("warm", "min"),
        high=("warm", "max"),
        cold=("cold", "median"),
    )
    # The others are compared with our longest run.
    ours = rows[rows["library"] == "ours"].sort_values("n_samples")
    ours = ours.drop_duplicates(["panel", "epoch"], keep="last")
    epochs = pd.MultiIndex.from_frame(rows[["panel", "epoch"]])
    reference = ours.set_index(["panel", "epoch"])["microseconds"].reindex(epochs).to_numpy()
    whole = ours.groupby("panel")["n_samples"].max().reindex(rows["panel"]).to_numpy()
    rows = rows.assign(
        is_part=rows["n_samples"] < whole,
        ratio=rows["microseconds"] / reference,
        ratio_low=rows["low"] / reference,
        ratio_high=rows["high"] / reference,
        cold_ratio=rows["cold"] / reference,
    )
    return _fastest_first(rows.drop(columns=["low", "high"]))


def _fastest_first(rows: pd.DataFrame) -> pd.DataFrame:
    fastest = rows.groupby(["panel", "library"])["microseconds"].transform("min")
    rank = fastest.fillna(rows["cold"]).where(rows["library"] != "ours", -1)
    order = ["panel", "rank", "library", "epoch", "n_samples"]
    return rows.assign(rank=rank).sort_values(order, ignore_index=True).drop(columns="rank")


def scaling_medians(measurements: pd.DataFrame) -> pd.DataFrame:
    """Return the median time per sample for each axis, value and kind of work (`what`).

    The map's `n_units` and `n_features` are kept, in which an axis may differ.
    """
    keys = ["axis", "value", "what", "n_units", "n_features"]
    return measurements.groupby(keys, as_index=False).agg(
        microseconds_per_sample=("microseconds_per_sample", "median")
    )


def summarise_schedule(measurements: pd.DataFrame) -> ScheduleTimes:
    """Return the medians of a table as `schedule.parquet`, and the time of a whole run."""
    medians = measurements.pivot_table(
        index="epoch", columns="form", values="microseconds_per_sample", aggfunc="median"
    )
    chosen = measurements["form"] == CHOSEN
    return ScheduleTimes(
        medians=medians,
        radii=measurements.groupby("epoch")["radius"].first(),
        floor=float(medians[PRODUCTS].dropna().median()) if PRODUCTS in medians else None,
        run=run_time(medians[CHOSEN], int(measurements.loc[chosen, "n_samples"].max()))
        if chosen.any()
        else None,
    )


def run_time(medians: pd.Series, n_samples: int) -> RunTime:
    """Return the time of the epochs from the first to the last measured one.

    Parameters
    ----------
    medians : Series
        Microseconds per sample by epoch. Those between two measured epochs are interpolated.
    n_samples : int
        Per epoch.

    Examples
    --------
    >>> run_time(pd.Series([10.0, 30.0], index=[1, 3]), 1_000_000).seconds
    60.0
    """
    measured = medians.dropna()
    first, last = int(measured.index.min()), int(measured.index.max())
    epochs = np.arange(first, last + 1)
    seconds = float(np.interp(epochs, measured.index, measured).sum() * n_samples / 1e6)
    return RunTime(first, last, len(measured), n_samples, seconds)
