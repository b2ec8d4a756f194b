"""The user's own files, read as samples: tables, arrays, IDX files and folders of images."""

import hashlib
import warnings
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from ..files.atomic import digest
from ..files.errors import SomError, reason
from ..files.inputs import check_input
from .datasets import parse_idx

TABLES = (".csv", ".tsv", ".parquet")
IMAGES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".pgm", ".ppm")
MOST_CLASSES = 1000
# Arrays in which samples are looked for where a file has several.
USUAL_NAMES = ("X", "x", "data", "images", "features", "samples", "arr_0")
# What stands for a missing number in tables of text.
MISSING = ["", "NA", "N/A", "n/a", "#N/A", "#NA", "nan", "NaN", "-nan", "-NaN", "null", "NULL"]
MISSING += ["None", "<NA>"]
# One image of more pixels than that is no sample of a set.
MOST_PIXELS = 2**22


class RawSamples(NamedTuple):
    """Samples as they stand in a file.

    Attributes
    ----------
    values : array of shape (n_samples, n_features)
        Bytes, or float64 with NaN where a value is missing.
    labels : array of text of shape (n_samples,), or None
    names : list of text, or None
        Of the features of a table.
    image_shape : tuple of int, or None
        (height, width) or (height, width, 3) of images.
    rows : str
        What a sample is called in a sentence: "row" or "image".
    """

    values: NDArray[np.uint8] | NDArray[np.float64]
    labels: NDArray[np.str_] | None
    names: list[str] | None
    image_shape: tuple[int, ...] | None
    rows: str = "row"


class Kind(NamedTuple):
    """What a data set is made of, as far as figures depend on it."""

    is_images: bool
    has_labels: bool


# Squares of larger numbers would overflow.
LARGEST = 1e100
PACKAGED = "sklearn:"


def refused(path: Path | str, why: str) -> SomError:
    """Return the error for a file of the user's that cannot be read as samples."""
    return SomError(f"{path}: {why}.")


def content_of(source: str) -> str:
    """Return the SHA-256 of a file's content, or of a folder's files and their names.

    Raises
    ------
    SomError
        If there is nothing of that name.
    """
    if source.startswith(PACKAGED):
        raw = _packaged(source, "target", None)
        return hashlib.sha256(raw.values.tobytes()).hexdigest()
    path = Path(source).expanduser()
    if not path.exists():
        raise refused(path, "there is no such file or folder; mend the path in the configuration")
    if path.is_file():
        return digest(path, "sha256")
    content = hashlib.sha256()
    for image, _ in _images_of(path):
        content.update(
            f"{image.relative_to(path).as_posix()}\n{digest(image, 'sha256')}\n".encode()
        )
    return content.hexdigest()


def kind_of(source: str, label: str | None) -> Kind:
    """Return what a data set is made of, from names and headers alone.

    A file that cannot be read counts as a table: the step that reads it says what is wrong.
    """
    if source.startswith(PACKAGED):
        return Kind(source == f"{PACKAGED}digits", label is not None)
    path = Path(source).expanduser()
    if path.is_dir():
        return Kind(True, any(label for _, label in _images_of(path)))
    try:
        n_axes = _n_axes(path, label)
    except (SomError, OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        n_axes = 2
    return Kind(n_axes > 2, label is not None)


def read_samples(source: str, label: str | None, features: Sequence[str] | None) -> RawSamples:
    """Read samples from a table, arrays, an IDX file or a folder of images.

    Parameters
    ----------
    source : str
        The path of a `.csv`, `.tsv` (also `.gz`), `.parquet`, `.npz`, `.npy` or IDX file (`.idx` or
        `ubyte`, also `.gz`), or of a folder of images, in which each subfolder is a class; or
        `sklearn:` and the name of a data set that scikit-learn contains, such as `sklearn:wine`.
    label : str, optional
        The column or array that holds the classes; of an IDX file, the file next to it.
    features : sequence of str, optional
        The columns of a table to use; all numeric ones but the label by default.

    Raises
    ------
    SomError
        In a sentence that names file, row and column.
    """
    if source.startswith(PACKAGED):
        return _packaged(source, label, features)
    path = Path(source).expanduser()
    if path.is_dir():
        if label is not None or features is not None:
            key = "features" if label is None else "label"
            raise refused(
                path, f"classes of images are the names of their folders, so leave {key} out"
            )
        return _read_folder(path)
    try:
        check_input(path)
    except OSError as error:
        raise refused(path, reason(error)) from None
    suffixes = _suffixes(path)
    if is_table(source):
        return _from_table(path, _read_frame(path, suffixes, label), label, features)
    if features is not None:
        raise refused(path, "it has no columns, so leave features out in the configuration")
    if suffixes[-1:] == [".npz"]:
        return _read_npz(path, label)
    if suffixes[-1:] == [".npy"]:
        if label is not None:
            raise refused(
                path, "an .npy file holds one array, so set label to null, or use an .npz"
            )
        return _from_array(path, _load(path), None)
    if _is_idx(path):
        labels = None if label is None else _read_idx(idx_labels(path, label))
        return _from_array(path, _read_idx(path), labels)
    raise refused(
        path,
        "its name ends in none of .csv, .tsv, .parquet, .npz, .npy, .idx; rename or convert it",
    )


def is_table(source: str) -> bool:
    """Return whether a source has columns with names."""
    if source.startswith(PACKAGED):
        return source != f"{PACKAGED}digits"
    return any(suffix in TABLES for suffix in _suffixes(Path(source)))


def _suffixes(path: Path) -> list[str]:
    return [suffix.lower() for suffix in path.suffixes[-2:]]


def _packaged(source: str, label: str | None, features: Sequence[str] | None) -> RawSamples:
    """Return a data set that scikit-learn contains; its classes are in `target`."""
    from sklearn import datasets

    name = source.removeprefix(PACKAGED)
    known = ("breast_cancer", "digits", "iris", "wine")
    if name not in known:
        raise refused(source, f"scikit-learn contains {', '.join(known)}; choose one of these")
    bunch = getattr(datasets, f"load_{name}")(as_frame=name != "digits")
    if name == "digits":
        return _from_array(Path(source), bunch.images, None if label is None else bunch.target)
    frame = bunch.frame.assign(target=bunch.target_names[bunch.target])
    return _from_table(Path(source), frame, label, features)


def files_of(source: str, label: str | None) -> list[str]:
    """Return the files or folders from which a source is read: an IDX file has another of labels.

    Raises
    ------
    SomError
        If there is no such file of labels.
    """
    path = Path(source).expanduser()
    if label is None or source.startswith(PACKAGED) or path.is_dir() or not _is_idx(path):
        return [source]
    return [source, str(idx_labels(path, label))]


def idx_labels(path: Path, label: str) -> Path:
    """Return the file of labels next to an IDX file: its name, or `label` in place of "images".

    So `labels` is the name for train-images-idx3-ubyte and for t10k-images-idx3-ubyte alike.
    """
    alike = path.name.replace("images", label).replace("idx3", "idx1")
    for name in (label, alike):
        found = path.with_name(name)
        if found != path and found.is_file():
            return found
    raise refused(
        path, f"next to it is no file of labels {label} or {alike}; mend label in the configuration"
    )


def _read_idx(path: Path) -> NDArray[np.integer]:
    try:
        check_input(path)
    except OSError as error:
        raise refused(path, reason(error)) from None
    return parse_idx(path)


def _is_idx(path: Path) -> bool:
    name = path.name.lower().removesuffix(".gz")
    return name.endswith((".idx", "ubyte")) or ".idx" in name


def _read_frame(path: Path, suffixes: Sequence[str], label: str | None) -> pd.DataFrame:
    try:
        if ".parquet" in suffixes:
            frame = pd.read_parquet(path)
        else:
            frame = _read_text(path, "\t" if ".tsv" in suffixes else ",", label)
    except MemoryError:
        raise
    except Exception as error:  # pandas and Arrow raise many kinds on what is no table.
        raise refused(path, f"it cannot be read as a table ({reason(error)})") from None
    frame.columns = [str(name) for name in frame.columns]
    if twice := [name for name in frame.columns if list(frame.columns).count(name) > 1]:
        raise refused(path, f"its column {twice[0]} is there twice; rename one")
    if frame.empty:
        raise refused(path, "it has no rows; a map needs at least one sample")
    return frame


def _read_text(path: Path, separator: str, label: str | None) -> pd.DataFrame:
    """Read a table of text; labels stay as they are written, so that NA may be a class."""
    heading = pd.read_csv(path, sep=separator, header=None, nrows=1, dtype=str)
    options: dict[str, Any] = {"sep": separator}
    # Where a comma is the decimal sign, programs part columns by semicolons.
    if heading.shape[1] == 1 and ";" in str(heading.iloc[0, 0]):
        options = {"sep": ";", "decimal": ","}
        heading = pd.read_csv(path, sep=";", header=None, nrows=1, dtype=str)
    names = heading.iloc[0].dropna().tolist()
    if label in names:
        missing = {name: [""] if name == label else MISSING for name in names}
        options |= {"dtype": {label: str}, "keep_default_na": False, "na_values": missing}
    with warnings.catch_warnings():
        # Of rows that are longer than the heading pandas would leave out the end.
        warnings.simplefilter("error", pd.errors.ParserWarning)
        frame = pd.read_csv(path, index_col=False, **options)
    if label in names:
        numbers = pd.to_numeric(frame[label], errors="coerce")
        frame[label] = numbers if numbers.notna().all() else frame[label]
    if len(set(names)) < len(names):
        frame.columns = pd.Index([str(name) for name in heading.iloc[0]])
    return frame


def _from_table(
    path: Path, frame: pd.DataFrame, label: str | None, features: Sequence[str] | None
) -> RawSamples:
    for name in [*(features or ()), *([] if label is None else [label])]:
        if name not in frame.columns:
            shown = ", ".join(frame.columns[:8]) + ", …" * (len(frame.columns) > 8)
            raise refused(path, f"it has no column {name}; its columns are {shown}")
    if label is not None and label in (features or ()):
        raise refused(path, f"column {label} is both label and among features; take it out of one")
    labels = None
    if label is not None:
        labels = _as_text(path, frame[label].to_numpy(object), f"column {label}")
    if features is None:
        numeric = [name for name in frame.columns if _is_numeric(frame[name])]
        names = [name for name in numeric if name != label]
        # A column of numbers with some text in it was meant as one, and is not left out unseen.
        for name in frame.columns:
            if name != label and name not in numeric and _is_mostly_numeric(frame[name]):
                names.append(name)
    else:
        names = list(features)
    if not names:
        raise refused(path, "it has no column of numbers to learn from")
    values = np.column_stack([_numbers(path, frame[name]) for name in names])
    return RawSamples(values, labels, names, None)


def _is_numeric(column: "pd.Series[Any]") -> bool:
    return pd.api.types.is_numeric_dtype(column)


def _is_mostly_numeric(column: "pd.Series[Any]") -> bool:
    known = column.dropna()
    if not (pd.api.types.is_object_dtype(column) or pd.api.types.is_string_dtype(column)):
        return False  # Dates, for example, which would become numbers, too.
    return len(known) > 0 and pd.to_numeric(known, errors="coerce").notna().mean() > 0.5


def _numbers(path: Path, column: "pd.Series[Any]") -> NDArray[np.float64]:
    """Return a column as float64, NaN where it is empty; refuse text and infinity."""
    if pd.api.types.is_datetime64_any_dtype(column) or pd.api.types.is_timedelta64_dtype(column):
        raise refused(
            path,
            f"column {column.name} holds dates or times; turn it into numbers, or leave it out",
        )
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(np.float64, na_value=np.nan)
    is_text = np.isnan(numbers) & column.notna().to_numpy()
    huge = np.abs(numbers) > LARGEST
    for wrong, what in ((is_text, "text"), (huge, f"infinite or above {LARGEST:g}")):
        if wrong.any():
            row = int(wrong.argmax())
            cell = f"row {row + 1}, column {column.name} is {_shown(column.iloc[row])}"
            raise refused(
                path,
                f"{cell}, which is {what}; mend it, or name the columns to use in features",
            )
    return numbers


def _shown(value: Any) -> str:
    """Return a cell as it may be printed: text in quotes, and at most 40 letters of it."""
    return repr(value[:40]) if isinstance(value, str) else f"{value:g}"


def _as_text(path: Path, labels: NDArray[Any], where: str) -> NDArray[np.str_]:
    """Return labels as text: whole numbers without a point."""
    if labels.ndim != 1:
        raise refused(path, f"{where} must be one label per sample, not of shape {labels.shape}")
    missing = pd.isna(labels)
    if missing.any():
        raise refused(path, f"row {int(missing.argmax()) + 1}, {where} is empty; give it a class")
    whole = [
        int(value)
        if isinstance(value, float | np.floating) and float(value).is_integer()
        else value
        for value in labels
    ]
    return np.array([str(value) for value in whole], dtype=str)


def _load(path: Path) -> Any:
    try:
        return np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise refused(path, f"it cannot be read ({reason(error)})") from None


def _read_npz(path: Path, label: str | None) -> RawSamples:
    file = _load(path)
    try:
        with file:
            name = _samples_name(path, list(file.files), label)
            return _from_array(path, file[name], None if label is None else file[label])
    except (ValueError, zipfile.BadZipFile, OSError) as error:
        raise refused(path, f"it cannot be read ({reason(error)})") from None


def _samples_name(path: Path, names: Sequence[str], label: str | None) -> str:
    """Return the name of the array that holds the samples."""
    if label is not None and label not in names:
        raise refused(path, f"it has no array {label}; its arrays are {', '.join(names)}")
    others = [name for name in names if name != label]
    usual = [name for name in USUAL_NAMES if name in others]
    if len(others) == 1 or usual:
        return usual[0] if usual else others[0]
    raise refused(
        path,
        f"its arrays are {', '.join(names)}, and none is called X; name the samples X, and the "
        "classes as label says",
    )


def _n_axes(path: Path, label: str | None) -> int:
    """Return the number of axes of a file's samples, from its header."""
    if path.suffix.lower() == ".npz":
        with zipfile.ZipFile(path) as archive:
            names = [name.removesuffix(".npy") for name in archive.namelist()]
            with archive.open(f"{_samples_name(path, names, label)}.npy") as file:
                return len(_header_shape(file))
    if path.suffix.lower() == ".npy":
        with path.open("rb") as file:
            return len(_header_shape(file))
    return 3 if _is_idx(path) else 2


def _header_shape(file: Any) -> tuple[int, ...]:
    version = np.lib.format.read_magic(file)
    read = {(1, 0): np.lib.format.read_array_header_1_0}.get(
        version, np.lib.format.read_array_header_2_0
    )
    shape: tuple[int, ...] = read(file)[0]
    return shape


def _from_array(path: Path, array: NDArray[Any], labels: NDArray[Any] | None) -> RawSamples:
    if array.dtype.kind not in "buif":
        raise refused(path, f"its samples are of type {array.dtype}, not numbers")
    is_images = array.ndim in (3, 4)
    if array.ndim not in (2, 3, 4) or (array.ndim == 4 and array.shape[3] not in (1, 3)):
        raise refused(
            path,
            f"its samples are of shape {array.shape}; they must be (samples, features), or images "
            "as (samples, height, width), with a last axis of 3 for colours",
        )
    if 0 in array.shape:
        raise refused(path, f"its samples are of shape {array.shape}, so there are none")
    if array.ndim == 4 and array.shape[3] == 1:
        array = array[..., 0]
    text = None
    if labels is not None:
        text = _as_text(path, labels.astype(object), "the label")
        if len(text) != len(array):
            raise refused(path, f"it has {len(array):,} samples, but {len(text):,} labels")
    shape = tuple(array.shape[1:]) if is_images else None
    flat = array.reshape(len(array), -1)
    values = flat if flat.dtype == np.uint8 else flat.astype(np.float64)
    huge = np.abs(values) > LARGEST if values.dtype != np.uint8 else np.zeros((1, 1), bool)
    if huge.any():
        row, column = np.argwhere(huge)[0]
        where = f"row {row + 1}, column {column + 1}"
        raise refused(path, f"{where} is infinite or above {LARGEST:g}; mend it")
    return RawSamples(np.ascontiguousarray(values), text, None, shape)


def _images_of(folder: Path) -> list[tuple[Path, str]]:
    """Return the images of a folder in order, and the subfolder of each ("" for none)."""
    found = [
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in IMAGES
        and path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]
    pairs = [(path, path.relative_to(folder).parts[:-1]) for path in found]
    return sorted((path, "/".join(parts)) for path, parts in pairs)


def _read_folder(folder: Path) -> RawSamples:
    pairs = _images_of(folder)
    if not pairs:
        raise refused(folder, f"it holds no images ({', '.join(IMAGES)})")
    classes = {name for _, name in pairs}
    if "" in classes and len(classes) > 1:
        stray = next(path for path, name in pairs if not name)
        raise refused(stray, "it lies next to folders of classes; move it into one of them")
    images: list[NDArray[np.uint8]] = []
    for path, _ in pairs:
        image = _read_image(path)
        if images and image.shape != images[0].shape:
            raise refused(
                path,
                f"it is {_size(image)}, but {pairs[0][0].name} is {_size(images[0])}; bring all "
                "images to one size and to grey or colours",
            )
        images.append(image)
    shape = images[0].shape
    labels = np.array([name for _, name in pairs], dtype=str) if classes != {""} else None
    return RawSamples(np.stack(images).reshape(len(images), -1), labels, None, shape, "image")


def _size(image: NDArray[np.uint8]) -> str:
    colours = "in colours" if image.ndim == 3 else "grey"
    return f"{image.shape[0]}×{image.shape[1]} {colours}"


def _as_bytes(path: Path, image: NDArray[Any]) -> NDArray[np.uint8]:
    """Return an image of 16 bits per pixel as bytes: the upper eight."""
    if image.dtype.kind == "f" or image.min() < 0 or image.max() >= 2**16:
        raise refused(path, "it has more than 16 bits per pixel; save it with 8 or 16")
    return (image >> 8).astype(np.uint8)


def _read_image(path: Path) -> NDArray[np.uint8]:
    """Return an image as bytes: (height, width), or (height, width, 3) if it has colours."""
    try:
        with Image.open(path) as image:
            if image.width * image.height > MOST_PIXELS:
                raise refused(
                    path, f"it has {image.width * image.height:,} pixels; shrink it first"
                )
            if image.mode in ("I", "I;16", "I;16B", "F"):
                return _as_bytes(path, np.asarray(image))
            return np.asarray(image.convert("L" if image.mode in ("1", "L", "LA") else "RGB"))
    except (OSError, UnidentifiedImageError, ValueError, SyntaxError) as error:
        raise refused(path, f"it cannot be read as an image ({reason(error)})") from None
