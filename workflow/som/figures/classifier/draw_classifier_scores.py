"""Test accuracy of every set of features by every classifier, with intervals."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullFormatter, NullLocator

from ..drawing.style import reaches, write_title

# The same in all figures of the classifier.
FEATURE_NAMES = {
    "map_coordinates": "the map's BMU: coordinates",
    "map_one_hot": "the map's BMU: one-hot",
    "map_distances": "the map's distances",
    "map_softmax": "the map's softmax",
    "map_rbf": "the map's RBF",
    "k_means_rbf": "RBF of k-means centres",
    "random_rbf": "RBF of random images",
    "pixels": "pixels",
    "nearest_neighbour": "nearest training image",
}
HEADS = {
    "logistic": ("logistic regression", "#054b6c", "o"),
    "ridge": ("ridge", "#ac3a54", "s"),
    "mlp": ("MLPs", "#2b8377", "D"),
    "nearest_neighbour": ("1-NN", "#505050", "X"),
}
# SOM features and a linear SVM (Cordel et al. 2016).
FLOOR, FLOOR_DATASET = 0.9693, "mnist"
ACCURACIES = (0, 0.5, 0.8, 0.9, 0.95, 0.97, 0.98, 0.985, 0.99, 0.995, 0.999)
# Errors below cannot be drawn on a logarithmic axis.
LEAST_ERROR = 5e-4


def draw_classifier_scores(figure: Figure, scores: pd.DataFrame, *, dataset: str) -> None:
    """Draw one row per set of features, one dot per head; errors are spaced logarithmically.

    Parameters
    ----------
    figure : Figure
    scores : DataFrame
        As `scores.parquet`: `features`, `head`, `test_accuracy`, and the interval `low`, `high`.
    dataset : str
        Of MNIST, an accuracy from the literature is drawn, too.
    """
    ax = figure.add_subplot()
    names = [name for name in FEATURE_NAMES if name in set(scores["features"])]
    heads = [head for head in HEADS if head in set(scores["head"])]
    for head in heads:
        label, colour, marker = HEADS[head]
        rows = scores[scores["head"] == head]
        offset = 0.0 if head not in ("logistic", "mlp") else 0.22 * (1 if head == "mlp" else -1)
        places = [names.index(name) + offset for name in rows["features"]]
        errors = _errors(rows["test_accuracy"])
        widths = reaches(errors, _errors(rows["high"]), _errors(rows["low"]))
        ax.errorbar(
            errors, places, xerr=widths, fmt=marker, color=colour, label=label,
            markersize=4.5, elinewidth=1, capsize=2,
        )  # fmt: skip
    _name_best(ax, scores, names)
    if dataset == FLOOR_DATASET:
        _mark_literature(ax)
    ax.set_yticks(range(len(names)), [FEATURE_NAMES[name] for name in names])
    ax.set(ylim=(len(names) - 0.5, -0.95))
    ax.tick_params(axis="y", length=0)
    for place in range(len(names) - 1):
        ax.axhline(place + 0.5, color="#e4e4e4", linewidth=0.5, zorder=0)
    n_samples = int(scores["n_samples"].iloc[0])
    accuracy_axis(ax, scores["low"].min(), scores["high"].max())
    ax.set_xlabel(f"accuracy on {n_samples:,} test images (95 % interval; errors by logarithm)")
    if title := scores_title(scores):
        write_title(figure, title)
    figure.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=len(heads))


def scores_title(scores: pd.DataFrame) -> str:
    """Return the best accuracy on the map's responses next to that of controls without a map.

    Parameters
    ----------
    scores : DataFrame
        As in `draw_classifier_scores`; without either of the two there is no title.
    """
    best = scores.groupby("features")["test_accuracy"].max()
    of_map = best[[name for name in best.index if str(name).startswith("map_")]]
    controls = best[[name for name in ("k_means_rbf", "random_rbf") if name in best.index]]
    if of_map.empty or controls.empty:
        return ""
    title = (
        f"Classifiers that see the map's responses name {of_map.max():.2%} of the test images "
        f"rightly, those that see a control's {controls.max():.2%}"
    )
    return title.replace("%", " %")


def model_name(features: str, head: str) -> str:
    """Return the name, in figures, of a head on a set of features.

    Examples
    --------
    >>> model_name("map_rbf", "mlp")
    "MLPs on the map's RBF"
    """
    return f"{HEADS[head][0]} on {FEATURE_NAMES[features]}"


def accuracy_axis(ax: Axes, low: float, high: float, axis: str = "x") -> None:
    """Make an axis of errors logarithmic, better to the right or above, named by accuracies."""
    errors = float(_errors([low])[0]) * 1.1, float(_errors([high])[0]) / 1.1
    ticks = [value for value in ACCURACIES if errors[1] <= 1 - value <= errors[0]]
    getattr(ax, f"set_{axis}scale")("log")
    getattr(ax, f"set_{axis}lim")(min(errors[0], 1.0), errors[1])
    scale = getattr(ax, f"{axis}axis")
    scale.set_major_locator(FixedLocator([1 - value for value in ticks]))
    scale.set_minor_locator(NullLocator())
    scale.set_minor_formatter(NullFormatter())
    scale.set_ticklabels([f"{100 * value:g} %" for value in ticks])


def _errors(accuracies: pd.Series | list[float]) -> np.ndarray:
    return np.maximum(1 - np.asarray(accuracies, dtype=float), LEAST_ERROR)


def _name_best(ax: Axes, scores: pd.DataFrame, names: list[str]) -> None:
    """Write the accuracy of each set's best head at the right."""
    _write_right(ax, "best", -0.4)
    values = [scores.loc[scores["features"] == name, "test_accuracy"].max() for name in names]
    for place, best in enumerate(values):
        _write_right(ax, f"{best:.2%}".replace("%", " %"), place)


def _write_right(ax: Axes, text: str, place: float) -> None:
    where = (1.01, place)
    coordinates = ("axes fraction", "data")
    ax.annotate(text, where, xycoords=coordinates, va="center", fontsize=7, annotation_clip=False)


def _mark_literature(ax: Axes) -> None:
    ax.axvline(1 - FLOOR, color="#707070", linewidth=0.8, linestyle=(0, (3, 2)), zorder=0)
    ax.annotate(
        f"literature {FLOOR:.2%}".replace("%", " %"), (1 - FLOOR, -0.9), xytext=(-3, 0),
        textcoords="offset points", ha="right", va="top", fontsize=7, color="#505050",
    )  # fmt: skip
