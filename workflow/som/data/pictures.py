"""Samples and codebooks of images as pictures, whatever they were scaled to."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..model.samples import as_features
from .scaling import scaling_from, undo_scaling


def image_shape_of(metadata: Mapping[str, str]) -> tuple[int, int]:
    """Return height and width of the images that a file's metadata tell of."""
    height, width = json.loads(metadata["image_shape"])[:2]
    return height, width


def colours_of(metadata: Mapping[str, str]) -> int:
    """Return the numbers per pixel: 1 for grey images, 3 for coloured ones."""
    return [*json.loads(metadata["image_shape"]), 1][2]


def brightness(values: NDArray[Any], metadata: Mapping[str, str]) -> NDArray[np.float64]:
    """Return images of shape (n_images, n_features) from 0 to 1, whatever their own units are.

    0 and 1 are the darkest and the brightest pixel of the training set.
    """
    scaling = scaling_from(metadata)
    if scaling["kind"] == "bytes":
        return as_features(values).astype(np.float64)
    own = undo_scaling(values, scaling)
    low, high = json.loads(metadata["pixel_range"])
    bright: NDArray[np.float64] = (own - low) / (high - low if high > low else 1.0)
    return bright


def pixel_scale_of(metadata: Mapping[str, str]) -> NDArray[np.float64] | None:
    """Return how long a difference of 1 in `brightness` is to the map, by feature; None for bytes.

    Bytes are given to the map as they are, so that it is 1.
    """
    scaling = scaling_from(metadata)
    if scaling["kind"] == "bytes":
        return None
    low, high = json.loads(metadata["pixel_range"])
    return (high - low if high > low else 1.0) / np.array(scaling["factor"])


def ink(values: NDArray[Any], metadata: Mapping[str, str]) -> NDArray[np.float64]:
    """Return images as they are drawn: how dark each pixel is, or its colours.

    In the data sets of digits a high number is ink. Images of the user's own are drawn as they are.
    """
    bright = brightness(values, metadata)
    return 1 - bright if "scaling" in metadata and colours_of(metadata) == 1 else bright


def grey(values: NDArray[Any], metadata: Mapping[str, str]) -> NDArray[np.float64]:
    """Return `brightness` with one number per pixel, the mean of its colours."""
    pixels = brightness(values, metadata)
    greys: NDArray[np.float64] = pixels.reshape(len(pixels), -1, colours_of(metadata)).mean(axis=2)
    return greys
