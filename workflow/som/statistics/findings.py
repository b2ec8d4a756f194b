"""What was found, in a few lines of at most 80 columns, for the end of a run."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..data.classes import noun_of
from ..data.sources import DATASETS

# A finding takes no more columns than a terminal has.
COLUMNS = 80
# Below this share of the units that could be, or this spread next to the quantization error, a map
# is no map: trained ones had 0.4 of their error or more, collapsed ones 0.03 or less.
LEAST_ACTIVE, LEAST_SPREAD = 0.1, 0.1
# Of a comparison: column, name, whether more is better, how it is written.
COMPARED = (
    ("label_accuracy", "label accuracy", True, "{:.1%}"),
    ("single_digit_share", "single-digit units", True, "{:.1%}"),
    ("quantization_error", "quantization error", False, "{:.3f}"),
    ("topographic_error", "topographic error", False, "{:.3f}"),
)
# Sets of features of the classifier, the map's apart.
CLASSIFIER_CONTROLS = {
    "k_means_rbf": "k-means centres",
    "random_rbf": "random images",
    "pixels": "pixels",
    "nearest_neighbour": "nearest image",
}
TOURS = (
    *("ring SOM", "ring SOM + 2-opt, Or-opt"),
    *("nearest neighbour + 2-opt, Or-opt", "OR-Tools"),
)
WORTH_NAMES = {
    "map": "the map",
    "k_means": "k-means",
    "random_images": "random images",
    "untrained": "untrained map",
}


def single_digit_finding(summary: Mapping[str, Any]) -> str:
    """Return how many units answer to one digit alone, next to chance.

    Parameters
    ----------
    summary : mapping
        As in `purity/epoch_EEE.json`.
    """
    by_chance = summary["permuted_single_digit_units"]["mean"]
    return (
        f"{summary['single_digit_units']:,} of {summary['n_units']:,} units answer to one "
        f"{noun_of(summary)} alone; {by_chance:,.0f} would by chance"
    )


def run_findings(summaries: Sequence[Mapping[str, Any]], to_open: str) -> list[str]:
    r"""Return the findings of an experiment: single digits next to chance, and errors.

    Parameters
    ----------
    summaries : sequence of mappings
        The purity summary of the last epoch, one per seed.
    to_open : str
        The file to look at.

    Examples
    --------
    >>> summary = {
    ...     "experiment": "article", "seed": 0, "epoch": 90, "n_units": 2500, "n_samples": 10_000,
    ...     "single_digit_units": 1973, "permuted_single_digit_units": {"mean": 296.1},
    ...     "label_accuracy": 0.9359, "map_purity": 0.9503, "quantization_error": 4.412,
    ...     "topographic_error": 0.2636, "active_units": 2373, "codebook_spread": 5.401,
    ...     "labels_without_units": [],
    ... }
    >>> print("\n".join(run_findings([summary], "explorer.html")))
    article, seed 0, after 90 epochs, on 10,000 test images:
      1,973 of 2,500 units show one digit alone (79 %); by chance 296
      label accuracy 93.6 %, map purity 95.0 %
      quantization error 4.412, topographic error 0.264
      open explorer.html
    """
    first, frame = summaries[0], pd.DataFrame(summaries)
    if first["single_digit_units"] is None:
        return _findings_without_classes(first, frame, to_open)
    chance = pd.Series([summary["permuted_single_digit_units"]["mean"] for summary in summaries])
    seeds = f"seed {first['seed']}" if len(summaries) == 1 else f"{len(summaries)} seeds"
    singles = frame["single_digit_units"]
    share = singles.mean() / first["n_units"]
    lines = [
        f"{first['experiment']}, {seeds}, after {first['epoch']} epochs, "
        f"on {first['n_samples']:,} test {samples_noun(first)}:",
        f"{_range(singles, '{:,.0f}')} of {first['n_units']:,} units show one {noun_of(first)} "
        f"alone ({_percent(share, 0)}); by chance {_range(chance, '{:,.0f}')}",
        f"label accuracy {_range(frame['label_accuracy'], '{:.1%}')}, "
        f"map purity {_range(frame['map_purity'], '{:.1%}')}",
        f"quantization error {_range(frame['quantization_error'], '{:.3f}')}, "
        f"topographic error {_range(frame['topographic_error'], '{:.3f}')}",
        *_warnings(frame),
        f"open {to_open}",
    ]
    return _indented(lines)


def samples_noun(summary: Mapping[Any, Any]) -> str:
    """Return what samples are called in a sentence: those of the user's own may be no images.

    What has labels, but no names of its own for them, is a set of digits made from a known one.
    """
    is_of_digits = "class_names" not in summary and pd.notna(summary.get("single_digit_units"))
    known = summary.get("dataset", "mnist") in DATASETS
    return "images" if known or is_of_digits else "samples"


def _findings_without_classes(
    first: Mapping[str, Any], runs: pd.DataFrame, to_open: str
) -> list[str]:
    """Return the findings of an experiment whose samples have no classes."""
    seeds = f"seed {first['seed']}" if len(runs) == 1 else f"{len(runs)} seeds"
    lines = [
        f"{first['experiment']}, {seeds}, after {first['epoch']} epochs, "
        f"on {first['n_samples']:,} test samples:",
        f"{_range(runs['active_units'], '{:,.0f}')} of {first['n_units']:,} units win a sample",
        f"quantization error {_range(runs['quantization_error'], '{:.3f}')}, "
        f"topographic error {_range(runs['topographic_error'], '{:.3f}')}",
        *_warnings(runs),
        f"open {to_open}",
    ]
    return _indented(lines)


def _warnings(runs: pd.DataFrame) -> list[str]:
    """Return what is wrong with the maps of some runs, a line each."""
    lines = []
    few = runs[runs["active_units"] < LEAST_ACTIVE * np.minimum(runs["n_units"], runs["n_samples"])]
    if not few.empty:
        row = few.iloc[0]
        sample = samples_noun(dict(runs.iloc[0].items()))[:-1]
        lines.append(f"! only {row['active_units']:,} of {row['n_units']:,} units win any {sample}")
    # Training that an older version began did not measure the spread.
    spread = pd.to_numeric(runs["codebook_spread"], errors="coerce")
    if (spread < LEAST_SPREAD * runs["quantization_error"]).any():
        lines.append("! the map collapsed: all units are nearly alike; end with a smaller radius")
    found = runs["labels_without_units"].dropna()
    missing = sorted({label for labels in found for label in labels})
    if missing:
        own = runs["class_names"].iloc[0] if "class_names" in runs else None
        names = ", ".join(own[label] if own else str(label) for label in missing)
        lines.append(f"! no unit stands for {names}: the map can never give that label")
    return lines


def comparison_findings(name: str, runs: pd.DataFrame, to_open: str) -> list[str]:
    """Return which experiment of a comparison is best and which worst, by mean over seeds.

    Parameters
    ----------
    name : str
        Of the comparison.
    runs : DataFrame
        One row per run, or per run and epoch (rows of `comparison_row`).
    """
    means = runs.groupby(["experiment", "epoch"], sort=False)[[row[0] for row in COMPARED]].mean()
    several = runs.groupby("experiment")["epoch"].nunique().max() > 1
    lines = [
        f"{name}: best and worst of {runs['experiment'].nunique()} experiments"
        + (" (at epoch)" if several else "")
    ]
    for column, label, more_is_better, form in COMPARED:
        values = means[column].dropna().sort_values(ascending=not more_is_better)
        if values.empty:
            continue
        ends = [
            f"{_number(values.iloc[place], form)} {_map_name(values.index[place], several)}"
            for place in ((0, -1) if len(values) > 1 else (0,))
        ]
        lines.append(f"{label:<20}{'  '.join(f'{end:<27.27}' for end in ends)}".rstrip())
    return _indented([*lines, f"open {to_open}"])


def worth_findings(worth: pd.DataFrame, n_units: int, to_open: str) -> list[str]:
    """Return the single-digit units of each codebook on the whole test set, next to chance."""
    whole = worth[(worth["set"] == "test") & worth["label_accuracy"].notna()]
    lines = [
        f"worth: units of {n_units:,} that show one digit alone, "
        f"on {whole['n_images'].iloc[0]:,} test images"
    ]
    for row in whole.to_dict("records"):
        lines.append(
            f"{WORTH_NAMES.get(row['codebook'], row['codebook']):<14.14}"
            f"{row['single_digit_units']:>6,.0f}  by chance {row['null_mean']:>4,.0f}"
            f"  label accuracy {_percent(row['label_accuracy'], 1):>7}"
        )
    return _indented([*lines, f"open {to_open}"])


def classifier_findings(scores: pd.DataFrame, to_open: str) -> list[str]:
    """Return the test accuracy of the map's best features, and of each control.

    The best is chosen as the figures choose it: on the validation split.
    """
    lines = [f"classifier: accuracy on {scores['n_samples'].iloc[0]:,} test images (95 % interval)"]
    is_of_map = scores["features"].str.startswith("map_")
    groups = {"the map's answers": scores[is_of_map]}
    groups |= {
        label: scores[scores["features"] == name] for name, label in CLASSIFIER_CONTROLS.items()
    }
    for label, rows in groups.items():
        if not rows.empty:
            best = rows.iloc[int(rows["validation_accuracy"].fillna(0).argmax())]
            interval = f"({_percent(best['low'], 2)} to {_percent(best['high'], 2)})"
            lines.append(f"{label:<20}{_percent(best['test_accuracy'], 2):>8}  {interval}")
    return _indented([*lines, f"open {to_open}"])


def tour_findings(summary: pd.DataFrame, to_open: str) -> list[str]:
    """Return by how much tours are longer than the best known, mean over instances and seeds."""
    n_instances = summary["instance"].nunique()
    over = (
        f"the mean of {n_instances} instances" if n_instances > 1 else summary["instance"].iloc[0]
    )
    lines = [f"tsp: longer than the {' or the '.join(summary['reference'].unique())}, {over}"]
    for method in TOURS:
        rows = summary[summary["method"] == method]
        if not rows.empty:
            of = "" if len(rows) == n_instances else f"  ({len(rows)} of them)"
            lines.append(f"{method:<34}{rows['gap'].mean():>6.2f} %{of}")
    return _indented([*lines, f"open {to_open}"])


def benchmark_findings(peers: pd.DataFrame, segments: pd.DataFrame, to_open: str) -> list[str]:
    """Return how fast the engine is next to the fastest peer of each rule, and how exact.

    Parameters
    ----------
    peers : DataFrame
        Rows of `measure` in `som.benchmark.peers`; cold ones do not count.
    segments : DataFrame
        Rows of `compare_segments` in `som.benchmark.faithfulness`.
    """
    warm = peers[~peers["is_cold"]]
    times = warm.groupby(["rule", "epoch", "library"])["microseconds_per_sample"].median()
    lines = [f"benchmark: microseconds per image, {peers['threads'].iloc[0]} threads"]
    for rule in times.index.get_level_values("rule").unique():
        epochs = {
            epoch: found.droplevel("epoch")
            for epoch, found in times[rule].groupby("epoch")
            if "ours" in found.droplevel("epoch").index and len(found) > 1
        }
        if epochs:
            epoch = max(epochs, key=lambda one: len(epochs[one]))
            ours, others = epochs[epoch]["ours"], epochs[epoch].drop("ours").sort_values()
            peer, theirs = others.index[0], others.iloc[0]
            lines.append(
                f"{rule} rule, epoch {epoch}: {ours:,.1f}; "
                f"{peer}, the fastest peer, {theirs:,.1f} ({theirs / ours:,.1f} times)"
            )
    same = (segments["n_different"] == 0).sum()
    lines.append(f"the winners of a float64 loop in {same:,} of {len(segments):,} stretches")
    return _indented([*lines, f"open {to_open}"])


def _indented(lines: Sequence[str]) -> list[str]:
    """Indent all but the first; cut lines that are too long, but not the path at the end."""
    return [lines[0][:COLUMNS], *(f"  {line}"[:COLUMNS] for line in lines[1:-1]), f"  {lines[-1]}"]


def _map_name(key: tuple[str, int], several: bool) -> str:
    name, epoch = key
    return f"{name[:13]} ({epoch})" if several else name


def _number(value: float, form: str) -> str:
    return form.format(value).replace("%", " %")


def _percent(share: float, decimals: int) -> str:
    return _number(share, f"{{:.{decimals}%}}")


def _range(values: pd.Series, form: str) -> str:
    """Return a value, or the least and the greatest of several; "undefined" where there is none."""
    values = values.dropna()
    if values.empty:
        return "undefined"
    ends = [_number(float(bound), form) for bound in (values.min(), values.max())]
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)
