"""The preprocessing script turns originals into one row per image, or refuses in one sentence."""

import gzip
import hashlib
import json
import struct

import numpy as np
import pandas as pd
import pytest

from workflow.scripts.data import preprocess
from workflow.som.data import downloads
from workflow.som.data.datasets import read_images
from workflow.som.data.sources import DATASETS
from workflow.som.files.errors import DamagedFileError

NAMES = DATASETS["mnist"]


def pack(values):
    header = struct.pack(f">HBB{values.ndim}I", 0, 8, values.ndim, *values.shape)
    return gzip.compress(header + values.tobytes())


@pytest.fixture
def originals(tmp_path, monkeypatch):
    """MNIST's four files with few images, their images and labels, and no check of MD5 sums."""
    monkeypatch.setattr(downloads, "sources", lambda dataset: [])
    generator = np.random.default_rng(0)
    arrays = {}
    for split, n, names in (("train", 8, NAMES[:2]), ("test", 5, NAMES[2:])):
        images = generator.integers(0, 256, (n, 28, 28), dtype=np.uint8)
        labels = generator.integers(0, 10, n, dtype=np.uint8)
        arrays[split] = images, labels
        for name, values in zip(names, (images, labels), strict=True):
            (tmp_path / "raw").mkdir(exist_ok=True)
            (tmp_path / "raw" / name).write_bytes(pack(values))
    return arrays


def run(folder):
    preprocess.main(
        folder / "raw", folder / "train.parquet", folder / "test.parquet", dataset="mnist"
    )


def test_each_image_is_a_row_in_the_order_of_the_original(tmp_path, originals):
    run(tmp_path)
    for split, (images, labels) in originals.items():
        frame = pd.read_parquet(tmp_path / f"{split}.parquet")
        assert frame["sample"].tolist() == list(range(len(labels)))
        np.testing.assert_array_equal(frame["label"], labels)
        np.testing.assert_array_equal(np.stack(frame["pixels"]), images.reshape(len(images), 784))


def test_the_table_names_data_set_split_shape_and_sums_of_the_originals(tmp_path, originals):
    run(tmp_path)
    for split in originals:
        metadata = read_images(tmp_path / f"{split}.parquet").metadata
        assert (metadata["dataset"], metadata["split"]) == ("mnist", split)
        assert json.loads(metadata["image_shape"]) == [28, 28]
        assert json.loads(metadata["sources_md5"]) == {
            name: hashlib.md5((tmp_path / "raw" / name).read_bytes()).hexdigest() for name in NAMES
        }


def test_a_second_run_gives_the_same_bytes(tmp_path, originals):
    run(tmp_path)
    before = (tmp_path / "train.parquet").read_bytes()
    run(tmp_path)
    assert (tmp_path / "train.parquet").read_bytes() == before


@pytest.mark.parametrize("name", NAMES)
def test_a_truncated_original_is_refused_by_name(tmp_path, originals, name):
    path = tmp_path / "raw" / name
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(DamagedFileError, match=f"{name} is damaged"):
        run(tmp_path)
    split = "train" if name in NAMES[:2] else "test"
    assert not (tmp_path / f"{split}.parquet").exists()


def test_another_file_in_the_place_of_an_original_is_refused_by_name(
    tmp_path, originals, monkeypatch
):
    names = [downloads.Source(name, "0" * 32, ()) for name in NAMES[:1]]
    monkeypatch.setattr(downloads, "sources", lambda dataset: names)
    with pytest.raises(DamagedFileError, match=f"{NAMES[0]} is damaged .its md5 sum is"):
        run(tmp_path)
    assert not (tmp_path / "train.parquet").exists()
