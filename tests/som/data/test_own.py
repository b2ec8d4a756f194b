"""A data set of the user's own: its split, its scaling, its missing values, its tables."""

import json
import re

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from workflow.paths.own_datasets import own_datasets_of
from workflow.som.config.refusals import ConfigError
from workflow.som.data.datasets import read_images, write_samples
from workflow.som.data.own import prepare, split
from workflow.som.data.own_settings import OwnDataset
from workflow.som.data.scaling import apply_scaling, undo_scaling
from workflow.som.files.errors import DamagedFileError, SomError


@pytest.fixture
def table(tmp_path):
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(generator.normal(5, 3, (40, 3)), columns=list("abc"))
    frame["kind"] = np.repeat(["10", "9", "x"], [20, 16, 4])
    frame.to_csv(tmp_path / "a.csv", index=False)
    return tmp_path / "a.csv", frame


def test_the_split_keeps_the_share_of_every_class_and_all_rows():
    labels = np.repeat(["a", "b", "c"], [100, 8, 1])
    train, test = split(109, labels, 0.25)
    assert sorted([*train, *test]) == list(range(109))
    assert [(labels[test] == name).sum() for name in "abc"] == [25, 2, 0]
    # Of classes too small for a share of their own, some have one anyway.
    pairs = np.repeat(np.arange(200).astype(str), 2)
    kept, shown = split(400, pairs, 0.25)
    assert len(shown) == 100 and set(pairs[kept]) == set(pairs)
    assert [part.tolist() for part in split(109, labels, 0.25)] == [train.tolist(), test.tolist()]
    assert [len(part) for part in split(2, None, 0.1)] == [1, 1]


@pytest.mark.parametrize(
    ("scale", "witness"), [("standard", StandardScaler), ("range", MinMaxScaler)]
)
def test_scaling_is_that_of_the_training_part(table, scale, witness):
    path, frame = table
    train, test, metadata = prepare(OwnDataset(train=str(path), label="kind", scale=scale))
    values = frame[list("abc")].to_numpy()
    expected = witness().fit(values[train.sample])
    np.testing.assert_allclose(train.values, expected.transform(values[train.sample]), atol=1e-6)
    np.testing.assert_allclose(test.values, expected.transform(values[test.sample]), atol=1e-6)
    scaling = json.loads(metadata["scaling"])
    np.testing.assert_array_equal(apply_scaling(values[test.sample], scaling), test.values)
    np.testing.assert_allclose(undo_scaling(test.values, scaling), values[test.sample], rtol=1e-5)
    assert json.loads(metadata["feature_names"]) == list("abc")


def test_classes_are_in_order_numbers_first(table):
    path, frame = table
    train, test, metadata = prepare(OwnDataset(train=str(path), label="kind"))
    names = json.loads(metadata["class_names"])
    assert names == ["9", "10", "x"]
    for part in (train, test):
        assert [names[label] for label in part.labels] == frame["kind"][part.sample].tolist()


def test_a_second_file_or_the_training_set_itself(table, tmp_path):
    path, frame = table
    frame.iloc[::-1].to_csv(tmp_path / "b.csv", index=False)
    second = {"test": str(tmp_path / "b.csv"), "label": "kind"}
    train, test, _ = prepare(OwnDataset(train=str(path), **second))
    np.testing.assert_array_equal(train.values, test.values[::-1])
    train, test, _ = prepare(OwnDataset(train=str(path), test=None, features=("a", "c")))
    np.testing.assert_array_equal(train.values, test.values)
    assert train.labels is None
    frame.drop(columns="b").to_csv(tmp_path / "b.csv", index=False)
    with pytest.raises(SomError, match=r"b\.csv: it has no column b"):
        prepare(OwnDataset(train=str(path), **second))


def test_a_missing_value_is_named_wherever_it_lies(tmp_path):
    path, second = tmp_path / "a.csv", tmp_path / "b.csv"
    whole = pd.DataFrame({"x": np.arange(8.0), "y": np.arange(8.0)})
    whole.to_csv(path, index=False)
    _, test = split(8, None, 0.25)
    gap = whole.copy()
    gap.loc[test[0], "y"] = np.nan
    gap.to_csv(second, index=False)
    words = rf"b\.csv: row {test[0] + 1}, column y is missing \(NaN\), the first of"
    for dataset in (
        OwnDataset(train=str(second)),  # In the share for testing.
        OwnDataset(train=str(path), test=str(second)),  # In the second file.
    ):
        with pytest.raises(SomError, match=words):
            prepare(dataset)


@pytest.mark.parametrize("missing", ["mean", "median"])
def test_missing_values_are_replaced_by_those_of_the_training_part(table, tmp_path, missing):
    path, frame = table
    frame.loc[[3, 30], "b"] = np.nan
    frame.to_csv(path, index=False)
    settings = {"train": str(path), "scale": "none", "label": "kind"}
    with pytest.raises(
        SomError, match=r"row 4, column b is missing \(NaN\), the first of 2; fill in, or set"
    ):
        prepare(OwnDataset(**settings))
    train, test, metadata = prepare(OwnDataset(**settings, missing=missing))
    known = getattr(frame["b"][train.sample], missing)()
    note = json.loads(metadata["missing"])
    assert note["train"] + note["test"] == 2
    assert note["values"][1] == pytest.approx(known)
    for part in (train, test):
        replaced = frame["b"][part.sample].isna().to_numpy()
        np.testing.assert_allclose(part.values[replaced, 1], known, rtol=1e-6)


def test_images_keep_their_bytes_and_a_constant_feature_does_no_harm(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (20, 3, 3), dtype=np.uint8)
    np.savez(tmp_path / "a.npz", X=images)
    train, _, metadata = prepare(OwnDataset(train=str(tmp_path / "a.npz")))
    np.testing.assert_array_equal(train.values, images.reshape(20, 9)[train.sample])
    assert json.loads(metadata["scaling"]) == {"kind": "bytes"}
    np.savez(tmp_path / "a.npz", X=images / 16.0)
    train, _, _ = prepare(OwnDataset(train=str(tmp_path / "a.npz"), test=None))
    assert (train.values.min(), train.values.max()) == (0, 1)
    np.save(tmp_path / "a.npy", np.full((5, 2), 0.1) * [1, 3])
    for scale in ("standard", "range", "none"):
        train, _, _ = prepare(OwnDataset(train=str(tmp_path / "a.npy"), scale=scale))
        assert np.isfinite(train.values).all()


def test_more_than_a_thousand_classes_and_numbers_beyond_float32_are_refused(tmp_path):
    path = tmp_path / "a.csv"
    pd.DataFrame({"x": range(1001), "id": range(1001)}).to_csv(path, index=False)
    with pytest.raises(SomError, match=r"id has 1,001 classes, more than 1,000; choose another"):
        prepare(OwnDataset(train=str(path), label="id"))
    pd.DataFrame({"x": [1, 1e60]}).to_csv(path, index=False)
    with pytest.raises(
        SomError, match=r"column x has a number too large for float32; set scale to"
    ):
        prepare(OwnDataset(train=str(path), test=None, scale="none"))


@pytest.mark.parametrize("has_labels", [True, False])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_tables_are_read_as_they_were_written(tmp_path, has_labels, dtype):
    path = tmp_path / "train.parquet"
    values = np.arange(12).reshape(4, 3).astype(dtype)
    labels = np.array([0, 299, 1, 2]) if has_labels else None
    metadata = {"dataset": "mine", "scaling": json.dumps({"kind": "none"})}
    if has_labels:
        metadata["class_names"] = json.dumps([f"c{number}" for number in range(300)])
    write_samples(path, np.arange(4, dtype=np.int32), values, labels, metadata)
    found = read_images(path)
    np.testing.assert_array_equal(found.pixels, values)
    assert found.pixels.dtype == dtype
    assert found.has_labels == has_labels
    frame = pd.read_parquet(path)
    assert list(frame.columns) == ["sample", "label", "pixels" if dtype == np.uint8 else "features"]
    if has_labels:
        np.testing.assert_array_equal(found.labels, labels)
    else:
        assert frame["label"].isna().all() and found.label_column.isna().all()


def test_a_label_without_a_class_is_damage(tmp_path):
    path = tmp_path / "train.parquet"
    metadata = {"scaling": "{}", "class_names": json.dumps(["a", "b"])}
    values = np.zeros((2, 3), np.float32)
    write_samples(path, np.arange(2, dtype=np.int32), values, np.array([0, 2]), metadata)
    with pytest.raises(DamagedFileError, match="it has the label 2, which is no class"):
        read_images(path)


def test_columns_of_a_second_file_may_stand_in_another_order(table, tmp_path):
    path, frame = table
    frame[["c", "kind", "a", "b"]].to_csv(tmp_path / "b.csv", index=False)
    options = {"train": str(path), "test": str(tmp_path / "b.csv"), "label": "kind"}
    train, test, _ = prepare(OwnDataset(**options))
    np.testing.assert_array_equal(train.values, test.values)


def test_bytes_and_other_numbers_do_not_go_together(tmp_path):
    images = np.zeros((4, 3, 3), np.uint8)
    np.savez(tmp_path / "bytes.npz", X=images)
    np.savez(tmp_path / "floats.npz", X=images + 0.5)
    with pytest.raises(SomError, match=r"floats\.npz: its pixels are other numbers, but those of"):
        prepare(OwnDataset(train=str(tmp_path / "bytes.npz"), test=str(tmp_path / "floats.npz")))


def test_a_table_of_bytes_keeps_its_own_units(tmp_path):
    table = np.arange(12, dtype=np.uint8).reshape(4, 3)
    np.savez(tmp_path / "a.npz", X=table)
    train, _, metadata = prepare(OwnDataset(train=str(tmp_path / "a.npz"), test=None, scale="none"))
    assert train.values.dtype == np.float32
    np.testing.assert_array_equal(train.values, table)
    assert undo_scaling(train.values, json.loads(metadata["scaling"])).max() == 11


def test_classes_have_one_order_whatever_they_are_called(tmp_path):
    names = np.array(["nan", "3", "x", "10", "inf"])
    np.savez(tmp_path / "a.npz", X=np.zeros((5, 2)), y=names)
    for turn in range(5):
        np.savez(tmp_path / "a.npz", X=np.zeros((5, 2)), y=np.roll(names, turn))
        _, _, metadata = prepare(OwnDataset(train=str(tmp_path / "a.npz"), test=None, label="y"))
        assert json.loads(metadata["class_names"]) == ["3", "10", "inf", "nan", "x"]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["MNIST"], "datasets.MNIST has the name of data set mnist but for case or dashes"),
        (["my_t", "My-T"], "datasets.My-T has the name of data set my_t but for case"),
        (["mnist"], "datasets.mnist has the name of a data set that the workflow knows"),
    ],
)
def test_names_that_could_be_taken_for_another_are_refused(names, message):
    with pytest.raises(ConfigError, match=re.escape(message)):
        own_datasets_of({"datasets": {name: {"train": "a.csv"} for name in names}})
