"""The batch rule compared with its definition, and laws that follow from it."""

import numpy as np
import pytest
from sklearn.cluster import KMeans

from workflow.som.engine import batch
from workflow.som.engine.batch import smooth, sums_by_unit, update_batch, update_plainly
from workflow.som.engine.search.find import find_two_nearest
from workflow.som.model.kernels import neighbourhood, neighbourhood_factors
from workflow.som.model.lattice import Lattice
from workflow.som.model.samples import as_features, full_value


def example(n_samples=300, shape=(4, 7), n_features=12, seed=0, *, as_bytes=False):
    generator = np.random.default_rng(seed)
    lattice = Lattice("block", shape)
    codebook = generator.random((lattice.n_units, n_features), dtype=np.float32)
    if as_bytes:
        return (
            generator.integers(0, 256, (n_samples, n_features), dtype=np.uint8),
            codebook,
            lattice,
        )
    return generator.random((n_samples, n_features), dtype=np.float32), codebook, lattice


def bmus_of(samples, codebook):
    return find_two_nearest(samples, codebook).bmus


@pytest.mark.parametrize("as_bytes", [False, True])
@pytest.mark.parametrize("radius", [0.3, 1.5, 20.0])
@pytest.mark.parametrize("shape", [(4, 7), (1, 9), (1, 1), (15, 15)])
def test_the_fast_form_is_the_rule_as_it_is_written(shape, radius, as_bytes):
    samples, codebook, lattice = example(shape=shape, as_bytes=as_bytes)
    bmus = bmus_of(samples, codebook)
    expected = update_plainly(codebook, samples, bmus, neighbourhood(lattice, radius))
    for factors in (neighbourhood_factors(lattice, radius), [neighbourhood(lattice, radius)]):
        found = update_batch(codebook, samples, bmus, factors)
        np.testing.assert_allclose(found, expected, atol=2e-7)
        assert found.dtype == np.float32


def test_the_plain_form_is_the_contracts_sentence():
    samples, codebook, lattice = example(60, (3, 4))
    bmus, expected = bmus_of(samples, codebook), np.zeros_like(codebook, dtype=float)
    for j in range(12):
        numerator, denominator = 0, 0
        for x, c in zip(samples.astype(float), bmus, strict=True):
            h = np.exp(-((c // 4 - j // 4) ** 2 + (c % 4 - j % 4) ** 2) / (2 * 1.2**2))
            numerator, denominator = numerator + h * x, denominator + h
        expected[j] = numerator / denominator
    found = update_plainly(codebook, samples, bmus, neighbourhood(lattice, 1.2))
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_sums_by_unit_are_those_of_a_loop():
    for as_bytes in (False, True):
        samples, codebook, _ = example(as_bytes=as_bytes)
        bmus = bmus_of(samples, codebook)
        features = as_features(samples, np.float64)
        expected = [features[bmus == unit].sum(axis=0) for unit in range(28)]
        found = sums_by_unit(samples, bmus, 28) / full_value(samples)
        np.testing.assert_allclose(found, expected, rtol=1e-6 if as_bytes else 1e-12)


def test_the_order_of_the_samples_changes_no_bit_of_bytes():
    samples, codebook, lattice = example(as_bytes=True)
    factors = neighbourhood_factors(lattice, 2.0)
    order = np.random.default_rng(1).permutation(len(samples))
    results = [
        update_batch(codebook, some, bmus_of(some, codebook), factors).tobytes()
        for some in (samples, samples[order])
    ]
    assert results[0] == results[1]


def test_a_radius_of_nothing_is_a_step_of_k_means():
    samples, codebook, lattice = example(900, shape=(5, 5))
    found = update_batch(
        codebook, samples, bmus_of(samples, codebook), neighbourhood_factors(lattice, 1e-3)
    )
    witness = KMeans(25, init=codebook, n_init=1, max_iter=1, algorithm="lloyd", tol=0)
    hits = np.bincount(bmus_of(samples, codebook), minlength=25)
    assert (hits > 0).all()
    # After its last iteration scikit-learn labels again and leaves the centres as they are.
    np.testing.assert_allclose(found, witness.fit(samples).cluster_centers_, atol=1e-6)


def test_a_unit_that_nothing_reaches_keeps_its_vector():
    samples, codebook, lattice = example(5, (10, 10))
    bmus = np.zeros(5, dtype=np.int32)
    found = update_batch(codebook, samples, bmus, neighbourhood_factors(lattice, 0.1))
    # exp(−d²/0.02) is zero in float64 beyond d² = 14.9.
    squares = lattice.squared_distances()[0]
    np.testing.assert_array_equal(found[squares > 15], codebook[squares > 15])
    expected = np.broadcast_to(samples.mean(axis=0), found[squares < 14].shape)
    np.testing.assert_allclose(found[squares < 14], expected, rtol=1e-6)
    assert np.isfinite(found).all()


def test_units_stay_within_the_range_of_the_samples():
    samples, codebook, lattice = example()
    found = update_batch(
        codebook * 9, samples, bmus_of(samples, codebook * 9), neighbourhood_factors(lattice, 1)
    )
    assert (found >= samples.min(axis=0) - 1e-6).all()
    assert (found <= samples.max(axis=0) + 1e-6).all()


def test_smoothing_conserves_what_a_normalised_kernel_conserves():
    generator = np.random.default_rng(2)
    factors = [generator.random((n, n)) for n in (3, 4, 5)]
    factors = [factor / factor.sum(axis=1, keepdims=True) for factor in factors]
    values = generator.random((60, 2))
    found = smooth(values, factors)
    np.testing.assert_allclose(found.sum(axis=0), values.sum(axis=0))
    dense = np.kron(np.kron(*factors[:2]), factors[2])
    np.testing.assert_allclose(found, dense.T @ values)


@pytest.mark.parametrize("weighted", [False, True])
def test_some_features_at_a_time_give_the_same(monkeypatch, weighted):
    samples, codebook, lattice = example(as_bytes=True)
    bmus, factors = bmus_of(samples, codebook), neighbourhood_factors(lattice, 2.0)
    weights = np.random.default_rng(5).random(len(samples)) if weighted else None
    expected = update_batch(codebook, samples, bmus, factors, weights)
    monkeypatch.setattr(batch, "SUMS_BYTES", 8 * codebook.size // 3)
    found = update_batch(codebook, samples, bmus, factors, weights)
    np.testing.assert_allclose(found, expected, atol=1e-7)
