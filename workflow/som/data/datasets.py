"""The data sets: how their original files are read, and the tables made from them."""

import gzip
import json
import math
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ..files.atomic import read_whole
from ..files.errors import SomError, damaged, reason
from ..files.tables import read_arrow, write_arrow
from ..model.samples import AnySamples, Samples
from .classes import N_CLASSES, has_labels, n_classes
from .pictures import image_shape_of
from .sources import DATASETS, EMBEDDED, EMBEDDED_FILE
from .stored import StoredSamples, write_in_parts

GZIP = b"\x1f\x8b"
ROW_GROUP = 4096  # rows that are compressed together, and read together
# Samples of more bytes are not held in memory, but read in parts.
MOST_IN_MEMORY = 2**29
MISSING = "values are missing in it"
Split = tuple[NDArray[np.int32], NDArray[np.uint8], NDArray[np.uint8]]

Pixels = TypeVar("Pixels", bound=AnySamples, covariant=True)


class Images(NamedTuple, Generic[Pixels]):
    """A table of samples.

    Attributes
    ----------
    sample : int32 array of shape (n_samples,)
        Positions in the original file.
    pixels : array of shape (n_samples, n_features)
        Bytes, or the float32 features of a data set of the user's own; or `StoredSamples`.
    labels : integer array of shape (n_samples,)
        Zeros where there are no labels (see `has_labels`).
    metadata : dict
    """

    sample: NDArray[np.int32]
    pixels: Pixels
    labels: NDArray[np.integer]
    metadata: dict[str, str]

    @property
    def image_shape(self) -> tuple[int, int]:
        """Height and width of an image."""
        return image_shape_of(self.metadata)

    @property
    def has_labels(self) -> bool:
        """Whether the samples have classes."""
        return has_labels(self.metadata)

    @property
    def label_column(self) -> Any:
        """The labels as a column of a table; all null where there are none."""
        return self.labels if self.has_labels else pd.array([pd.NA] * len(self.sample), "UInt8")


def read_idx(path: Path) -> NDArray[np.integer]:
    """Read a gzip-compressed IDX file (LeCun's format: magic number, lengths, values).

    Raises
    ------
    DamagedFileError
        If it cannot be decompressed or its length is not what its header says.
    """
    values = _parse(_decompress(path))
    if isinstance(values, str):
        raise damaged(path, values)
    return values


def parse_idx(path: Path) -> NDArray[np.integer]:
    """Read an IDX file of the user's own, compressed or not.

    Raises
    ------
    SomError
        If it is none.
    """
    try:
        content = read_whole(path)
        values = _parse(gzip.decompress(content) if content[:2] == GZIP else content)
    except (OSError, EOFError, zlib.error) as error:
        raise SomError(f"{path}: it cannot be read ({reason(error)}).") from None
    if isinstance(values, str):
        raise SomError(f"{path}: {values}.")
    return values


def _parse(content: bytes) -> NDArray[np.integer] | str:
    """Return the values of an IDX file, or what is wrong with it."""
    dtypes: dict[int, np.dtype[Any]] = {0x08: np.dtype(np.uint8), 0x0C: np.dtype(">i4")}
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in dtypes:
        return "it is not an IDX file of bytes or integers"
    n_axes = content[3]
    lengths = np.frombuffer(content[4 : 4 + 4 * n_axes], ">u4").tolist()
    values = content[4 + 4 * n_axes :]
    if len(lengths) != n_axes or len(values) != math.prod(lengths) * dtypes[content[2]].itemsize:
        return "its length is not what its header says"
    return np.frombuffer(values, dtypes[content[2]]).reshape(lengths)


def read_sources(dataset: str, folder: Path, split: str) -> Split:
    """Read one split of a data set from its original files.

    Returns
    -------
    sample : int32 array of shape (n_samples,)
        Position in the original file.
    images : uint8 array of shape (n_samples, n_rows, n_columns)
    labels : uint8 array of shape (n_samples,)
    """
    if dataset == EMBEDDED:
        return _read_embedded(folder / EMBEDDED_FILE, split)
    names = DATASETS[dataset]
    images = read_idx(folder / (names.train_images if split == "train" else names.test_images))
    labels = read_idx(folder / (names.train_labels if split == "train" else names.test_labels))
    if labels.ndim == 2:  # QMNIST gives eight columns a label; the first is the digit.
        labels = labels[:, 0]
    if images.ndim != 3 or labels.shape != images.shape[:1]:
        raise damaged(folder, f"{images.shape} images and {labels.shape} labels do not go together")
    if dataset == "emnist_digits":  # EMNIST's images lie on their side, columns first.
        images = images.transpose(0, 2, 1)
    sample = np.arange(len(labels), dtype=np.int32)
    return sample, images.astype(np.uint8), labels.astype(np.uint8)


def _read_embedded(path: Path, split: str) -> Split:
    """Read the 5,000 digits (500 a class, sorted by class): every fifth one is for testing."""
    try:
        values = np.array(
            [line.split(b",") for line in _decompress(path).split()], dtype=np.uint8
        ).reshape(5000, 785)
    except (ValueError, OverflowError) as error:
        raise damaged(path, "it is not the table of 5,000 digits") from error
    is_test = np.arange(len(values)) % 5 == 4
    sample = np.flatnonzero(is_test == (split == "test")).astype(np.int32)
    return sample, values[sample, :-1].reshape(-1, 28, 28), values[sample, -1]


def _decompress(path: Path) -> bytes:
    content = read_whole(path)
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise damaged(path, str(error) or "it cannot be decompressed") from error


def write_images(
    path: Path,
    sample: NDArray[np.int32],
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    metadata: Mapping[str, str],
) -> None:
    """Write images as one Parquet row each: `sample`, `label`, `pixels` (row-major bytes)."""
    pixels = np.ascontiguousarray(images).reshape(len(images), math.prod(images.shape[1:]))
    table = pa.table(
        {
            "sample": pa.array(sample, pa.int32()),
            "label": pa.array(labels, pa.uint8()),
            "pixels": pa.FixedSizeListArray.from_arrays(pixels.ravel(), pixels.shape[1]),
        }
    )
    shape = json.dumps(list(images.shape[1:]))
    metadata = {**metadata, "image_shape": shape}
    write_arrow(path, table, metadata, kind="images", row_group_size=ROW_GROUP)


def write_images_in_parts(
    path: Path,
    sample: NDArray[np.int32],
    labels: NDArray[np.uint8],
    image_shape: tuple[int, int],
    blocks: Iterable[NDArray[np.uint8]],
    metadata: Mapping[str, str],
) -> None:
    """Write what `write_images` writes, with the images block by block, which share no memory.

    Parameters
    ----------
    sample, labels : array of shape (n_samples,)
    image_shape : (height, width)
    blocks : iterable of uint8 arrays of shape (n, height, width)
        With `n_samples` images in all.
    """
    n_pixels = math.prod(image_shape)
    head = pa.table({"sample": pa.array(sample, pa.int32()), "label": pa.array(labels, pa.uint8())})
    parts = (np.ascontiguousarray(block).reshape(-1, n_pixels) for block in blocks)
    metadata = {**metadata, "image_shape": json.dumps(list(image_shape))}
    write_in_parts(
        path,
        head,
        ("pixels", np.dtype(np.uint8), n_pixels, parts),
        metadata,
        kind="images",
        row_group_size=ROW_GROUP,
    )


def write_samples(
    path: Path,
    sample: NDArray[np.int32],
    values: NDArray[np.uint8] | NDArray[np.float32],
    labels: NDArray[np.integer] | None,
    metadata: Mapping[str, str],
) -> None:
    """Write samples of a data set of the user's own as one Parquet row each.

    `sample`, `label` (null where there are none; its name stands in `class_names` of the metadata),
    and `pixels` (bytes) or `features` (float32).
    """
    name = "pixels" if values.dtype == np.uint8 else "features"
    kind = pa.uint8() if n_classes(metadata) <= 256 else pa.uint16()
    column = pa.nulls(len(sample), pa.uint8()) if labels is None else pa.array(labels, kind)
    table = pa.table(
        {
            "sample": pa.array(sample, pa.int32()),
            "label": column,
            name: pa.FixedSizeListArray.from_arrays(values.ravel(), values.shape[1]),
        }
    )
    write_arrow(path, table, metadata, kind="images", row_group_size=ROW_GROUP)


def _fault_of_own(schema: pa.Schema, head: pa.Table, metadata: Mapping[str, str]) -> str:
    """Return what a table of the user's own samples lacks, or ""."""
    names = schema.names
    if len(names) != 3 or names[:2] != ["sample", "label"]:
        return f"its columns are {', '.join(names)}"
    kinds, kind = {"pixels": "uint8", "features": "float"}, schema.types[2]
    if names[2] not in kinds or str(getattr(kind, "value_type", "")) != kinds[names[2]]:
        return f"its column {names[2]} is {kind}"
    if head["sample"].null_count:
        return MISSING
    if head["label"].null_count:
        return "" if not has_labels(metadata) else "labels are missing in it"
    largest = pc.max(head["label"]).as_py() or 0
    return "" if largest < n_classes(metadata) else f"it has the label {largest}, which is no class"


def _fault(schema: pa.Schema, head: pa.Table, metadata: Mapping[str, str]) -> str:
    """Return what a table of images lacks, or "". A table can be whole and yet have no images.

    `head` has all columns but the last.
    """
    if "scaling" in metadata:
        return _fault_of_own(schema, head, metadata)
    try:
        n_pixels = math.prod(json.loads(metadata["image_shape"]))
    except (KeyError, TypeError, ValueError):
        return "it does not say what shape its images have"
    expected = {
        "sample": pa.int32(),
        "label": pa.uint8(),
        "pixels": pa.list_(pa.uint8(), n_pixels),
    }
    found = dict(zip(schema.names, schema.types, strict=True))
    # The name of a list's values ("item", "element") depends on the version of Arrow.
    if {key: str(kind).replace("element", "item") for key, kind in found.items()} != {
        key: str(kind) for key, kind in expected.items()
    }:
        return f"its columns are {', '.join(f'{name} {kind}' for name, kind in found.items())}"
    if any(column.null_count for column in head.columns):
        return MISSING
    largest = pc.max(head["label"]).as_py()
    return "" if (largest or 0) < N_CLASSES else f"it has the label {largest}, which is no digit"


def read_images(path: Path | str) -> Images[Samples]:
    """Read a table written by `write_images`.

    Raises
    ------
    DamagedFileError
        If it was altered.
    SomError
        If there is no image in it.
    """
    table, metadata = read_arrow(path)
    head = table.select(table.column_names[:-1])
    _check(path, table.schema, head, metadata)
    column = table[2].combine_chunks()
    if column.null_count:
        raise damaged(path, MISSING)
    pixels = column.flatten().to_numpy().reshape(len(table), column.type.list_size)
    return _images(head, pixels, metadata)


def open_images(path: Path | str) -> Images[AnySamples]:
    """Read a table as `read_images` does, but leave more than `MOST_IN_MEMORY` bytes in the file.

    The samples are then `StoredSamples`.
    """
    try:
        file = pq.ParquetFile(path)
        vectors = file.schema_arrow.types[-1]
        size = file.metadata.num_rows * vectors.list_size * (vectors.value_type.bit_width // 8)
    except Exception:  # Of many kinds on damaged bytes: read_images says which.
        size = 0
    if size <= MOST_IN_MEMORY:
        return read_images(path)
    stored = StoredSamples(path)
    _check(path, stored.schema, stored.head, stored.metadata)
    return _images(stored.head, stored, stored.metadata)


def _check(
    path: Path | str, schema: pa.Schema, head: pa.Table, metadata: Mapping[str, str]
) -> None:
    """Refuse a table without images."""
    if fault := _fault(schema, head, metadata):
        raise damaged(path, fault)
    if len(head) == 0:
        raise SomError(
            f"{path} holds no images: a map needs at least one; choose another data set."
        )


def _images(head: pa.Table, pixels: Any, metadata: dict[str, str]) -> Images[Any]:
    labels = pc.fill_null(head["label"], 0).to_numpy()
    return Images(head["sample"].to_numpy(), pixels, labels, metadata)
