"""Tables of samples mapped on a codebook."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ..data.classes import has_labels, n_classes
from ..engine.search.nearest import NO_UNIT, Nearest
from ..model.lattice import Lattice
from ..model.places import place_columns


def activations_table(
    sample: NDArray[np.integer],
    labels: Any,
    nearest: Nearest,
    lattice: Lattice,
) -> pd.DataFrame:
    """Return one row per sample: its label, its BMU and second BMU, place and distance.

    `labels` is an array, or a column of nulls where there are none.
    The second BMU is null on a map of one unit.
    `row` and `column` (or else `position`, see `places`) are the BMU's place on the lattice;
    `distance` is Euclidean, in pixels/255.
    """
    seconds: NDArray[np.int32] | pd.api.extensions.ExtensionArray = nearest.second_bmus
    if (nearest.second_bmus == NO_UNIT).any():
        seconds = pd.array(nearest.second_bmus, dtype="Int32")
        seconds[nearest.second_bmus == NO_UNIT] = pd.NA
    return pd.DataFrame(
        {
            "sample": sample.astype(np.int32),
            "label": labels,
            "bmu": nearest.bmus,
            "second_bmu": seconds,
            **place_columns(lattice, nearest.bmus),
            "distance": nearest.distances,
        }
    )


def find_fault(table: pa.Table, metadata: Mapping[str, str]) -> str:
    """Return the fault of a table of activations, by what its metadata say, or ""."""
    bounds = {"bmu": Lattice.from_json(metadata["lattice"]).n_units}
    if has_labels(metadata):
        bounds["label"] = n_classes(metadata)
    for name, bound in bounds.items():
        if name not in table.column_names or not pa.types.is_integer(table[name].type):
            return f"it has no whole numbers {name}"
        least, most = pc.min_max(table[name]).as_py().values()
        if table[name].null_count or (len(table) and not 0 <= least <= most < bound):
            return f"its column {name} goes from {least} to {most}, beyond 0 to {bound - 1}"
    return ""


def nearest_from(frame: pd.DataFrame) -> Nearest:
    """Return the BMUs, second BMUs and distances of a table of activations."""
    seconds = frame["second_bmu"].fillna(NO_UNIT).to_numpy(np.int32)
    return Nearest(frame["bmu"].to_numpy(), seconds, frame["distance"].to_numpy())


def labels_of(frame: pd.DataFrame) -> NDArray[np.int64]:
    """Return the labels of a table of activations; zeros where there are none."""
    labels: NDArray[np.int64] = frame["label"].fillna(0).to_numpy(np.int64)
    return labels
