"""The exact search compared with rational arithmetic, and the errors with other libraries."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from minisom import MiniSom
from scipy.spatial.distance import cdist

from workflow.som.engine.search import pruned
from workflow.som.engine.search.dense import find_two_nearest_densely
from workflow.som.engine.search.find import find_two_nearest
from workflow.som.engine.search.nearest import NO_UNIT, Nearest
from workflow.som.mapping.map_errors import map_errors
from workflow.som.model.lattice import Lattice


def two_nearest_exactly(sample, codebook):
    """Return the two nearest units, and the squared distance, in rational arithmetic."""
    x = [Fraction(float(value)) for value in sample]
    squares = [
        sum((a - Fraction(float(b))) ** 2 for a, b in zip(x, unit, strict=True))
        for unit in codebook
    ]
    order = sorted(range(len(codebook)), key=lambda unit: (squares[unit], unit))
    return order[0], order[1] if len(order) > 1 else NO_UNIT, squares[order[0]]


def assert_exact(samples, codebook):
    expected = [two_nearest_exactly(sample, codebook) for sample in samples]
    distances = [math.sqrt(square) for _, _, square in expected]
    for find in (find_two_nearest, find_two_nearest_densely):
        found = find(samples, codebook)
        assert found.bmus.tolist() == [bmu for bmu, _, _ in expected]
        assert found.second_bmus.tolist() == [second for _, second, _ in expected]
        np.testing.assert_allclose(found.distances, distances, rtol=2e-7, atol=0)


def random_case(n_samples, n_units, n_features, seed=0):
    generator = np.random.default_rng(seed)
    samples = generator.random((n_samples, n_features), dtype=np.float32)
    return samples, generator.random((n_units, n_features), dtype=np.float32)


# Multiples of 1/8 are exact in every step, so these cases are full of exact ties.
eighths = st.integers(-3, 3).map(lambda value: np.float32(value / 8))


@settings(deadline=None, max_examples=100)
@given(st.data())
def test_of_equally_near_units_the_lowest_index_wins(data):
    n_features = data.draw(st.integers(1, 3))
    n_units, n_samples = data.draw(st.integers(1, 9)), data.draw(st.integers(1, 5))
    codebook = data.draw(arrays(np.float32, (n_units, n_features), elements=eighths))
    samples = data.draw(arrays(np.float32, (n_samples, n_features), elements=eighths))
    assert_exact(samples, codebook)


@pytest.mark.parametrize("shift", [0, 1, -1000])
def test_near_ties_below_float32_resolution_are_decided_exactly(shift):
    samples, codebook = random_case(25, 6, 40)
    codebook += np.float32(shift)
    samples += np.float32(shift)
    # Two more copies of each unit, moved by the smallest step of float32 in a single feature.
    above, below = codebook.copy(), codebook.copy()
    above[:, 3] = np.nextafter(codebook[:, 3], np.float32(np.inf))
    below[:, 7] = np.nextafter(codebook[:, 7], np.float32(-np.inf))
    units = np.concatenate([above, codebook, below, codebook])
    assert_exact(samples, units[np.random.default_rng(1).permutation(len(units))])


def test_a_common_offset_that_ruins_the_expanded_square_does_no_harm():
    samples, codebook = random_case(10, 12, 5, seed=2)
    assert_exact(samples + np.float32(4096), codebook + np.float32(4096))


def test_duplicates_of_one_vector_give_units_zero_and_one():
    samples, codebook = random_case(20, 1, 784)
    nearest = find_two_nearest(samples, np.repeat(codebook, 30, axis=0))
    assert set(nearest.bmus) == {0}
    assert set(nearest.second_bmus) == {1}


def test_bmu_and_its_duplicate_are_the_two_nearest():
    samples, codebook = random_case(50, 20, 30)
    nearest = find_two_nearest(samples, np.concatenate([codebook, codebook]))
    np.testing.assert_array_equal(nearest.second_bmus, nearest.bmus + 20)
    np.testing.assert_array_equal(nearest.bmus, find_two_nearest(samples, codebook).bmus)


def test_scipy_finds_the_same_units_of_images():
    generator = np.random.default_rng(3)
    pixels = generator.integers(0, 256, (200, 784), dtype=np.uint8)
    codebook = generator.random((150, 784), dtype=np.float32)
    distances = cdist((pixels / np.float32(255)).astype(float), codebook.astype(float))
    order = distances.argsort(axis=1, kind="stable")
    nearest = find_two_nearest(pixels, codebook)
    np.testing.assert_array_equal(nearest.bmus, order[:, 0])
    np.testing.assert_array_equal(nearest.second_bmus, order[:, 1])
    np.testing.assert_allclose(nearest.distances, distances.min(axis=1), rtol=1e-7)


@pytest.mark.parametrize("value", [0, 7, 255])
def test_constant_images_lie_on_one_unit(value):
    pixels = np.full((40, 784), value, dtype=np.uint8)
    levels = (np.arange(256, dtype=np.uint8) / np.float32(255))[:, None]
    nearest = find_two_nearest(pixels, np.repeat(levels, 784, axis=1).astype(np.float32))
    assert set(nearest.bmus) == {value}
    assert set(nearest.distances) == {0}
    # Two units are one step of brightness away; rounded to float32, one may be nearer.
    assert set(nearest.second_bmus) <= {value - 1, value + 1}


def test_a_map_of_one_unit_has_no_second_bmu():
    samples, codebook = random_case(5, 1, 3)
    assert_exact(samples, codebook)
    assert set(find_two_nearest(samples, codebook).second_bmus) == {NO_UNIT}


def test_no_samples_give_no_rows():
    _, codebook = random_case(1, 4, 3)
    nearest = find_two_nearest(np.empty((0, 3), np.float32), codebook)
    assert [len(column) for column in nearest] == [0, 0, 0]


def test_types_are_those_of_the_table():
    nearest = find_two_nearest(*random_case(5, 4, 3))
    assert [column.dtype for column in nearest] == [np.int32, np.int32, np.float32]


def test_neither_blocks_nor_threads_nor_the_samples_order_change_a_bit(monkeypatch):
    samples, codebook = random_case(300, 60, 50)
    samples[100:200] = samples[:100]
    codebook[30:] = codebook[:30]
    expected = [column.tobytes() for column in find_two_nearest(samples, codebook)]
    for size in (1, 7, 300, 10_000):
        monkeypatch.setattr(pruned, "BOUNDS_BYTES", 4 * len(codebook) * size)
        for threads in (1, 2, 5):
            found = find_two_nearest(samples, codebook, threads=threads)
            assert [column.tobytes() for column in found] == expected
    order = np.random.default_rng(4).permutation(300)
    moved = find_two_nearest(samples[order], codebook)
    restored = [column[np.argsort(order)].tobytes() for column in moved]
    assert restored == expected


def test_inputs_are_not_changed_and_progress_adds_up():
    samples, codebook = random_case(100, 9, 4)
    before, counted = (samples.copy(), codebook.copy()), []
    find_two_nearest(samples, codebook, report=counted.append)
    assert sum(counted) == 100
    find_two_nearest_densely(samples, codebook, chunk_size=33, report=counted.append)
    assert counted[-4:] == [33, 33, 33, 1]
    np.testing.assert_array_equal(samples, before[0])
    np.testing.assert_array_equal(codebook, before[1])


def test_the_plain_search_gives_the_same():
    samples, codebook = random_case(60, 40, 50)
    expected = find_two_nearest(samples, codebook)
    found = find_two_nearest_densely(samples, codebook)
    for column, column_expected in zip(found, expected, strict=True):
        np.testing.assert_array_equal(column, column_expected)


def test_minisom_measures_the_same_errors():
    """MiniSom counts diagonal neighbours as adjacent, as `topographic_error_8` does."""
    samples, codebook = random_case(400, 56, 6)
    witness = MiniSom(7, 8, 6)
    witness._weights = codebook.reshape(7, 8, 6).astype(float)
    errors = map_errors(find_two_nearest(samples, codebook), Lattice("square", (7, 8)))
    data = samples.astype(float)
    assert errors.quantization_error == pytest.approx(witness.quantization_error(data), rel=1e-6)
    assert errors.topographic_error_8 == pytest.approx(witness.topographic_error(data), abs=1e-12)
    assert 0 < errors.topographic_error_8 < errors.topographic_error_4 < 1


@pytest.mark.parametrize("shape", [(1, 7), (7, 1), (2, 2), (4, 5)])
def test_topographic_errors_count_pairs_that_are_not_adjacent(shape):
    samples, codebook = random_case(60, math.prod(shape), 3, seed=5)
    nearest = find_two_nearest(samples, codebook)
    steps = [
        (abs(a // shape[1] - b // shape[1]), abs(a % shape[1] - b % shape[1]))
        for a, b in zip(nearest.bmus.tolist(), nearest.second_bmus.tolist(), strict=True)
    ]
    errors = map_errors(nearest, Lattice("square", shape))
    four = sum(rows + columns != 1 for rows, columns in steps) / 60
    eight = sum(max(rows, columns) != 1 for rows, columns in steps) / 60
    assert errors.topographic_error_4 == pytest.approx(four)
    assert errors.topographic_error == errors.topographic_error_4
    assert errors.topographic_error_8 == pytest.approx(eight)


def test_errors_that_are_undefined_are_none():
    samples, codebook = random_case(5, 1, 3)
    lattice = Lattice("square", (1, 1))
    errors = map_errors(find_two_nearest(samples, codebook), lattice)
    assert errors.quantization_error > 0
    assert errors[1:] == (None, None, None)
    nothing = Nearest(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.float32))
    errors = map_errors(nothing, Lattice("square", (2, 2)))
    assert math.isnan(errors.quantization_error)
    assert errors[1:] == (None, None, None)
