"""Curves and finding of measured memory: right ones, and of any table that can come."""

import pytest

from tests.som.benchmark.measured_tables import memory_table
from workflow.som.benchmark.memory_summaries import (
    ASKED,
    FLOOR,
    LIBRARY,
    MEASURED,
    PREDICTED,
    memory_curves,
    memory_finding,
    most_samples_in_memory,
)
from workflow.som.training.memory import bytes_of_training


def test_curves_have_one_point_a_value():
    curves = memory_curves(memory_table())
    assert set(curves["curve"]) == {*MEASURED, ASKED, FLOOR, LIBRARY, PREDICTED}
    assert not curves.duplicated(["axis", "value", "curve"]).any()
    read_in_parts = curves[curves["curve"].str.endswith("in parts")]
    assert set(read_in_parts["axis"]) == {"samples"}


def test_floors_and_predictions_are_sums_of_what_they_name():
    found = memory_curves(memory_table()).set_index(["axis", "value", "curve"])["gigabytes"]
    codebook, samples = 4 * 90_000 * 784, 60_000 * 784
    assert found["units", 90_000, FLOOR] == pytest.approx((codebook + samples) / 1e9)
    assert found["units", 90_000, LIBRARY] == pytest.approx(0.6)
    of_map = bytes_of_training(90_000, 784)
    assert found["units", 90_000, PREDICTED] == pytest.approx(0.6 + (samples + of_map) / 1e9)
    assert found["units", 90_000, ASKED] == pytest.approx(4 + 2.34)
    assert found["samples", 1_000_000, FLOOR] == pytest.approx((4 * 2500 + 1_000_000) * 784 / 1e9)
    assert found["samples", 10_000, "online, in parts"] == pytest.approx(1 + 17 * 784 * 2500 / 1e9)


def test_the_most_samples_in_memory_are_those_of_half_a_gibibyte():
    assert most_samples_in_memory(memory_table()) == 2**29 // 784
    assert most_samples_in_memory(memory_table().query("axis == 'units'")) is None


def test_the_finding_is_of_the_largest_sizes():
    table = memory_table()
    units = "90,000 units take 2.2 GB, 8 times their codebook"
    samples = "1,000,000 samples take 1.8 GB in memory and 1 GB read in parts"
    assert memory_finding(table) == f"{units}; {samples}"
    assert memory_finding(table.query("axis == 'units'")) == units
    assert memory_finding(table.query("axis == 'samples'")) == samples
    alone = memory_finding(table.query("axis == 'samples' and in_parts"))
    assert alone == "1,000,000 samples take 1 GB read in parts"
    assert memory_finding(table[:0]) == "Nothing was measured"
