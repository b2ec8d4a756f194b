"""Data sets of the user's own: split, completed and scaled, and written as tables of samples."""

import json
import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .own_files import MOST_CLASSES, RawSamples, files_of, read_samples, refused
from .own_settings import OwnDataset
from .scaling import apply_scaling, scaling_of

SPLIT_SEED = 0


class Part(NamedTuple):
    """The training or test part of a data set.

    Attributes
    ----------
    sample : int32 array of shape (n_samples,)
        Position in the file.
    values : array of shape (n_samples, n_features)
        Bytes or float32.
    labels : integer array of shape (n_samples,), or None
    """

    sample: NDArray[np.int32]
    values: NDArray[np.uint8] | NDArray[np.float32]
    labels: NDArray[np.int64] | None


def prepare(dataset: OwnDataset) -> tuple[Part, Part, dict[str, str]]:
    """Read a data set, and return its two parts and their metadata.

    Scaling and the values for missing ones come from the training part.

    Returns
    -------
    train, test : Part
    metadata : dict
        `class_names`, `feature_names`, `image_shape`, `scaling`, `missing`, `pixel_range` as JSON,
        as far as there are such.

    Raises
    ------
    SomError
        In one sentence, if a file cannot be used.
    """
    _check_labels(dataset)
    first = read_samples(dataset.sources[0], dataset.label, dataset.features)
    if isinstance(dataset.test, str):
        # Columns of a table go by their names, in whatever order they stand.
        names = dataset.features or first.names
        second = read_samples(dataset.sources[1], dataset.label, names)
        _check_alike(first, second, dataset)
    else:
        second = first
    classes = _class_names(dataset, first, second)
    train_rows, test_rows = np.arange(len(first.values)), np.arange(len(second.values))
    if isinstance(dataset.test, float):
        train_rows, test_rows = split(len(first.values), first.labels, dataset.test)
        if not len(test_rows) or not len(train_rows):
            raise refused(
                dataset.train,
                f"it has {len(first.values):,} samples, too few for test: {dataset.test:g}; set "
                "test to null to test on all of them",
            )
    metadata: dict[str, str] = {}
    if classes is not None:
        metadata["class_names"] = json.dumps(classes)
    if first.image_shape is None:
        numbered = [f"feature_{number}" for number in range(1, first.values.shape[1] + 1)]
        metadata["feature_names"] = json.dumps(first.names or numbered)
    if first.image_shape is not None:
        metadata["image_shape"] = json.dumps(list(first.image_shape))
    values, scaling = _scaled(dataset, first, first.values[train_rows], second.values[test_rows])
    parts = [
        Part(rows.astype(np.int32), made, _numbered(raw, rows, classes))
        for rows, made, raw in zip((train_rows, test_rows), values, (first, second), strict=True)
    ]
    return parts[0], parts[1], metadata | scaling


def describe(name: str, train: Part, test: Part, metadata: Mapping[str, str]) -> list[str]:
    """Return what a reader should know of a data set, a line each."""
    classes = json.loads(metadata.get("class_names", "[]"))
    lines = [f"{name}: {len(train.sample):,} samples to train and {len(test.sample):,} to test"]
    if classes:
        lines[0] += f", {len(classes)} class{'' if len(classes) == 1 else 'es'}"
    if len(classes) == 1:
        lines.append(f"! {name} has one class only, so every unit shows that class alone")
    if "missing" in metadata:
        found = json.loads(metadata["missing"])
        lines.append(
            f"{name}: {found['train'] + found['test']:,} missing values were replaced by the "
            f"{found['kind']} of the training part"
        )
    return lines


def split(
    n_samples: int, labels: NDArray[np.str_] | None, share: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows for training and for testing, each in order: a share of every class.

    Examples
    --------
    >>> train, test = split(8, np.array(list("aaaabbbb")), 0.25)
    >>> len(train), len(test), (test < 4).sum()
    (6, 2, np.int64(1))
    """
    generator = np.random.default_rng(SPLIT_SEED)
    classes = np.zeros(n_samples, int)
    if labels is not None:
        classes = np.unique(labels, return_inverse=True)[1]
    is_test = np.zeros(n_samples, bool)
    spare = []
    for one in range(classes.max() + 1):
        rows = generator.permutation(np.flatnonzero(classes == one))
        whole = int(share * len(rows))
        is_test[rows[:whole]] = True
        spare += rows[whole:-1].tolist()  # One of each class stays for training.
    # What rounding down leaves is taken from any classes.
    n_more = max(round(share * n_samples), 1) - int(is_test.sum())
    is_test[generator.permutation(np.array(spare, dtype=int))[: max(n_more, 0)]] = True
    return np.flatnonzero(~is_test), np.flatnonzero(is_test)


def _check_labels(dataset: OwnDataset) -> None:
    """Refuse one file of labels for two files of samples."""
    labels = [files_of(source, dataset.label)[1:] for source in dataset.sources]
    if len(labels) == 2 and labels[0] and labels[0] == labels[1]:
        raise refused(
            dataset.sources[1],
            f"it would get the labels of {dataset.sources[0]}; name the files such as "
            "train-images.idx and train-labels.idx, test-images.idx and test-labels.idx, and set "
            "label to labels",
        )


def _check_alike(first: RawSamples, second: RawSamples, dataset: OwnDataset) -> None:
    """Refuse a test file whose samples are of another kind than those of training."""
    if first.image_shape != second.image_shape:
        raise refused(
            str(dataset.test),
            f"its images are of shape {second.image_shape}, but those of {dataset.train} are of "
            f"{first.image_shape}",
        )
    if first.names != second.names or first.values.shape[1] != second.values.shape[1]:
        raise refused(
            str(dataset.test),
            f"it has other features than {dataset.train}; name the columns to use in features",
        )
    bytes_in = [raw.values.dtype == np.uint8 for raw in (first, second)]
    if first.image_shape is not None and bytes_in[0] != bytes_in[1]:
        kinds = ["bytes (0 to 255)" if are_bytes else "other numbers" for are_bytes in bytes_in]
        raise refused(
            str(dataset.test),
            f"its pixels are {kinds[1]}, but those of {dataset.train} are {kinds[0]}; save both in "
            "the same way",
        )
    if (first.labels is None) != (second.labels is None):
        raise refused(
            str(dataset.test), f"it and {dataset.train} must both have classes, or neither"
        )


def _class_names(dataset: OwnDataset, first: RawSamples, second: RawSamples) -> list[str] | None:
    """Return all classes in order: numbers by value, text by the alphabet."""
    if first.labels is None or second.labels is None:
        return None
    names = set(first.labels.tolist()) | set(second.labels.tolist())
    if len(names) > MOST_CLASSES:
        raise refused(
            dataset.train,
            f"{dataset.label or 'its folders'} has {len(names):,} classes, more than "
            f"{MOST_CLASSES:,}; choose another label, or null",
        )
    return sorted(names, key=_by_value)


def _by_value(name: str) -> tuple[bool, float, str]:
    try:
        value = float(name)
    except ValueError:
        value = math.nan
    is_number = math.isfinite(value)  # A class may be called nan.
    return not is_number, value if is_number else 0.0, name


def _numbered(
    raw: RawSamples, rows: NDArray[np.int64], classes: list[str] | None
) -> NDArray[np.int64] | None:
    if raw.labels is None or classes is None:
        return None
    number = {name: index for index, name in enumerate(classes)}
    return np.array([number[name] for name in raw.labels[rows].tolist()], dtype=np.int64)


def _scaled(
    dataset: OwnDataset, raw: RawSamples, train: NDArray[Any], test: NDArray[Any]
) -> tuple[tuple[Any, Any], dict[str, str]]:
    """Return both parts completed and scaled, and what was done, as metadata."""
    is_images, are_bytes = raw.image_shape is not None, raw.values.dtype == np.uint8
    scale = dataset.scale
    if scale is None:
        scale = "none" if are_bytes and is_images else "range" if is_images else "standard"
    if are_bytes and is_images and scale == "none":
        return (train, test), {"scaling": json.dumps({"kind": "bytes"})}
    train, test = train.astype(np.float64), test.astype(np.float64)
    train, test, completed = _completed(dataset, raw, train, test)
    scaling = scaling_of(scale, train, of_all=is_images)
    parts = []
    for part, source in zip((train, test), (dataset.sources[0], dataset.sources[-1]), strict=True):
        with np.errstate(over="ignore"):
            made = apply_scaling(part, scaling)
        if not np.isfinite(made).all():
            column = int(np.argwhere(~np.isfinite(made))[0][1])
            raise refused(
                source,
                f"{_feature(raw, column)} has a number too large for float32; set scale to "
                "standard or range",
            )
        parts.append(made)
    done = {"scaling": json.dumps(scaling)} | completed
    if is_images:
        done["pixel_range"] = json.dumps([float(train.min()), float(train.max())])
    return (parts[0], parts[1]), done


def _feature(raw: RawSamples, column: int) -> str:
    return f"column {raw.names[column] if raw.names else column + 1}"


def _completed(
    dataset: OwnDataset, raw: RawSamples, train: NDArray[np.float64], test: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], dict[str, str]]:
    """Put values in the place of missing ones, or refuse them."""
    n_missing = [int(np.isnan(part).sum()) for part in (train, test)]
    if not any(n_missing):
        return train, test, {}
    if dataset.missing == "refuse":
        # A second file lies in `test` as a whole, in its order; `raw` is always the first.
        is_second = not n_missing[0] and isinstance(dataset.test, str)
        row, column = np.argwhere(np.isnan(test if is_second else raw.values))[0]
        raise refused(
            dataset.sources[-1 if is_second else 0],
            f"{raw.rows} {row + 1}, {_feature(raw, int(column))} is missing (NaN), the first of "
            f"{sum(n_missing):,}; fill in, or set missing to mean or median",
        )
    values = np.full(train.shape[1], np.nan)
    known = ~np.isnan(train).all(axis=0)
    choose = np.nanmean if dataset.missing == "mean" else np.nanmedian
    values[known] = choose(train[:, known], axis=0)
    if not known.all():
        column = _feature(raw, int((~known).argmax()))
        raise refused(dataset.train, f"{column} has no value in the training part; leave it out")
    train, test = (np.where(np.isnan(part), values, part) for part in (train, test))
    note = {"kind": dataset.missing, "train": n_missing[0], "test": n_missing[1]}
    return train, test, {"missing": json.dumps(note | {"values": values.tolist()})}
