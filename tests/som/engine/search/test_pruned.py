"""The bounds are never too high, they rule units out, and the search finds the nearest units."""

import numpy as np
import pytest
import torch

from workflow.som.engine.axes import principal_axes
from workflow.som.engine.search import pruned
from workflow.som.engine.search.dense import find_two_nearest_densely
from workflow.som.engine.search.find import find_bmus, find_two_nearest
from workflow.som.engine.search.nearest import Nearest
from workflow.som.engine.search.pruned import N_AXES, choose_bounds
from workflow.som.engine.search.pruned_scan import Vectors, search_block
from workflow.som.model.kernels import neighbourhood
from workflow.som.model.lattice import Lattice


def smooth_case(rank, roughness, seed=0, n_samples=400, side=20, n_features=120):
    """Return samples, and a codebook mostly within a few directions, as early in training."""
    generator = np.random.default_rng(seed)
    samples = generator.random((n_samples, n_features), dtype=np.float32)
    mix = neighbourhood(Lattice("square", (side, side)), side / rank)
    codebook = mix / mix.sum(axis=1, keepdims=True) @ generator.random((side**2, n_features))
    codebook += roughness * generator.standard_normal(codebook.shape)
    return samples, codebook.astype(np.float32)


def find(samples, codebook):
    """Find the two nearest units; the search for the nearest unit alone must agree."""
    found = find_two_nearest(samples, codebook)
    np.testing.assert_array_equal(find_bmus(samples, codebook), found.bmus)
    return found


def assert_equal(found, expected):
    for column, column_expected in zip(found, expected, strict=True):
        np.testing.assert_array_equal(column, column_expected)


@pytest.mark.parametrize("rank", [1, 4, 10])
@pytest.mark.parametrize("roughness", [0, 1e-7, 1e-4, 1e-1])
def test_the_result_is_that_of_all_distances(rank, roughness):
    samples, codebook = smooth_case(rank, roughness)
    assert_equal(find(samples, codebook), find_two_nearest_densely(samples, codebook))


def test_samples_in_the_plane_of_the_axes_and_on_units():
    """For these samples, ‖x‖² − ‖x_p‖² is only rounding."""
    _, codebook = smooth_case(3, 1e-6)
    generator = np.random.default_rng(1)
    between = generator.dirichlet([0.3] * 400, 200).astype(np.float32) @ codebook
    samples = np.concatenate([between, codebook[::3]])
    assert_equal(find(samples, codebook), find_two_nearest_densely(samples, codebook))


def test_duplicates_in_a_smooth_codebook():
    samples, codebook = smooth_case(3, 1e-5)
    codebook[200:] = codebook[:200]
    found = find(samples, codebook)
    assert_equal(found, find_two_nearest_densely(samples, codebook))
    np.testing.assert_array_equal(found.second_bmus, found.bmus + 200)


@pytest.mark.parametrize("roughness", [0, 1e-6, 1e-3, 1])
def test_bounds_are_below_every_squared_distance(roughness):
    samples, codebook = smooth_case(4, roughness, n_samples=50)
    samples[10:20] = codebook[10:20]
    samples[20:30] = codebook[20:30].mean(axis=0)
    bounds = choose_bounds(samples, torch.from_numpy(codebook))
    found = pruned.project(torch.from_numpy(samples) - bounds.mean, bounds.axes)
    lower = (found.parts @ bounds.units.parts.T).numpy()
    longest = found.longest + bounds.units.longest
    search_block(
        Vectors(samples, found.squares.numpy(), found.least_rests.numpy()),
        Vectors(codebook, bounds.units.squares.numpy(), bounds.units.greatest_rests.numpy()),
        lower,
        pruned.SLACK * np.finfo(np.float32).eps * longest,
        True,
        Nearest.empty(50),
    )
    squares = np.square(samples[:, None].astype(float) - codebook.astype(float)).sum(axis=2)
    assert (lower <= squares).all()
    assert (lower > 0.5 * squares - 0.1).mean() > 0.9, "bounds that low would rule nothing out"


def test_few_units_are_measured_on_a_smooth_codebook_and_all_may_be_on_equal_ones():
    samples, codebook = smooth_case(4, 1e-5)
    assert choose_bounds(samples, torch.from_numpy(codebook)).axes.shape[1] in N_AXES
    results = Nearest.empty(400)
    n_measured = pruned.search_with_bounds(samples, codebook, results, 1)
    assert 2 <= n_measured < 20
    assert pruned.search_with_bounds(samples, codebook, results, 1, with_second=False) <= n_measured
    equal = np.repeat(codebook[:1], 400, axis=0)
    assert pruned.search_with_bounds(samples, equal, results, 1) == 400


def test_a_random_codebook_is_searched_in_all_its_features():
    generator = np.random.default_rng(2)
    codebook = generator.random((400, 120), dtype=np.float32)
    samples = generator.random((300, 120), dtype=np.float32)
    assert choose_bounds(samples, torch.from_numpy(codebook)).axes is None


def test_principal_axes_are_orthonormal_and_near_the_singular_vectors():
    _, codebook = smooth_case(6, 1e-3)
    centred = torch.from_numpy(codebook - codebook.mean(axis=0))
    axes = principal_axes(centred, 16)
    torch.testing.assert_close(axes.T @ axes, torch.eye(16), atol=1e-5, rtol=0)
    best = torch.linalg.svdvals(centred)[:16].square().sum()
    assert (centred @ axes).square().sum() > 0.999 * best
    assert principal_axes(centred[:, :5].contiguous(), 16).shape == (5, 5)
