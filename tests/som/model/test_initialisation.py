"""Initial codebooks: the contract's random one, samples, and the plane of principal components."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from tests.som.model.test_lattice import LATTICES
from workflow.som.files.errors import SomError
from workflow.som.model import initialisation
from workflow.som.model.initialisation import (
    INITIALISATIONS,
    pca_codebook,
    principal_components,
    random_codebook,
    starting_codebook,
)
from workflow.som.model.lattice import Lattice
from workflow.som.model.map_size import natural_shape

LATTICE = Lattice("square", (3, 4))


def pixels(n_samples=200, n_features=9):
    generator = np.random.default_rng(4)
    mixed = generator.normal(size=(n_samples, n_features)) @ np.diag(2.0 ** -np.arange(n_features))
    return np.clip(127 + 40 * mixed, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("seed", [0, 3, 2**31])
def test_the_random_codebook_is_the_contracts(seed):
    expected = np.random.default_rng([seed, 0]).random((12, 5), dtype=np.float32)
    found = random_codebook(seed, 12, 5)
    np.testing.assert_array_equal(found, expected, strict=True)
    assert ((found >= 0) & (found < 1)).all()
    samples = np.zeros((7, 5), np.uint8)
    started = starting_codebook("random", seed, samples, LATTICE)
    np.testing.assert_array_equal(started, expected, strict=True)


def test_a_codebook_of_samples_holds_each_once_while_there_are_enough():
    samples = pixels()
    found = starting_codebook("sample", 3, samples, LATTICE)
    rows = [np.flatnonzero((samples / np.float32(255) == unit).all(axis=1)) for unit in found]
    assert all(len(row) for row in rows)
    assert len({tuple(unit) for unit in found}) == 12
    other = starting_codebook("sample", 4, samples, LATTICE)
    assert (found != other).any()


def test_a_codebook_of_few_samples_repeats_them():
    found = starting_codebook("sample", 3, pixels(2), LATTICE)
    assert found.shape == (12, 9)
    assert len(np.unique(found, axis=0)) <= 2


def test_components_are_those_of_scikit_learn_with_the_largest_entry_positive():
    samples = pixels()
    mean, components, deviations = principal_components(samples, 4)
    witness = PCA(4).fit(samples / 255)
    np.testing.assert_allclose(mean, witness.mean_, atol=1e-12)
    np.testing.assert_allclose(np.abs(components @ witness.components_.T), np.eye(4), atol=1e-8)
    scale = np.sqrt(199 / 200)  # scikit-learn divides by n − 1.
    np.testing.assert_allclose(deviations, scale * np.sqrt(witness.explained_variance_), rtol=1e-9)
    assert (components[np.arange(4), np.abs(components).argmax(axis=1)] > 0).all()


@pytest.mark.parametrize("lattice", LATTICES, ids=repr)
def test_the_plane_lies_at_the_mean_and_spans_one_component_an_open_axis(lattice):
    samples = pixels()
    found = pca_codebook(samples, lattice)
    assert found.shape == (lattice.n_units, 9)
    assert np.isfinite(found).all()
    if not lattice.is_wrapped:
        _, components, deviations = principal_components(samples, 9)
        scores = (found - samples.mean(axis=0) / 255) @ components.T
        n_axes = len(lattice.shape)
        spread = [deviations[i] if sorted(lattice.shape)[-1 - i] > 1 else 0 for i in range(n_axes)]
        np.testing.assert_allclose(scores.mean(axis=0), 0, atol=1e-6)
        np.testing.assert_allclose(scores.std(axis=0)[:n_axes], spread, rtol=1e-5)
        np.testing.assert_allclose(scores[:, n_axes:], 0, atol=1e-6)


def test_a_closed_axis_closes_in_data_space():
    found = pca_codebook(pixels(), Lattice("ring", (40,))).astype(float)
    lengths = np.linalg.norm(found - np.roll(found, 1, axis=0), axis=1)
    assert lengths.max() < 3 * np.median(lengths)


def test_the_plane_needs_no_seed_and_no_number_of_threads():
    samples = pixels(5000)
    first, second = (starting_codebook("pca", seed, samples, LATTICE) for seed in (0, 1))
    np.testing.assert_array_equal(first, second)


def test_too_few_features_for_the_axes_are_refused():
    with pytest.raises(SomError, match="pca needs 4 features.*have 3"):
        pca_codebook(pixels(20, 3), Lattice("torus", (4, 4)))


def test_every_initialisation_that_is_listed_exists():
    for name in INITIALISATIONS:
        assert starting_codebook(name, 0, pixels(), LATTICE).dtype == np.float32


@pytest.mark.parametrize("weights", [None, np.arange(1.0, 31.0)])
def test_of_more_features_than_samples_products_of_samples_give_the_same(weights, monkeypatch):
    samples = np.random.default_rng(0).integers(0, 256, (30, 80), dtype=np.uint8)
    expected = principal_components(samples, 5, weights)
    monkeypatch.setattr(initialisation, "MOST_FEATURES", 8)
    found = principal_components(samples, 5, weights)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-10)
    # More components than samples: the rest is nothing.
    _, components, deviations = principal_components(samples[:3], 5)
    assert (deviations[3:] == 0).all() and (components[3:] == 0).all()


def test_a_shape_for_a_few_large_images_takes_no_table_of_pixels():
    samples = np.random.default_rng(0).integers(0, 256, (24, 90_000), dtype=np.uint8)
    assert np.prod(natural_shape(samples, "square")) in range(20, 30)
