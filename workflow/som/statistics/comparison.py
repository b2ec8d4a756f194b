"""Experiments side by side: one row per run, and means with intervals over seeds."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ..config.experiments import Experiment
from .intervals import mean_interval


class Measure(NamedTuple):
    """A column of a comparison: its name, and whether more is better."""

    column: str
    label: str
    more_is_better: bool
    is_share: bool


MEASURES = (
    Measure("quantization_error", "quantization error", False, False),
    Measure("topographic_error", "topographic error", False, True),
    Measure("trustworthiness", "trustworthiness", True, False),
    Measure("continuity", "continuity", True, False),
    Measure("single_digit_share", "single-digit units", True, True),
    Measure("map_purity", "map purity", True, True),
    Measure("label_accuracy", "label accuracy", True, True),
    Measure("class_scatter_index", "patches a digit", False, False),
)
# Taken over as they are from a run's purity summary and from its quality summary.
PURITY_COLUMNS = (
    *("n_units", "active_units", "single_digit_units", "single_digit_share"),
    *("map_purity", "label_accuracy", "homogeneity"),
)
QUALITY_COLUMNS = (
    *("quantization_error", "topographic_error", "combined_error", "distortion"),
    *("topographic_product", "class_scatter_index", "largest_component_unit_share"),
    "largest_component_sample_share",
)
SETTINGS = ("topology", "kernel", "rule", "initialisation", "schedule", "epochs")


def comparison_row(
    experiment: Experiment, purity: Mapping[str, Any], quality: Mapping[str, Any]
) -> dict[str, Any]:
    """Return one row of a comparison, from the settings and the two summaries of one epoch.

    `trustworthiness` and `continuity` are those of the fewest neighbours that were measured.
    """
    experiment = experiment.of_shape(purity["shape"])
    preservation = quality["preservation"][0] if quality["preservation"] else {}
    return {
        **{key: purity[key] for key in ("experiment", "seed", "epoch")},
        **{key: getattr(experiment, key) for key in SETTINGS},
        "shape": "×".join(str(length) for length in purity["shape"]),
        "radius": experiment.to_schedule().radius(purity["epoch"]),
        **{key: purity[key] for key in PURITY_COLUMNS},
        "permuted_single_digit_units": purity["permuted_single_digit_units"]["mean"],
        **{key: quality[key] for key in QUALITY_COLUMNS},
        **{key: preservation.get(key) for key in ("trustworthiness", "continuity")},
    }


def with_intervals(runs: pd.DataFrame, by: str = "experiment") -> pd.DataFrame:
    """Return mean, standard deviation and 95 % interval of the mean of each measure over seeds.

    Parameters
    ----------
    runs : DataFrame
        One row per run, as `comparison_row` makes them.
    by : str
        Column that names the groups, which stay in their order.

    Returns
    -------
    DataFrame
        Columns `by`, `measure`, `n_runs`, `mean`, `deviation`, `low`, `high`; the last three are
        null for a single run. Student's t-interval.

    Examples
    --------
    >>> runs = pd.DataFrame({"experiment": ["a", "a"], "map_purity": [0.5, 0.7]})
    >>> with_intervals(runs)[["mean", "low", "high"]].round(3).values.tolist()
    [[0.6, -0.671, 1.871]]
    """
    rows = []
    for name, group in runs.groupby(by, sort=False):
        for measure in MEASURES:
            if measure.column not in group or group[measure.column].isna().any():
                continue
            values = group[measure.column].to_numpy(float)
            row = {by: name, "measure": measure.column, "n_runs": len(values)}
            row |= {"mean": values.mean()}
            row |= {"deviation": values.std(ddof=1) if len(values) > 1 else np.nan}
            rows.append(row | mean_interval(values)._asdict())
    return pd.DataFrame(rows)
