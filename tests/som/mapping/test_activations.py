"""The table of activations has each sample's place on the map, and can be turned back into BMUs."""

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from tests.som.model.test_lattice import LATTICES
from workflow.som.engine.search.find import find_two_nearest
from workflow.som.engine.search.nearest import NO_UNIT
from workflow.som.files.tables import read_table, write_table
from workflow.som.mapping.activations import activations_table, nearest_from
from workflow.som.model.lattice import Lattice


def example(shape, n_samples=30):
    generator = np.random.default_rng(0)
    lattice = Lattice("square", shape)
    codebook = generator.random((lattice.n_units, 4), dtype=np.float32)
    nearest = find_two_nearest(generator.random((n_samples, 4), dtype=np.float32), codebook)
    sample = generator.permutation(100)[:n_samples].astype(np.int32)
    labels = generator.integers(0, 10, n_samples).astype(np.uint8)
    return sample, labels, nearest, lattice


@pytest.mark.parametrize("shape", [(1, 6), (5, 1), (3, 7)])
def test_row_and_column_are_the_bmus_place(shape):
    sample, labels, nearest, lattice = example(shape)
    frame = activations_table(sample, labels, nearest, lattice)
    np.testing.assert_array_equal(frame["row"] * shape[1] + frame["column"], nearest.bmus)
    assert frame["column"].between(0, shape[1] - 1).all()
    np.testing.assert_array_equal(frame["sample"], sample)
    np.testing.assert_array_equal(frame["label"], labels)


def test_types_are_the_contracts():
    frame = activations_table(*example((3, 4)))
    assert frame.dtypes.astype(str).to_dict() == {
        "sample": "int32",
        "label": "uint8",
        "bmu": "int32",
        "second_bmu": "int32",
        "row": "int32",
        "column": "int32",
        "distance": "float32",
    }


@pytest.mark.parametrize(
    "lattice", [lattice for lattice in LATTICES if not lattice.has_rows_and_columns], ids=repr
)
def test_without_rows_and_columns_the_position_says_where(tmp_path, lattice):
    generator = np.random.default_rng(0)
    codebook = generator.random((lattice.n_units, 4), dtype=np.float32)
    nearest = find_two_nearest(generator.random((30, 4), dtype=np.float32), codebook)
    sample, labels = np.arange(30, dtype=np.int32), np.zeros(30, np.uint8)
    frame = activations_table(sample, labels, nearest, lattice)
    write_table(tmp_path / "a.parquet", frame, {}, kind="activations")
    schema = pq.read_schema(tmp_path / "a.parquet")
    assert str(schema.field("position").type) == "list<element: float>"
    found = pd.read_parquet(tmp_path / "a.parquet")
    assert found["row"].isna().all() and found["column"].isna().all()
    positions = np.array(found["position"].tolist())
    np.testing.assert_allclose(positions, lattice.positions[nearest.bmus])


def test_on_one_unit_the_second_bmu_is_null():
    frame = activations_table(*example((1, 1)))
    assert frame["second_bmu"].isna().all()
    assert set(frame["bmu"]) == {0}


@pytest.mark.parametrize("shape", [(1, 1), (3, 4)])
def test_the_nearest_units_come_back_from_the_file(tmp_path, shape):
    sample, labels, nearest, lattice = example(shape)
    frame = activations_table(sample, labels, nearest, lattice)
    write_table(tmp_path / "a.parquet", frame, {}, kind="activations")
    for found in (nearest_from(frame), nearest_from(read_table(tmp_path / "a.parquet").frame)):
        for column, expected in zip(found, nearest, strict=True):
            np.testing.assert_array_equal(column, expected, strict=True)
    assert (nearest.second_bmus == NO_UNIT).all() == (shape == (1, 1))
