"""How well the units of a map recognise one class each, and how well by chance."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import homogeneity_score

from ..model.lattice import Lattice
from ..model.places import place_columns
from .hits import count_hits, label_units


class ByChance(NamedTuple):
    """Mean of a null distribution, and the ends of its central 95 %."""

    mean: float
    low: float
    high: float


def units_table(
    counts: NDArray[np.int64], lattice: Lattice, prefix: str = "digit_"
) -> pd.DataFrame:
    """Return one row per unit: its place, its hits and how pure they are.

    `majority_digit` is the commonest class (the smallest of equals) and `purity` its share;
    `entropy_bits` is the entropy of the unit's classes. All three are null on dead units. The
    columns per class are named after `prefix`.
    """
    hits = counts.sum(axis=1)
    dead = hits == 0
    shares = counts / np.maximum(hits, 1)[:, None]
    entropy = -(shares * np.log2(np.where(shares > 0, shares, 1))).sum(axis=1) + 0.0
    units = np.arange(lattice.n_units, dtype=np.int32)
    frame = pd.DataFrame(
        {
            "unit": units,
            **place_columns(lattice, units),
            "hits": hits.astype(np.int32),
            "n_digits": (counts > 0).sum(axis=1).astype(np.int32),
            "majority_digit": pd.array(
                counts.argmax(axis=1), dtype="Int8" if counts.shape[1] <= 128 else "Int16"
            ),
            "purity": pd.array(shares.max(axis=1), dtype="Float64"),
            "entropy_bits": pd.array(entropy, dtype="Float64"),
        }
        | {
            f"{prefix}{digit}": counts[:, digit].astype(np.int32)
            for digit in range(counts.shape[1])
        }
    )
    frame.loc[dead, ["majority_digit", "purity", "entropy_bits"]] = pd.NA
    return frame


def without_labels(counts: NDArray[np.int64], lattice: Lattice) -> pd.DataFrame:
    """Return `units_table` for samples without classes: hits alone, all else null.

    Parameters
    ----------
    counts : int64 array of shape (n_units, 1)
    lattice : Lattice
    """
    frame = units_table(counts, lattice).drop(columns="digit_0")
    nothing = pd.array([pd.NA] * len(frame), "Int32")
    return frame.assign(
        n_digits=nothing, majority_digit=nothing, purity=nothing, entropy_bits=nothing
    )


def summarise_hits(counts: NDArray[np.int64]) -> dict[str, Any]:
    """Return the summary of a map of samples without classes: what needs classes is None.

    Parameters
    ----------
    counts : int64 array of shape (n_units, 1)
    """
    hits = counts.sum(axis=1)
    needs_classes = (
        *("single_digit_units", "single_digit_share", "histogram", "labels_without_units"),
        *("map_purity", "label_accuracy", "homogeneity", "permuted_single_digit_units"),
    )
    return {
        "n_units": len(hits),
        "n_samples": int(hits.sum()),
        "active_units": int((hits > 0).sum()),
        "dead_units": int((hits == 0).sum()),
        **dict.fromkeys(needs_classes),
    }


def summarise(
    counts: NDArray[np.int64],
    training_counts: NDArray[np.int64],
    bmus: NDArray[np.integer],
    labels: NDArray[np.integer],
    *,
    permutations: int,
    seed: int,
) -> dict[str, Any]:
    """Return the summary of a map: shares, label accuracy, homogeneity and the null control.

    Parameters
    ----------
    counts, training_counts : int64 arrays of shape (n_units, n_classes)
        Hits of the test set, and of the training set that labels the units.
    bmus, labels : integer arrays of shape (n_samples,)
        Of the test set.
    permutations, seed : int
        Of the null: labels permuted at fixed hits.
    """
    n_units, n_samples = len(counts), len(labels)
    n_digits = (counts > 0).sum(axis=1)
    single = int((n_digits == 1).sum())
    return {
        "n_units": n_units,
        "n_samples": n_samples,
        "active_units": int((n_digits > 0).sum()),
        "dead_units": int((n_digits == 0).sum()),
        "single_digit_units": single,
        "single_digit_share": single / n_units,
        "histogram": np.bincount(n_digits, minlength=counts.shape[1] + 1).tolist(),
        "labels_without_units": labels_without_units(training_counts, labels),
        **recognition(counts, training_counts, bmus, labels),
        "permuted_single_digit_units": permuted_single_digit_units(
            bmus, labels, n_units, permutations=permutations, seed=seed
        )._asdict(),
    }


def recognition(
    counts: NDArray[np.int64],
    training_counts: NDArray[np.int64],
    bmus: NDArray[np.integer],
    labels: NDArray[np.integer],
) -> dict[str, float]:
    """Return the map's purity, label accuracy and homogeneity; parameters as in `summarise`."""
    return {
        "map_purity": float(counts.max(axis=1).sum() / len(labels)),
        "label_accuracy": label_accuracy(training_counts, bmus, labels),
        "homogeneity": float(homogeneity_score(labels, bmus)),
    }


def label_accuracy(
    training_counts: NDArray[np.int64], bmus: NDArray[np.integer], labels: NDArray[np.integer]
) -> float:
    """Return the share of samples whose unit bears their label.

    Each unit is labelled by the majority of its TRAINING samples; a unit without any takes no part,
    and a sample that it wins counts as wrong.

    Examples
    --------
    >>> training = count_hits(np.array([0, 0, 0]), np.array([3, 3, 8]), 2)
    >>> label_accuracy(training, np.array([0, 0, 1, 0]), np.array([3, 8, 3, 3]))
    0.5
    """
    return float((label_units(training_counts)[bmus] == labels).mean())


def labels_without_units(
    training_counts: NDArray[np.int64], labels: NDArray[np.integer]
) -> list[int]:
    """Return the labels that occur, but that no unit bears: the map can never give them.

    Examples
    --------
    >>> training = count_hits(np.array([0, 0, 0]), np.array([3, 3, 8]), 2)
    >>> labels_without_units(training, np.array([3, 8, 8]))
    [8]
    """
    borne = training_counts[training_counts.sum(axis=1) > 0].argmax(axis=1)
    occurring = np.union1d(np.flatnonzero(training_counts.sum(axis=0)), labels)
    return [int(label) for label in np.setdiff1d(occurring, borne)]


def permuted_single_digit_units(
    bmus: NDArray[np.integer],
    labels: NDArray[np.integer],
    n_units: int,
    *,
    permutations: int,
    seed: int,
) -> ByChance:
    """Count single-digit units when labels are permuted at fixed hits: the number by chance alone.

    A unit with one hit always recognises "one digit", so the share of single-digit units must be
    compared with this null.
    """
    generator = np.random.default_rng([seed, 0])
    n_classes = int(labels.max(initial=0)) + 1
    singles = [
        int((np.count_nonzero(count_hits(bmus, shuffled, n_units, n_classes), axis=1) == 1).sum())
        for shuffled in (generator.permutation(labels) for _ in range(permutations))
    ]
    low, high = np.percentile(singles, [2.5, 97.5])
    return ByChance(float(np.mean(singles)), float(low), float(high))
