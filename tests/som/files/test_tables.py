"""Tables: other programs can read them, they are read as written, and damage is refused."""

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from workflow.som.files.errors import DamagedFileError, SomError
from workflow.som.files.tables import checksum, read_arrow, read_table, write_arrow, write_table

METADATA = {"experiment": "düne", "lattice": '{"topology": "square", "shape": [2, 3]}'}


def example():
    return pd.DataFrame(
        {
            "unit": np.arange(6, dtype=np.int32),
            "label": np.array([0, 9, 3, 3, 255, 1], np.uint8),
            "majority_digit": pd.array([1, None, 0, 9, None, 2], dtype="Int8"),
            "purity": pd.array([0.5, None, 1.0, 0.1, None, 1 / 3], dtype="Float64"),
            "distance": np.array([0, 1e-30, 3.5, np.inf, 2, 1], np.float32),
            "error": [np.nan, 0.25, -0.0, 1.0, 5e-324, 1e308],
            "library": ["düne", "", "a,b", "a", ",b", None],
            "is_cold": [True, False, False, True, True, False],
            "position": [np.array([unit, -0.5], np.float32) for unit in range(6)],
        }
    )


def assert_same(found, expected):
    pd.testing.assert_frame_equal(found.frame, expected.frame, check_exact=True)
    assert found.metadata == expected.metadata


def test_what_is_written_is_read_types_nulls_and_metadata_included(tmp_path):
    path = tmp_path / "a.parquet"
    write_table(path, example(), METADATA, kind="example")
    found = read_table(path)
    pd.testing.assert_frame_equal(found.frame, example(), check_exact=True)
    assert found.metadata.items() >= METADATA.items()
    assert found.metadata.keys() - METADATA.keys() == {"checksum", "kind"}


def test_a_table_carries_the_kind_that_it_was_written_as_and_not_an_older_one(tmp_path):
    path = tmp_path / "a.parquet"
    write_table(path, example(), METADATA, kind="purity")
    assert read_table(path).metadata["kind"] == "purity"
    frame, metadata = read_table(path)
    write_table(path, frame, metadata, kind="u_matrix")
    assert read_table(path).metadata["kind"] == "u_matrix"


def test_pandas_and_duckdb_open_the_file_as_it_is(tmp_path):
    path = tmp_path / "a.parquet"
    write_table(path, example(), METADATA, kind="example")
    pd.testing.assert_frame_equal(pd.read_parquet(path), example(), check_exact=True)
    rows = duckdb.sql(f"SELECT unit, label, majority_digit, purity FROM '{path}'").fetchall()
    expected = example()[["unit", "label", "majority_digit", "purity"]].astype(object)
    assert rows == [
        tuple(None if value is pd.NA else value for value in row)
        for row in expected.itertuples(index=False)
    ]
    pairs = duckdb.sql(f"SELECT key, value FROM parquet_kv_metadata('{path}')").fetchall()
    assert {(key.encode(), value.encode()) for key, value in METADATA.items()} <= set(pairs)


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"a": np.array([], np.int32)}),
        pd.DataFrame({"a": [1]}),
        pd.DataFrame({"a": [None, None], "b": [1, 2]}),
        pd.DataFrame({"a": [np.nan, np.nan]}),
        pd.DataFrame({"a": pd.array([None], dtype="Int32")}),
        pd.DataFrame({"a": [True, False]}),
    ],
    ids=["empty", "one row", "all null", "not a number", "a null", "truth"],
)
def test_tables_at_the_edge_come_back(tmp_path, frame):
    write_table(tmp_path / "a.parquet", frame, {}, kind="example")
    pd.testing.assert_frame_equal(read_table(tmp_path / "a.parquet").frame, frame)


def test_the_checksum_does_not_depend_on_row_groups_or_chunks():
    table = pa.table({"a": np.arange(100), "b": np.random.default_rng(0).random(100)})
    pieces = pa.concat_tables([table.slice(0, 33), table.slice(33)])
    assert pieces["a"].num_chunks == 2
    assert checksum(pieces, METADATA) == checksum(table, METADATA)


def test_the_checksum_tells_apart_all_that_a_reader_sees():
    tables = [
        pa.table({"a": pa.array([1, 2], pa.int32())}),
        pa.table({"a": pa.array([2, 1], pa.int32())}),
        pa.table({"a": pa.array([1, 2], pa.int64())}),
        pa.table({"b": pa.array([1, 2], pa.int32())}),
        pa.table({"a": pa.array([1], pa.int32())}),
        pa.table({"a": pa.array([1, 2], pa.int32()), "b": pa.array([1, 2], pa.int32())}),
        pa.table({"a": pa.array([0, 1], pa.int32())}),
        pa.table({"a": pa.array([None, 1], pa.int32())}),
        pa.table({"a": pa.array([1, None], pa.int32())}),
    ]
    sums = [checksum(table, {}) for table in tables]
    sums += [checksum(tables[0], {"k": "v"}), checksum(tables[0], {"k": "w"})]
    assert len(set(sums)) == len(tables) + 2


@pytest.mark.parametrize("seed", range(4))
def test_after_any_damage_a_table_is_refused_or_reads_the_same(tmp_path, damages, seed):
    path = tmp_path / "a.parquet"
    write_table(path, example(), METADATA, kind="example")
    expected, refused = read_table(path), 0
    for harm, content in damages(path.read_bytes(), flips=400, seed=seed):
        path.write_bytes(content)
        try:
            found = read_table(path)
        except DamagedFileError as error:
            assert str(error).startswith(f"{path} is damaged (")
            assert "\n" not in str(error)
            refused += 1
        except Exception as error:
            raise AssertionError(f"{harm}: not refused in a sentence") from error
        else:
            assert_same(found, expected)
    # Some bytes have no effect: unused statistics, and Arrow's copy of the schema.
    assert refused > 200


def test_any_change_of_a_value_is_refused_even_where_parquet_sees_nothing_wrong(tmp_path):
    path = tmp_path / "a.parquet"
    write_table(path, example(), METADATA, kind="example")
    table, _ = read_arrow(path)
    changed = table.set_column(0, "unit", pa.array([0, 1, 2, 3, 4, 6], pa.int32()))
    pq.write_table(changed.replace_schema_metadata(pq.read_schema(path).metadata), path)
    with pytest.raises(DamagedFileError, match="do not match the checksum"):
        read_table(path)


def test_a_table_of_someone_elses_without_checksum_is_refused(tmp_path):
    example().to_parquet(tmp_path / "a.parquet")
    with pytest.raises(DamagedFileError):
        read_table(tmp_path / "a.parquet")


def test_a_missing_file_is_no_damage(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_table(tmp_path / "a.parquet")


def test_equal_tables_are_equal_byte_for_byte(tmp_path):
    for name in "ab":
        write_table(tmp_path / name, example(), METADATA, kind="example")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_table_beyond_the_disk_leaves_the_older_one(tmp_path, largest_file):
    path = tmp_path / "a.parquet"
    write_table(path, example(), METADATA, kind="example")
    before = path.read_bytes()
    noise = pa.table({"a": np.random.default_rng(0).random(10_000)})
    with largest_file(10_000), pytest.raises(SomError, match="a.parquet could not be written"):
        write_arrow(path, noise, {}, kind="noise")
    assert path.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["a.parquet"]
