"""The search on a device compared with that on the CPU; torch's CPU also counts as a device."""

import numpy as np
import pytest
import torch

from workflow.som.engine.search import on_device
from workflow.som.engine.search.find import find_two_nearest
from workflow.som.engine.search.nearest import NO_UNIT
from workflow.som.engine.search.on_device import find_two_nearest_on_device, true_float32

DEVICES = [
    "cpu",
    pytest.param(
        "cuda",
        marks=pytest.mark.skipif(
            not torch.cuda.is_available(), reason="there is no CUDA device here"
        ),
    ),
]


@pytest.fixture(params=DEVICES)
def device(request):
    return request.param


@pytest.fixture(params=["float32", "float64"])
def precision(request):
    return request.param


def random_case(n_samples, n_units, n_features, seed=0):
    generator = np.random.default_rng(seed)
    samples = generator.random((n_samples, n_features), dtype=np.float32)
    return samples, generator.random((n_units, n_features), dtype=np.float32)


def assert_same(samples, codebook, device, precision="float32", **options):
    found = find_two_nearest_on_device(samples, codebook, device, precision=precision, **options)
    expected = find_two_nearest(samples, codebook)
    np.testing.assert_array_equal(found.bmus, expected.bmus)
    np.testing.assert_array_equal(found.second_bmus, expected.second_bmus)
    np.testing.assert_allclose(found.distances, expected.distances, rtol=2e-7, atol=0)
    assert [column.dtype for column in found] == [np.int32, np.int32, np.float32]


@pytest.mark.parametrize(("n_units", "n_features"), [(2, 1), (3, 5), (50, 784), (700, 20)])
def test_random_codebooks(n_units, n_features, device, precision):
    assert_same(*random_case(300, n_units, n_features), device, precision)


def test_bytes(device, precision):
    pixels = np.random.default_rng(1).integers(0, 256, (200, 784), dtype=np.uint8)
    _, codebook = random_case(1, 150, 784)
    assert_same(pixels, codebook, device, precision)


def test_constant_images_lie_on_one_unit(device, precision):
    levels = np.repeat((np.arange(256, dtype=np.uint8) / np.float32(255))[:, None], 784, axis=1)
    pixels = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 784, axis=1)
    nearest = find_two_nearest_on_device(pixels, levels, device, precision=precision)
    np.testing.assert_array_equal(nearest.bmus, np.arange(256))
    assert set(nearest.distances) == {0}


def test_exact_ties(device, precision):
    """Multiples of 1/8 in two features: most samples have several nearest units."""
    generator = np.random.default_rng(2)
    samples, codebook = (
        (generator.integers(-3, 4, (n, 2)) / 8).astype(np.float32) for n in (400, 60)
    )
    assert_same(samples, codebook, device, precision)


@pytest.mark.parametrize("shift", [0, 1, -1000])
def test_near_ties_below_float32_resolution(shift, device, precision):
    samples, codebook = random_case(100, 12, 40)
    codebook += np.float32(shift)
    samples += np.float32(shift)
    # Two more copies of each unit, moved by the smallest step of float32 in a single feature.
    above, below = codebook.copy(), codebook.copy()
    above[:, 3] = np.nextafter(codebook[:, 3], np.float32(np.inf))
    below[:, 7] = np.nextafter(codebook[:, 7], np.float32(-np.inf))
    units = np.concatenate([above, codebook, below, codebook])
    units = units[np.random.default_rng(1).permutation(len(units))]
    assert_same(samples, units, device, precision)


def test_a_codebook_far_smaller_than_its_distance_from_the_samples(device, precision):
    samples, codebook = random_case(100, 80, 30)
    assert_same(100 + samples, codebook * np.float32(1e-3), device, precision)


def test_units_that_differ_by_less_than_normal_numbers(device):
    samples, codebook = random_case(20, 10, 3)
    assert_same(samples * np.float32(1e-20), codebook * np.float32(1e-20), device)


def test_all_units_equal(device, precision):
    samples, codebook = random_case(20, 1, 784)
    nearest = find_two_nearest_on_device(
        samples, np.repeat(codebook, 30, axis=0), device, precision=precision
    )
    assert set(nearest.bmus) == {0}
    assert set(nearest.second_bmus) == {1}


def test_a_map_of_one_unit_has_no_second_bmu(device):
    assert_same(*random_case(5, 1, 3), device)
    nearest = find_two_nearest_on_device(*random_case(5, 1, 3), device)
    assert set(nearest.second_bmus) == {NO_UNIT}


def test_no_samples_give_no_rows(device):
    _, codebook = random_case(1, 4, 3)
    nearest = find_two_nearest_on_device(np.empty((0, 3), np.float32), codebook, device)
    assert [len(column) for column in nearest] == [0, 0, 0]


@pytest.mark.parametrize("chunk_size", [1, 7, 300, 10_000])
def test_chunks_change_no_result_and_progress_adds_up(chunk_size, device, monkeypatch):
    monkeypatch.setattr(on_device, "PAIR_BYTES", 5000)
    samples, codebook = random_case(300, 60, 50)
    codebook[30:] = codebook[:30]
    counted = []
    assert_same(samples, codebook, device, chunk_size=chunk_size, report=counted.append)
    assert sum(counted) == 300


def test_samples_that_cannot_be_written_to_are_read(device):
    samples, codebook = random_case(30, 6, 4)
    samples.setflags(write=False)
    assert_same(samples, codebook, device)


@pytest.mark.parametrize("n_features", [1, 30, 3000])
@pytest.mark.parametrize("scale", [1e-3, 1, 1e3])
def test_scores_are_within_the_margin_of_exact_ones(n_features, scale):
    """All terms are positive and add up, so the rounding is as large as possible."""
    samples, codebook = random_case(200, 100, n_features)
    x = torch.from_numpy(samples).double() * scale
    w = torch.from_numpy(codebook).double() / 3
    norms = torch.square(w).sum(dim=1)
    margin = on_device._rounding_margin(x.norm(dim=1), norms, n_features, torch.float32)
    scores = torch.addmm(norms.float(), x.float(), w.T.float(), alpha=-2).double()
    wrong = (scores - (norms - 2 * x @ w.T)).abs().amax(dim=1)
    assert (wrong <= margin).all()
    assert (wrong > 0).any()


@pytest.mark.parametrize("before", ["none", "tf32"])
def test_products_are_true_float32_within_the_context_only(before):
    matmul = torch.backends.cuda.matmul
    usual = matmul.fp32_precision
    try:
        matmul.fp32_precision = before
        with pytest.raises(KeyError), true_float32():
            assert matmul.fp32_precision == "ieee"
            raise KeyError
        assert matmul.fp32_precision == before
    finally:
        matmul.fp32_precision = usual
