"""New samples on a finished map: their units, and which lie far from all that the map learnt."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..data.own_files import RawSamples, refused
from ..data.scaling import apply_scaling, scaling_from
from ..engine.search.find import find_two_nearest
from ..model.lattice import Lattice
from .activations import activations_table

# A sample is far if fewer of the training samples are farther from their BMUs than this share.
FAR_SHARE = 0.01


def as_the_run_saw_them(
    source: str, raw: RawSamples, metadata: Mapping[str, str]
) -> NDArray[np.uint8] | NDArray[np.float32]:
    """Return new samples completed and scaled as the training set of a run was.

    Parameters
    ----------
    source : str
        The file's name, for sentences.
    raw : RawSamples
    metadata : mapping
        Of the run's checkpoint.

    Raises
    ------
    SomError
        If their features are others than the run's.
    """
    shape = metadata.get("image_shape")
    own = list(raw.image_shape or ())
    if shape is not None and own and own != json.loads(shape):
        raise refused(source, f"its images are of shape {own}, but the run's of {shape}")
    scaling = scaling_from(metadata)
    if scaling["kind"] == "bytes":
        if raw.values.dtype != np.uint8:
            raise refused(source, "the run learnt from bytes (0 to 255), and these are others")
        return raw.values.astype(np.uint8)
    if raw.values.shape[1] != len(scaling["offset"]):
        raise refused(
            source,
            f"it has {raw.values.shape[1]} features, but the run learnt from "
            f"{len(scaling['offset'])}",
        )
    values = raw.values.astype(np.float64)
    gaps = np.isnan(values)
    if gaps.any():
        if "missing" not in metadata:
            row, column = np.argwhere(gaps)[0]
            name = raw.names[column] if raw.names else column + 1
            raise refused(
                source, f"{raw.rows} {row + 1}, column {name} is missing (NaN); fill it in"
            )
        values = np.where(gaps, json.loads(metadata["missing"])["values"], values)
    return apply_scaling(values, scaling)


def map_samples(
    samples: NDArray[Any],
    codebook: NDArray[np.float32],
    lattice: Lattice,
    training_distances: NDArray[np.floating],
    of_units: Mapping[str, NDArray[Any]],
    *,
    threads: int = 1,
) -> pd.DataFrame:
    """Return one row per sample: its units, place and distance, and whether it is far.

    Parameters
    ----------
    samples : array of shape (n_samples, n_features)
    codebook : float32 array of shape (n_units, n_features)
    lattice : Lattice
    training_distances : array
        Of the training samples to their BMUs: a sample is far beyond their quantile
        1 − `FAR_SHARE`.
    of_units : mapping
        Columns by name, with an entry per unit, that a sample takes from its BMU.
    threads : int
    """
    nearest = find_two_nearest(samples, codebook, threads=threads)
    frame = activations_table(np.arange(len(samples)), np.zeros(len(samples)), nearest, lattice)
    frame = frame.drop(columns="label")
    frame["is_far"] = nearest.distances > np.quantile(training_distances, 1 - FAR_SHARE)
    for name, values in of_units.items():
        frame[name] = pd.Series(values)[nearest.bmus].to_numpy()
    return frame
