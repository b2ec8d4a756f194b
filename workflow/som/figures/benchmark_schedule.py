"""Time a sample over the schedule of a run, by form of the rule, beside the floor."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

FORMS = {
    "products": ("the block's two matrix products alone", "#808080", "--", 1.0),
    "block": ("block form", "#8b48bc", "-", 1.0),
    "virtual": ("virtual units (blocks where too rough)", "#ac3a54", "-", 1.0),
    "lazy": ("lazy form", "#d89000", "-", 1.0),
    "as chosen": ("as chosen, the whole epoch", "#054b6c", "-", 2.4),
}


def schedule_medians(measurements: pd.DataFrame) -> pd.DataFrame:
    """Return the median time a sample of each form (columns) at each epoch (index)."""
    return measurements.pivot_table(
        index="epoch", columns="form", values="microseconds_per_sample", aggfunc="median"
    )


def seconds_of_run(medians: pd.DataFrame, form: str, n_samples: int) -> float:
    """Return the time of all epochs up to the last measured one, interpolated between those."""
    measured = medians[form].dropna()
    epochs = np.arange(1, measured.index.max() + 1)
    return float(np.interp(epochs, measured.index, measured).sum() * n_samples / 1e6)


def draw_schedule(figure: Figure, measurements: pd.DataFrame) -> None:
    """Draw time a sample against the epoch.

    Parameters
    ----------
    figure : Figure
    measurements : DataFrame
        As in `schedule.parquet`.
    """
    medians = schedule_medians(measurements)
    ax = figure.subplots()
    for form, (label, colour, line, width) in FORMS.items():
        if form in medians:
            curve = medians[form].dropna()
            marker = "o" if len(curve) < 3 else ""
            ax.plot(curve.index, curve, line, color=colour, lw=width, marker=marker, label=label)
    ax.set(xlabel="epoch", ylabel="µs a sample", ylim=(0, None))
    ax.set_xlim(medians.index.min() - 1, medians.index.max() + 1)
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    if "as chosen" in medians:
        whole = measurements.query("form == 'as chosen'")["n_samples"].max()
        last = int(medians.index.max())
        ax.set_title(
            f"{last} epochs of {whole:,} samples: about "
            f"{seconds_of_run(medians, 'as chosen', whole):.0f} s (interpolated between the "
            "epochs measured)"
        )
    radii = measurements.groupby("epoch")["radius"].first()
    shown = [e for e in radii.index if e == 1 or e % 15 == 0] or list(radii.index)
    top = ax.secondary_xaxis("top")
    top.xaxis.set_major_locator(FixedLocator(shown))
    top.xaxis.set_minor_locator(NullLocator())
    top.set_xticklabels([f"{radii[epoch]:.3g}" for epoch in shown])
    top.set_xlabel("radius R (grid steps)")
    top.spines["top"].set_visible(True)
