"""What a table of units says, and that a damaged one is refused."""

import numpy as np
import pytest

from workflow.som.files.errors import DamagedFileError
from workflow.som.files.tables import write_table
from workflow.som.model.lattice import Lattice
from workflow.som.statistics.map_units import read_units
from workflow.som.statistics.purity import units_table


@pytest.fixture
def table(tmp_path):
    """Three units: one of a single digit, one of two, one dead."""
    counts = np.zeros((3, 10), np.int64)
    counts[0, 7], counts[1, 2], counts[1, 4] = 4, 1, 3
    lattice = Lattice("line", (3,))
    metadata = {"lattice": lattice.to_json(), "epoch": "5", "image_shape": "[2, 3]"}
    write_table(tmp_path / "units.parquet", units_table(counts, lattice), metadata, kind="purity")
    return tmp_path / "units.parquet", counts


def test_units_are_read_as_they_were_counted(table):
    path, counts = table
    units = read_units(path)
    np.testing.assert_array_equal(units.counts, counts)
    np.testing.assert_array_equal(units.majority_digits, [7, 4, np.nan])
    np.testing.assert_array_equal(units.purity, [1, 0.75, np.nan])
    np.testing.assert_array_equal(units.values("entropy_bits")[[0, 2]], [0, np.nan])
    np.testing.assert_array_equal(units.is_dead, [False, False, True])
    assert units.single_digit_units == 1
    assert (units.epoch, units.image_shape, units.lattice.shape) == (5, (2, 3), (3,))


def test_a_damaged_table_is_refused(table):
    path, _ = table
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(DamagedFileError, match="units.parquet is damaged"):
        read_units(path)
