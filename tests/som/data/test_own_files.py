"""The user's own files: what is read from each kind, and what is refused in which words."""

import gzip
import struct

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from sklearn.datasets import load_wine

from workflow.som.data.own import prepare
from workflow.som.data.own_files import Kind, content_of, files_of, kind_of, read_samples
from workflow.som.data.own_settings import OwnDataset
from workflow.som.files.errors import SomError

TABLE = pd.DataFrame(
    {"length": [1.0, 2.5, 4.0], "name": list("xyz"), "width": [3, 2, 1], "kind": ["a", "b", "a"]}
)
IMAGES = np.arange(3 * 4 * 5, dtype=np.uint8).reshape(3, 4, 5)


def idx(array):
    header = struct.pack(">BBBB", 0, 0, 8, array.ndim)
    return header + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def refusal(path, label=None, features=None):
    with pytest.raises(SomError) as caught:
        read_samples(str(path), label, features)
    text = str(caught.value)
    assert text.startswith(str(path)) and text.endswith(".") and "\n" not in text
    return text.removeprefix(f"{path}")


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".tsv", ".parquet"])
def test_tables(tmp_path, suffix):
    path = tmp_path / f"table{suffix}"
    if suffix == ".parquet":
        TABLE.to_parquet(path)
    else:
        TABLE.to_csv(path, index=False, sep="\t" if suffix == ".tsv" else ",")
    found = read_samples(str(path), "kind", None)
    assert found.names == ["length", "width"]
    np.testing.assert_array_equal(found.values, TABLE[["length", "width"]])
    assert found.labels.tolist() == ["a", "b", "a"]
    assert found.image_shape is None
    chosen = read_samples(str(path), None, ["width"])
    assert chosen.names == ["width"] and chosen.labels is None
    assert kind_of(str(path), "kind") == Kind(False, True)
    assert kind_of(str(path), None) == Kind(False, False)


def test_semicolons_and_commas_as_decimal_signs(tmp_path):
    path = tmp_path / "a.csv"
    TABLE.to_csv(path, index=False, sep=";", decimal=",", encoding="utf-8-sig")
    found = read_samples(str(path), "kind", None)
    assert found.names == ["length", "width"]
    np.testing.assert_array_equal(found.values, TABLE[["length", "width"]])


def test_images_of_sixteen_bits_and_other_modes(tmp_path):
    deep = np.arange(20, dtype=np.uint16).reshape(4, 5) * 3000
    Image.fromarray(deep).save(tmp_path / "a.png")
    found = read_samples(str(tmp_path), None, None)
    np.testing.assert_array_equal(found.values[0], deep.ravel() >> 8)
    Image.fromarray(np.ones((4, 5), np.float32)).save(tmp_path / "a.tiff")
    with pytest.raises(SomError, match=r"a\.tiff: it has more than 16 bits per pixel"):
        read_samples(str(tmp_path), None, None)
    for path in tmp_path.iterdir():
        path.unlink()
    colours = np.random.default_rng(0).integers(0, 256, (4, 5, 4), dtype=np.uint8)
    Image.fromarray(colours, "RGBA").save(tmp_path / "a.png")
    assert read_samples(str(tmp_path), None, None).image_shape == (4, 5, 3)


def test_a_label_of_numbers_is_no_feature_and_has_no_point(tmp_path):
    path = tmp_path / "a.csv"
    pd.DataFrame({"x": [1, 2], "label": [3.0, 4.5]}).to_csv(path, index=False)
    found = read_samples(str(path), "label", None)
    assert found.names == ["x"]
    assert found.labels.tolist() == ["3", "4.5"]


@pytest.mark.parametrize("colours", [False, True])
@pytest.mark.parametrize("has_classes", [False, True])
def test_folders_of_images(tmp_path, colours, has_classes):
    images = np.stack([IMAGES] * 3, axis=3) if colours else IMAGES
    for number, image in enumerate(images):
        folder = tmp_path / ("cats", "dogs", "cats")[number] if has_classes else tmp_path
        folder.mkdir(exist_ok=True)
        Image.fromarray(image).save(folder / f"{number}.png")
    (tmp_path / ".hidden.png").write_bytes(b"no image")
    (tmp_path / "notes.txt").write_text("no image")
    found = read_samples(str(tmp_path), None, None)
    order = [0, 2, 1] if has_classes else [0, 1, 2]
    np.testing.assert_array_equal(found.values, images[order].reshape(3, -1))
    assert found.values.dtype == np.uint8
    assert found.image_shape == ((4, 5, 3) if colours else (4, 5))
    assert (found.labels.tolist() == ["cats", "cats", "dogs"]) if has_classes else not found.labels
    assert kind_of(str(tmp_path), None) == Kind(True, has_classes)


def test_arrays(tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, X=IMAGES, y=[7, 8, 7])
    found = read_samples(str(path), "y", None)
    np.testing.assert_array_equal(found.values, IMAGES.reshape(3, 20))
    assert (found.labels.tolist(), found.image_shape) == (["7", "8", "7"], (4, 5))
    assert kind_of(str(path), "y") == Kind(True, True)
    np.save(tmp_path / "b.npy", IMAGES.reshape(3, 20) / 2)
    found = read_samples(str(tmp_path / "b.npy"), None, None)
    np.testing.assert_array_equal(found.values, IMAGES.reshape(3, 20) / 2)
    assert kind_of(str(tmp_path / "b.npy"), None) == Kind(False, False)
    np.savez(tmp_path / "c.npz", measured=np.ones((2, 3)))
    assert read_samples(str(tmp_path / "c.npz"), None, None).values.shape == (2, 3)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_idx_files(tmp_path, pack):
    suffix = ".gz" if pack is gzip.compress else ""
    path = tmp_path / f"images-idx3-ubyte{suffix}"
    path.write_bytes(pack(idx(IMAGES)))
    (tmp_path / f"labels{suffix}").write_bytes(pack(idx(np.uint8([4, 0, 4]))))
    found = read_samples(str(path), f"labels{suffix}", None)
    np.testing.assert_array_equal(found.values, IMAGES.reshape(3, 20))
    assert found.labels.tolist() == ["4", "0", "4"]
    assert kind_of(str(path), None) == Kind(True, False)


def test_data_sets_of_scikit_learn():
    found = read_samples("sklearn:wine", "target", None)
    np.testing.assert_array_equal(found.values, load_wine().data)
    assert set(found.labels.tolist()) == {"class_0", "class_1", "class_2"}
    assert read_samples("sklearn:digits", "target", None).image_shape == (8, 8)
    assert kind_of("sklearn:digits", "target") == Kind(True, True)
    assert "contains breast_cancer, digits, iris, wine;" in refusal("sklearn:mnist")


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ([1, "abc", 3, 4], "row 2, column x is 'abc', which is text; mend it, or name the columns"),
        (
            [1, 2, np.inf, 4],
            "row 3, column x is inf, which is infinite or above 1e+100; mend it",
        ),
    ],
)
def test_a_bad_cell_is_named(tmp_path, column, message):
    path = tmp_path / "a.csv"
    pd.DataFrame({"y": [1, 2, 3, 4], "x": column}).to_csv(path, index=False)
    assert message in refusal(path)
    assert read_samples(str(path), None, ["y"]).names == ["y"]


def test_what_cannot_be_read_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    assert "No such file" in refusal(path)
    pd.DataFrame({"x": [1, 2], "kind": ["a", None]}).to_csv(path, index=False)
    assert "row 2, column kind is empty; give it a class" in refusal(path, "kind")
    assert "it has no column size; its columns are x, kind" in refusal(path, "size")
    assert "it has no column z" in refusal(path, None, ["z"])
    pd.DataFrame({"name": ["a", "b"]}).to_csv(path, index=False)
    assert "it has no column of numbers to learn from" in refusal(path)
    path.write_text("x,y\n")
    assert "it has no rows" in refusal(path)
    path.write_text("")
    assert "it cannot be read as a table" in refusal(path)
    (tmp_path / "a.txt").write_text("1 2 3")
    assert "its name ends in none of .csv, .tsv" in refusal(tmp_path / "a.txt")
    (tmp_path / "a.parquet").write_bytes(b"PAR1 no table")
    assert "it cannot be read as a table" in refusal(tmp_path / "a.parquet")
    assert "it holds no images" in refusal(tmp_path)


def test_arrays_that_are_no_samples_are_refused(tmp_path):
    path = tmp_path / "a.npz"
    path.write_bytes(b"no archive")
    assert "it cannot be read" in refusal(path)
    np.savez(path, a=np.ones((3, 2)), b=np.ones((3, 2)))
    assert "its arrays are a, b, and none is called X" in refusal(path)
    np.savez(path, X=np.ones((3, 2)), y=np.ones(2))
    assert "it has 3 samples, but 2 labels" in refusal(path, "y")
    assert "it has no array z; its arrays are X, y" in refusal(path, "z")
    np.savez(path, X=np.ones(3))
    assert "its samples are of shape (3,); they must be" in refusal(path)
    np.savez(path, X=np.array([["a", "b"]]))
    assert "its samples are of type <U1, not numbers" in refusal(path)
    np.savez(path, X=np.array([[1.0, np.inf]]))
    assert "row 1, column 2 is infinite or above 1e+100" in refusal(path)
    np.savez(path, X=np.array([[1, "two"]], dtype=object))
    assert "it cannot be read" in refusal(path)  # No pickle.
    np.savez(path, X=np.empty((0, 4)))
    assert "so there are none" in refusal(path)
    np.save(tmp_path / "a.npy", np.ones((2, 2)))
    assert "set label to null" in refusal(tmp_path / "a.npy", "y")
    assert "leave features out" in refusal(path, None, ["x"])


def test_images_that_do_not_go_together_are_refused(tmp_path):
    Image.fromarray(IMAGES[0]).save(tmp_path / "a.png")
    Image.fromarray(IMAGES[0, :3]).save(tmp_path / "b.png")
    with pytest.raises(SomError, match=r"b\.png: it is 3×5 grey, but a\.png is 4×5 grey; bring"):
        read_samples(str(tmp_path), None, None)
    Image.fromarray(np.stack([IMAGES[0]] * 3, axis=2)).save(tmp_path / "b.png")
    with pytest.raises(SomError, match=r"it is 4×5 in colours, but a\.png is 4×5 grey"):
        read_samples(str(tmp_path), None, None)
    (tmp_path / "b.png").write_bytes((tmp_path / "a.png").read_bytes()[:40])
    with pytest.raises(SomError, match=r"b\.png: it cannot be read as an image"):
        read_samples(str(tmp_path), None, None)
    (tmp_path / "b.png").unlink()
    (tmp_path / "cats").mkdir()
    Image.fromarray(IMAGES[1]).save(tmp_path / "cats" / "c.png")
    with pytest.raises(SomError, match=r"a\.png: it lies next to folders of classes"):
        read_samples(str(tmp_path), None, None)


def test_the_content_counts_and_neither_times_nor_folders(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        for number, image in enumerate(IMAGES):
            Image.fromarray(image).save(tmp_path / name / f"{number}.png")
    one, two = (content_of(str(tmp_path / name)) for name in ("one", "two"))
    assert one == two
    (tmp_path / "two" / "1.png").rename(tmp_path / "two" / "9.png")
    assert content_of(str(tmp_path / "two")) != one
    assert content_of("sklearn:wine") == content_of("sklearn:wine") != content_of("sklearn:iris")
    with pytest.raises(SomError, match="there is no such file or folder"):
        content_of(str(tmp_path / "three"))


def test_labels_of_idx_files_go_by_the_names_of_the_images(tmp_path):
    for name, labels in (("train", [1, 2, 3]), ("test", [7, 7, 7])):
        (tmp_path / f"{name}-images-idx3-ubyte").write_bytes(idx(IMAGES))
        (tmp_path / f"{name}-labels-idx1-ubyte").write_bytes(idx(np.uint8(labels)))
    for name, labels in (("train", ["1", "2", "3"]), ("test", ["7", "7", "7"])):
        source = str(tmp_path / f"{name}-images-idx3-ubyte")
        assert read_samples(source, "labels", None).labels.tolist() == labels
        assert files_of(source, "labels") == [source, source.replace("images-idx3", "labels-idx1")]
    train, test = (str(tmp_path / f"{name}-images-idx3-ubyte") for name in ("train", "test"))
    with pytest.raises(SomError, match="test-images-idx3-ubyte: it would get the labels of"):
        prepare(OwnDataset(train=train, test=test, label="train-labels-idx1-ubyte"))
    assert "next to it is no file of labels names or train-names-idx1-ubyte" in refusal(
        train, "names"
    )
    (tmp_path / "folder.idx").mkdir()
    assert "folder, a pipe" not in refusal(tmp_path / "folder.idx")


def test_rows_longer_than_the_heading_are_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2,3\n4,5,6\n")
    assert "cannot be read as a table" in refusal(path)
    path.write_text("a,a,b\n1,2,3\n")
    assert refusal(path).endswith("its column a is there twice; rename one.")


def test_a_class_may_be_called_na_in_a_table(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("x,c\n1,NA\n2,None\n3,nan\n")
    assert read_samples(str(path), "c", None).labels.tolist() == ["NA", "None", "nan"]
    path.write_text("x,c\n1,NA\n2,\n")
    assert "row 2, column c is empty" in refusal(path, "c")


def test_dates_are_no_numbers(tmp_path):
    path = tmp_path / "a.parquet"
    times = pd.to_datetime(["2026-01-01", "2026-01-02"])
    frame = pd.DataFrame({"a": [1.0, 2.0], "t": times, "d": times - times[0]})
    frame.to_parquet(path)
    assert read_samples(str(path), None, None).names == ["a"]
    for name in ("t", "d"):
        assert f"column {name} holds dates or times" in refusal(path, None, ["a", name])


def test_a_label_among_the_features_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    pd.DataFrame({"x": [1, 2], "c": [3, 4]}).to_csv(path, index=False)
    assert "column c is both label and among features" in refusal(path, "c", ["x", "c"])


def test_folders_take_no_label_and_a_folder_is_no_image(tmp_path):
    Image.fromarray(IMAGES[0]).save(tmp_path / "a.png")
    (tmp_path / "x.png").mkdir()
    assert len(read_samples(str(tmp_path), None, None).values) == 1
    assert "so leave label out" in refusal(tmp_path, "class")
    assert "so leave features out" in refusal(tmp_path, None, ["a"])


def test_a_damaged_archive_is_no_reason_to_stop_other_targets(tmp_path):
    path = tmp_path / "bad.npz"
    path.write_bytes(b"no archive")
    assert kind_of(str(path), None) == (False, False)
    assert "cannot be read" in refusal(path)
