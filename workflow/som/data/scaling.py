"""How the features of a data set are scaled, and how that is undone."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray


def scaling_of(kind: str, train: NDArray[np.float64], *, of_all: bool = False) -> dict[str, Any]:
    """Return the scaling of a training part: (x − offset) / factor, feature by feature.

    Parameters
    ----------
    kind : {"standard", "range", "none"}
        To mean 0 and standard deviation 1, or to 0 to 1. A feature without spread only moves.
    train : array of shape (n_samples, n_features)
    of_all : bool
        Whether the range is that of all features together, as of the pixels of images.
    """
    n_features = train.shape[1]
    offset, factor = np.zeros(n_features), np.ones(n_features)
    if kind == "standard":
        offset, factor = train.mean(axis=0), train.std(axis=0)
        # What differs by rounding alone has no spread.
        factor[factor <= 1e-12 * np.abs(offset)] = 0
    elif kind == "range":
        low, high = (train.min(), train.max()) if of_all else (train.min(axis=0), train.max(axis=0))
        offset, factor = np.broadcast_to(low, n_features), np.broadcast_to(high - low, n_features)
    factor = np.where(factor > 0, factor, 1.0)
    return {"kind": kind, "offset": offset.tolist(), "factor": factor.tolist()}


def scaling_from(metadata: Mapping[str, str]) -> dict[str, Any]:
    """Return the scaling that a file's metadata tell of; without one, pixels are bytes."""
    scaling: dict[str, Any] = json.loads(metadata.get("scaling", '{"kind": "bytes"}'))
    return scaling


def apply_scaling(values: NDArray[Any], scaling: Mapping[str, Any]) -> NDArray[np.float32]:
    """Return samples as a data set's own scaling makes them, in float32."""
    offset, factor = np.array(scaling["offset"]), np.array(scaling["factor"])
    return ((values - offset) / factor).astype(np.float32)


def undo_scaling(values: NDArray[np.floating], scaling: Mapping[str, Any]) -> NDArray[np.float64]:
    """Return features in the data's own units; pixels of bytes stay from 0 to 1."""
    if scaling["kind"] == "bytes":
        return values.astype(np.float64)
    return values * np.array(scaling["factor"]) + np.array(scaling["offset"])
