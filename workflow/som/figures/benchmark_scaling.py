"""Time a sample against the sizes of map, samples and blocks, beside the floors."""

import pandas as pd
from matplotlib.figure import Figure

AXES = {
    "units": "units",
    "features": "features",
    "samples": "samples",
    "block size": "samples a block",
}
CURVES = {
    "products": ("the block's two matrix products", "#808080", "--"),
    "block": ("online, block form, R = side/4", "#8b48bc", "-"),
    "virtual": ("online, virtual units, R = side/4", "#ac3a54", "-"),
    "lazy": ("online, lazy form, R = 1", "#d89000", "-"),
    "dense search": ("search by all distances, float64", "#808080", ":"),
    "pruned search": ("search by bounds, exact", "#2b8377", "-"),
    "batch epoch": ("batch epoch", "#054b6c", "-"),
}


def scaling_medians(measurements: pd.DataFrame) -> pd.DataFrame:
    """Return the median time a sample for each axis, value and what was measured."""
    keys = ["axis", "value", "what"]
    return measurements.groupby(keys, as_index=False).agg(
        microseconds_per_sample=("microseconds_per_sample", "median")
    )


def draw_scaling(figure: Figure, measurements: pd.DataFrame) -> None:
    """Draw a panel for each size that is varied, both axes logarithmic.

    Parameters
    ----------
    figure : Figure
    measurements : DataFrame
        As in `scaling.parquet`.
    """
    medians = scaling_medians(measurements)
    names = [axis for axis in AXES if (medians["axis"] == axis).any()]
    panels = figure.subplots(-(-len(names) // 2), 2, sharey=True, squeeze=False)
    for ax in panels.flat[len(names) :]:
        ax.remove()
    for ax, name in zip(panels.flat, names, strict=False):
        some = medians[medians["axis"] == name]
        for what, (label, colour, line) in CURVES.items():
            curve = some[some["what"] == what].sort_values("value")
            if len(curve):
                ax.plot(
                    curve["value"], curve["microseconds_per_sample"], line, color=colour,
                    marker="o", label=label,
                )  # fmt: skip
        values = sorted(some["value"].unique())
        ax.set(xscale="log", yscale="log", xlabel=AXES[name])
        shown = values if len(values) < 5 else values[::2]
        ax.set_xticks(shown, [f"{value:,}" for value in shown])
        ax.set_xticks([], minor=True)
        ax.grid(color="#e4e4e4", linewidth=0.5)
        ax.set_axisbelow(True)
    for ax in panels[:, 0]:
        ax.set_ylabel("µs a sample")
    handles, labels = panels[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2)
