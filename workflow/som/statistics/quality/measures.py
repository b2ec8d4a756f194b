"""All quality measures of a map, as its summary holds them."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...engine.search.nearest import Nearest
from ...mapping.map_errors import map_errors
from ...model.lattice import Lattice
from ...model.samples import Samples
from ..hits import count_hits
from ..purity import recognition
from .class_scatter import (
    class_scatter,
    class_scatter_index,
    majority_classes,
)
from .combined import combined_error
from .distortion import distortion
from .preservation import measure_preservation
from .topographic_product import topographic_product


def measure_quality(
    samples: Samples,
    labels: NDArray[np.integer],
    codebook: NDArray[np.float32],
    nearest: Nearest,
    lattice: Lattice,
    *,
    training_counts: NDArray[np.int64],
    radius: float,
    n_neighbours: Sequence[int],
    n_compared: int | None = None,
    report: Callable[[int], None] | None = None,
) -> dict[str, Any]:
    """Return every measure of a map; undefined ones are None, never NaN.

    Parameters
    ----------
    samples : array of shape (n_samples, n_features)
        Bytes (used as x / 255) or float32.
    labels : integer array of shape (n_samples,)
    codebook : float32 array of shape (n_units, n_features)
    nearest : Nearest
        Of the samples.
    lattice : Lattice
    training_counts : int64 array of shape (n_units, 10)
        Hits of the training set, whose majority labels the units for the label accuracy.
    radius : float
        R of the distortion, in grid steps: that of the epoch which made the map.
    n_neighbours : sequence of int
        The ks of trustworthiness and continuity.
    n_compared : int, optional
        So many samples, the first ones, are compared with each other for these two; all, if none.
    report : callable, optional
        Called with the number of samples as the slowest part is done with them.

    Returns
    -------
    dict
        `n_units`, `n_samples`, `n_compared`, `dead_units`;
        `quantization_error`, `combined_error`: in the samples' units, `distortion`: in their
        squares, with `distortion_radius`;
        `topographic_error` (the lattice's own neighbours), `_4` and `_8`: shares of the samples;
        `topographic_product`: 0 is a match, negative: too few dimensions, positive: too many;
        `preservation`: a list of `n_neighbours`, `trustworthiness`, `continuity`;
        `class_scatter_index`: mean number of patches per digit; `largest_component_unit_share` and
        `largest_component_sample_share`: means over digits of what the largest patch has of the
        digit's units, and of all its samples; `classes`: a list of these for each digit, by the
        majority of `labels`;
        `map_purity`, `label_accuracy`, `homogeneity`: see `som.statistics.purity`.
    """
    bmus = nearest.bmus
    counts = count_hits(bmus, labels, lattice.n_units)
    part = slice(n_compared)
    preservation = measure_preservation(
        samples[part], bmus[part], lattice, n_neighbours, report=report
    )
    return {
        "n_units": lattice.n_units,
        "n_samples": len(samples),
        "n_compared": len(samples[part]),
        "dead_units": int((~counts.any(axis=1)).sum()),
        **{key: _number(value) for key, value in map_errors(nearest, lattice)._asdict().items()},
        "combined_error": combined_error(codebook, nearest, lattice),
        "distortion": distortion(samples, codebook, bmus, lattice, radius),
        "distortion_radius": float(radius),
        "topographic_product": topographic_product(codebook, lattice),
        "preservation": [values._asdict() for values in preservation],
        **_scatter(counts, lattice),
        **_recognition(counts, training_counts, bmus, labels),
    }


def _scatter(counts: NDArray[np.int64], lattice: Lattice) -> dict[str, Any]:
    """Return how the classes lie on the map: the index, the mean shares and those of each."""
    scatter = class_scatter(counts, lattice)
    classes = [
        {"digit": digit}
        | {key: _number(column[digit]) for key, column in scatter._asdict().items()}
        for digit in range(counts.shape[1])
    ]
    return {
        "class_scatter_index": class_scatter_index(majority_classes(counts), lattice),
        "largest_component_unit_share": _mean(scatter.unit_share),
        "largest_component_sample_share": _mean(scatter.sample_share),
        "classes": classes,
    }


def _recognition(
    counts: NDArray[np.int64],
    training_counts: NDArray[np.int64],
    bmus: NDArray[np.integer],
    labels: NDArray[np.integer],
) -> dict[str, float | None]:
    """Return how well the units recognise the classes; undefined without samples."""
    if len(labels) == 0:
        return {"map_purity": None, "label_accuracy": None, "homogeneity": None}
    return {**recognition(counts, training_counts, bmus, labels)}


def _mean(values: NDArray[np.float64]) -> float | None:
    """Return the mean of those that are defined."""
    defined = values[~np.isnan(values)]
    return float(defined.mean()) if len(defined) else None


def _number(value: Any) -> float | int | None:
    """Return a plain number, or None if it is undefined."""
    if value is None or math.isnan(value):
        return None
    return int(value) if isinstance(value, np.integer) else float(value)
