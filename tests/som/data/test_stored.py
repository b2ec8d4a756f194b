"""Tables in parts are those in one piece, whatever the parts; damage to any byte is refused."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from workflow.som.data.stored import StoredSamples, write_in_parts
from workflow.som.files.errors import DamagedFileError
from workflow.som.files.tables import read_arrow, write_arrow

METADATA = {"dataset": "düne", "image_shape": "[2, 3]"}
GROUP = 8


def samples(dtype, n_samples=45):
    values = np.random.default_rng(3).integers(0, 256, (n_samples, 6))
    return (values if dtype == np.uint8 else values / 7).astype(dtype)


def head(n_samples=45):
    labels = pa.array(np.arange(n_samples) % 10, pa.uint8())
    return pa.table({"sample": pa.array(range(n_samples), pa.int32()), "label": labels})


def write(path, values, cuts=()):
    vectors = ("pixels", values.dtype, 6, np.split(values, cuts))
    write_in_parts(path, head(len(values)), vectors, METADATA, kind="images", row_group_size=GROUP)
    return path


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("cuts", [(), (1,), (8, 16), (7, 9, 30, 44), (0, 0, 45)])
def test_a_table_in_parts_has_the_content_of_one_in_one_piece(tmp_path, dtype, cuts):
    values = samples(dtype)
    column = pa.FixedSizeListArray.from_arrays(values.ravel(), 6)
    table = head().append_column("pixels", column)
    write_arrow(tmp_path / "one.parquet", table, METADATA, kind="images")
    expected, of_one = read_arrow(tmp_path / "one.parquet")
    found, metadata = read_arrow(write(tmp_path / "parts.parquet", values, cuts))
    assert found.equals(expected)
    assert metadata == of_one
    groups = pq.ParquetFile(tmp_path / "parts.parquet").metadata
    assert [groups.row_group(g).num_rows for g in range(groups.num_row_groups)] == [*[8] * 5, 5]
    pd.testing.assert_frame_equal(
        pd.read_parquet(tmp_path / "parts.parquet"), pd.read_parquet(tmp_path / "one.parquet")
    )


@pytest.mark.parametrize("n_samples", [44, 46, 0])
def test_other_numbers_of_rows_than_announced_leave_no_file(tmp_path, n_samples):
    vectors = ("pixels", np.dtype(np.uint8), 6, [samples(np.uint8, n_samples)])
    path = tmp_path / "a.parquet"
    with pytest.raises(ValueError, match="rows were to be written|length"):
        write_in_parts(path, head(), vectors, METADATA, kind="images", row_group_size=GROUP)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_any_groups_are_read_as_they_were_written(tmp_path, dtype):
    values = samples(dtype)
    stored = StoredSamples(write(tmp_path / "a.parquet", values))
    assert (stored.shape, stored.dtype, len(stored)) == ((45, 6), np.dtype(dtype), 45)
    assert stored.group_sizes == [8, 8, 8, 8, 8, 5]
    rows = np.arange(45)
    for groups in ([0], [5], [5, 0, 3], range(6), []):
        expected = np.concatenate([[], *(rows[8 * group : 8 * group + 8] for group in groups)])
        np.testing.assert_array_equal(stored.read(groups), values[expected.astype(int)])
    share = stored.share(slice(2, 4)).share(slice(1, 2))
    np.testing.assert_array_equal(share.read([0]), values[24:32], strict=True)
    assert share.head["sample"].to_pylist() == list(range(24, 32))
    assert (share.shape, share.group_sizes) == ((8, 6), [8])


def test_a_file_that_is_replaced_while_it_is_open_is_not_read(tmp_path):
    values = samples(np.uint8)
    stored = StoredSamples(write(tmp_path / "a.parquet", values))
    write(tmp_path / "a.parquet", values[::-1].copy())
    np.testing.assert_array_equal(stored.read(range(6)), values)


def test_every_changed_byte_is_refused(tmp_path):
    path = write(tmp_path / "a.parquet", samples(np.uint8))
    content = path.read_bytes()
    places = np.random.default_rng(0).choice(len(content), 150, replace=False)
    for place in [*places, 0, len(content) - 1]:
        changed = bytearray(content)
        changed[place] ^= 1 << (place % 8)
        path.write_bytes(changed)
        with pytest.raises(DamagedFileError, match=r"a\.parquet"):
            StoredSamples(path)
    for length in (0, 3, 100, len(content) - 9, len(content) - 1):
        path.write_bytes(content[:length])
        with pytest.raises(DamagedFileError, match=r"a\.parquet"):
            StoredSamples(path)


def test_values_that_another_program_changed_are_refused(tmp_path):
    path = write(tmp_path / "a.parquet", samples(np.uint8))
    table = pq.read_table(path)
    kept = {key: text for key, text in pq.read_metadata(path).metadata.items()}
    del kept[b"file_checksum"], kept[b"ARROW:schema"]
    changed = samples(np.uint8)
    changed[7, 2] ^= 1
    column = pa.FixedSizeListArray.from_arrays(changed.ravel(), 6)
    pq.write_table(table.set_column(2, "pixels", column).replace_schema_metadata(kept), path)
    with pytest.raises(DamagedFileError, match="do not match the checksum"):
        StoredSamples(path)
