"""The search that carries bounds over gives what a dense search gives, codebook after codebook."""

import numpy as np
import pytest

from workflow.som.engine.search import carried, carried_scan
from workflow.som.engine.search.carried import CarriedSearch, carried_search, patches_of
from workflow.som.engine.search.dense import find_two_nearest_densely
from workflow.som.model.lattice import Lattice
from workflow.som.model.samples import as_features

LATTICES = [
    Lattice("square", (9, 11)),
    Lattice("hexagonal", (10, 7)),
    Lattice("torus", (6, 13)),
    Lattice("line", (70,)),
    Lattice("block", (4, 3, 5, 2)),
]


def smooth_codebook(lattice, n_features, seed=0):
    """Return a codebook that bends over the lattice, as a map does."""
    generator = np.random.default_rng(seed)
    places = lattice.positions / lattice.positions.max()
    mix = generator.normal(size=(places.shape[1], n_features))
    codebook = (
        0.5
        + 0.3 * np.sin(places @ mix * 2)
        + 0.01 * generator.normal(size=(lattice.n_units, n_features))
    )
    return codebook.astype(np.float32)


def samples_near(codebook, n_samples, *, as_bytes, seed=1):
    generator = np.random.default_rng(seed)
    near = codebook[generator.integers(0, len(codebook), n_samples)]
    samples = np.clip(near + 0.05 * generator.normal(size=near.shape), 0, 1)
    return np.rint(255 * samples).astype(np.uint8) if as_bytes else samples.astype(np.float32)


def walk(codebook, sizes, seed=2):
    """Yield the codebook after steps of some sizes."""
    generator = np.random.default_rng(seed)
    yield codebook
    for size in sizes:
        codebook = codebook + (size * generator.normal(size=codebook.shape)).astype(np.float32)
        yield codebook


def assert_same(found, expected):
    np.testing.assert_array_equal(found.bmus, expected.bmus)
    np.testing.assert_array_equal(found.second_bmus, expected.second_bmus)
    np.testing.assert_array_equal(found.distances, expected.distances)


@pytest.mark.parametrize("as_bytes", [False, True])
@pytest.mark.parametrize("lattice", LATTICES, ids=lambda one: one.topology)
def test_every_codebook_of_a_walk_has_the_units_of_a_dense_search(lattice, as_bytes):
    codebook = smooth_codebook(lattice, 60)
    samples = samples_near(codebook, 700, as_bytes=as_bytes)
    search = carried_search(samples, lattice, 1)
    # Small steps, none at all, and a leap.
    for state in walk(codebook, [1e-4, 1e-3, 1e-3, 0, 1e-2, 0.3, 1e-3, 1e-5]):
        assert_same(search.find(state), find_two_nearest_densely(samples, state))
    assert search.bounds is not None


@pytest.mark.parametrize("n_samples", [1, 255, 256, 257, 600])
@pytest.mark.parametrize("threads", [1, 2, 5])
def test_neither_blocks_nor_threads_matter(n_samples, threads):
    lattice = LATTICES[0]
    codebook = smooth_codebook(lattice, 60)
    samples = samples_near(codebook, n_samples, as_bytes=True)
    search, reported = carried_search(samples, lattice, threads), []
    for state in walk(codebook, [1e-3] * 4):
        reported.clear()
        assert_same(search.find(state, reported.append), find_two_nearest_densely(samples, state))
        assert sum(reported) == n_samples


def test_bounds_are_below_what_they_bound_and_leave_few_patches():
    lattice = Lattice("square", (20, 20))
    codebook = smooth_codebook(lattice, 60)
    samples = samples_near(codebook, 300, as_bytes=True)
    search = carried_search(samples, lattice, 1)
    patches = lattice.patches(carried_scan.PATCH)
    for state in walk(codebook, [1e-3] * 5):
        found = search.find(state)
        if search.bounds is None:
            continue
        features = as_features(samples, np.float64)
        distances = np.linalg.norm(features[:, None] - state.astype(np.float64), axis=2)
        rows = np.arange(len(samples))
        seconds = distances[rows, found.second_bmus]
        distances[rows, found.bmus] = distances[rows, found.second_bmus] = np.inf
        least = np.stack(
            [distances[:, patches == patch].min(axis=1) for patch in range(25)], axis=1
        )
        assert (search.bounds <= least).all()
        assert (search.bounds > seconds[:, None]).mean() > 0.5


@pytest.mark.parametrize("seed", range(5))
def test_exact_ties_go_to_the_lowest_index(seed):
    """Few different numbers, so that many distances are equal, and units identical."""
    generator = np.random.default_rng(seed)
    lattice = Lattice("square", (8, 8))
    samples = generator.integers(0, 2, (300, 40), dtype=np.uint8) * 255
    codebook = generator.integers(0, 2, (64, 40)).astype(np.float32)
    codebook[17] = codebook[40] = codebook[3]
    search = carried_search(samples, lattice, 2)
    for turn in range(6):
        assert_same(search.find(codebook), find_two_nearest_densely(samples, codebook))
        codebook = codebook.copy()
        unit = generator.integers(64)
        codebook[unit] = codebook[(unit + 9 * turn) % 64]


def test_another_shape_and_few_units_are_searched_from_the_start():
    codebook = smooth_codebook(Lattice("square", (9, 11)), 60)
    samples = samples_near(codebook, 50, as_bytes=True)
    search = CarriedSearch(samples, 1)
    for state in (codebook, codebook[:40], codebook[:40] + 0.001, codebook[:3], codebook[:1]):
        assert_same(search.find(state), find_two_nearest_densely(samples, state))


def test_what_was_returned_is_not_changed_later():
    lattice = LATTICES[0]
    codebook = smooth_codebook(lattice, 60)
    samples = samples_near(codebook, 200, as_bytes=True)
    search = carried_search(samples, lattice, 1)
    states = list(walk(codebook, [0.01] * 4))
    found = [search.find(state) for state in states]
    for one, state in zip(found, states, strict=True):
        assert_same(one, find_two_nearest_densely(samples, state))


def test_bounds_that_would_not_fit_are_not_kept(monkeypatch):
    monkeypatch.setattr(carried, "MOST_BYTES", 1000)
    lattice = LATTICES[0]
    codebook = smooth_codebook(lattice, 60)
    samples = samples_near(codebook, 200, as_bytes=True)
    search = carried_search(samples, lattice, 1)
    for state in walk(codebook, [1e-3] * 3):
        assert_same(search.find(state), find_two_nearest_densely(samples, state))
    assert search.bounds is None


@pytest.mark.parametrize("lattice", LATTICES, ids=lambda one: one.topology)
def test_patches_hold_neighbours_and_not_too_many(lattice):
    labels = lattice.patches(carried_scan.PATCH)
    patches = patches_of(labels)
    assert sorted(patches.order) == list(range(lattice.n_units))
    sizes = np.diff(patches.starts)
    assert sizes.max() <= carried_scan.PATCH
    distances = np.sqrt(lattice.squared_distances())
    for first, last in zip(patches.starts[:-1], patches.starts[1:], strict=True):
        units = patches.order[first:last]
        assert len(set(labels[units])) == 1
        assert distances[np.ix_(units, units)].max() <= max(5, carried_scan.PATCH - 1)
