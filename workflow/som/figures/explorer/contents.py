"""What the explorer shows: numbers, prototypes and test images, ready to be embedded."""

import base64
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from ...data.classes import DIGITS, noun_for
from ...model.lattice import Lattice
from ...statistics.findings import single_digit_finding
from ..drawing.layout import map_note, unit_centres, unit_outlines

# Test images shown of each unit, the nearest to its prototype first; strangers come on top.
NEAREST = 9
# Pixels of a sheet of images at most: no browser has to shrink it, and the page stays small.
LAST_SHEET, EARLIER_SHEET, SAMPLES_SHEET = 4_000_000, 600_000, 9_000_000
# Greys on screen; the last epoch's prototypes have more, because the page computes with them.
FEW, MANY = 16, 256


class Frame(NamedTuple):
    """The map after an epoch."""

    epoch: int
    counts: NDArray[np.int64]
    """Test images of each class on each unit, of shape (n_units, n_classes)."""
    codebook: NDArray[np.float32]
    """Of shape (n_units, n_features), from 0 to 1; what lies beyond is shown as the nearest."""
    u_matrix: NDArray[np.floating]
    """Mean distance of each unit to adjacent ones, of shape (n_units,); NaN where undefined."""


class Samples(NamedTuple):
    """Test images, and where they landed in the last epoch; arrays of length n_samples."""

    sample: NDArray[np.integer]
    images: NDArray[np.floating]
    """Of shape (n_samples, height, width), or (n_samples, height, width, 3), from 0 to 1."""
    labels: NDArray[np.integer]
    bmus: NDArray[np.integer]
    distances: NDArray[np.floating]


def gather(
    lattice: Lattice,
    frames: Sequence[Frame],
    unit_labels: NDArray[np.integer],
    samples: Samples,
    summary: Mapping[str, Any],
    *,
    classes: Sequence[str],
    pixel_scale: NDArray[np.floating] | None = None,
) -> dict[str, Any]:
    """Return the page's contents, as values that JSON knows.

    Parameters
    ----------
    lattice : Lattice
    frames : sequence of Frame
        By epoch; the last one is what the page opens with.
    unit_labels : integer array of shape (n_units,)
        The class of most training images on each unit; -1 where there are none.
    samples : Samples
        The test set.
    summary : mapping
        Of the last epoch, as in `purity/epoch_EEE.json`.
    classes : sequence of text
        Their names, by label.
    pixel_scale : array of shape (n_features,), optional
        How far apart, in the map's own distance, two pixels are that differ by 1; 1 by default.
    """
    image_shape = samples.images.shape[1:]
    chosen = choose_samples(unit_labels, samples)
    last = frames[-1]
    return {
        "finding": finding(summary),
        "classes": list(classes),
        "noun": noun_for(classes),
        "n_units": lattice.n_units,
        "places": _places(lattice),
        "outlines": encode(unit_outlines(lattice), np.float32),
        "centres": encode(unit_centres(lattice), np.float32),
        "note": map_note(lattice),
        "labels": encode(unit_labels, np.int16),
        "can_draw": image_shape == (28, 28) and tuple(classes) == DIGITS,
        "frames": [
            {
                "epoch": frame.epoch,
                "counts": encode(frame.counts, np.uint32),
                "u_matrix": encode(frame.u_matrix, np.float32),
                "sheet": sheet(
                    frame.codebook.reshape(-1, *image_shape),
                    most_pixels=LAST_SHEET if frame is last else EARLIER_SHEET,
                    n_greys=MANY if frame is last else FEW,
                    pixel_scale=(
                        None if pixel_scale is None else pixel_scale.reshape(1, *image_shape)
                    ),
                ),
            }
            for frame in frames
        ],
        "n_samples": len(samples.labels),
        "n_strangers": int(are_strangers(unit_labels, samples).sum()),
        "samples": {
            "sheet": sheet(samples.images[chosen], most_pixels=SAMPLES_SHEET, n_greys=FEW),
            "row": encode(samples.sample[chosen], np.int32),
            "label": encode(samples.labels[chosen], np.int16),
            "bmu": encode(samples.bmus[chosen], np.int32),
            "distance": encode(samples.distances[chosen], np.float32),
        },
    }


def are_strangers(unit_labels: NDArray[np.integer], samples: Samples) -> NDArray[np.bool_]:
    """Tell which samples landed on a unit with another label, or with none."""
    return np.asarray(unit_labels[samples.bmus] != samples.labels)


def choose_samples(unit_labels: NDArray[np.integer], samples: Samples) -> NDArray[np.int64]:
    """Return the samples to show, in their order: the nearest of each unit, and all strangers."""
    ranks = pd.Series(samples.distances).groupby(samples.bmus).rank("first").to_numpy()
    return np.flatnonzero((ranks <= NEAREST) | are_strangers(unit_labels, samples))


def finding(summary: Mapping[str, Any]) -> str:
    """Return what the map is worth, in two sentences."""
    return (
        f"After epoch {summary['epoch']}, {single_digit_finding(summary)}. The map names "
        f"{100 * summary['label_accuracy']:.1f} % of {summary['n_samples']:,} test images rightly."
    )


def encode(values: ArrayLike, dtype: type[np.generic]) -> str:
    """Return numbers as base64 text, in the byte order of browsers."""
    return base64.b64encode(
        np.asarray(values, np.dtype(dtype).newbyteorder("<")).tobytes()
    ).decode()


def sheet(
    images: NDArray[np.floating],
    *,
    most_pixels: int,
    n_greys: int,
    pixel_scale: NDArray[np.floating] | None = None,
) -> dict[str, Any]:
    """Return images side by side in one PNG; grey ones are white the more there is of it.

    Parameters
    ----------
    images : array of shape (n_images, height, width), or (n_images, height, width, 3)
        From 0 to 1; what lies beyond is shown as the nearest.
    most_pixels : int
        Larger sheets are shrunk by a whole factor: each pixel is the mean of some.
    n_greys : int
        16 or 256, of each colour.
    pixel_scale : array of shape (1, height, width), or (1, height, width, 3), optional
        See `gather`.

    Returns
    -------
    dict
        `address`, the picture as a `data:` address; `columns`, how many stand side by side; `shape`
        of an image in it; `depth`, the numbers per pixel; `factor` by which images are shrunk;
        `scale`, `pixel_scale` at
        that size.
    """
    factor = 1
    while images.size / factor**2 > most_pixels and factor < min(images.shape[1:3]):
        factor += 1
    images = _shrunk(np.clip(images, 0, 1), factor)
    n_images, height, width, *colours = images.shape
    columns = max(1, int(np.ceil(np.sqrt(n_images * height / width))))
    rows = max(1, -(-n_images // columns))
    tiles = np.zeros((rows * columns, height, width, *colours))
    tiles[:n_images] = images
    whole = tiles.reshape(rows, columns, height, width, *colours).swapaxes(1, 2)
    levels = np.rint(whole.reshape(rows * height, columns * width, *colours) * (n_greys - 1))
    if colours:
        levels *= 255 // (n_greys - 1)
    picture = Image.fromarray(levels.astype(np.uint8))
    content = io.BytesIO()
    if n_greys == MANY or colours:
        picture.save(content, "PNG", optimize=True)
    else:
        picture.putpalette(np.linspace(0, 255, n_greys).astype(np.uint8).repeat(3).tolist())
        picture.save(content, "PNG", bits=4, optimize=True)
    address = "data:image/png;base64," + base64.b64encode(content.getvalue()).decode()
    shape, depth = [height, width], colours[0] if colours else 1
    return {
        "address": address,
        "columns": columns,
        "shape": shape,
        "depth": depth,
        "factor": factor,
        "scale": ""
        if pixel_scale is None
        else encode(_shrunk(pixel_scale**2, factor) ** 0.5, np.float32),
    }


def _shrunk(images: NDArray[np.floating], factor: int) -> NDArray[np.floating]:
    """Return images whose pixels are the means of `factor` × `factor` ones; what is left is cut."""
    n_images, height, width, *colours = images.shape
    rows, columns = height // factor, width // factor
    cut = images[:, : rows * factor, : columns * factor]
    blocks = cut.reshape(n_images, rows, factor, columns, factor, *colours)
    return np.asarray(blocks.mean(axis=(2, 4)))


def _places(lattice: Lattice) -> list[str]:
    """Return where each unit is, in words."""
    index = np.stack(np.unravel_index(np.arange(lattice.n_units), lattice.shape), axis=1)
    if lattice.has_rows_and_columns:
        return [f"row {row}, column {column}" for row, column in index.tolist()]
    return [f"position {', '.join(map(str, place))}" for place in index.tolist()]


def to_json(contents: Mapping[str, Any]) -> str:
    """Return contents as JSON that may stand inside a script element."""
    text = json.dumps(contents, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")
