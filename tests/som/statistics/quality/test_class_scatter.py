"""Class scatter against SciPy's labelling of pictures, and by hand."""

import numpy as np
import pytest
from scipy.ndimage import label as label_patches

from workflow.som.model.lattice import Lattice
from workflow.som.statistics.quality.class_scatter import (
    NO_CLASS,
    class_scatter,
    class_scatter_index,
    majority_classes,
)


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (14,), (6, 7), (3, 4, 2)])
@pytest.mark.parametrize("seed", range(3))
def test_scipy_finds_the_same_patches(shape, seed):
    generator = np.random.default_rng(seed)
    lattice = Lattice("block", shape)
    counts = generator.integers(0, 6, (lattice.n_units, 3)) * generator.integers(
        0, 2, (lattice.n_units, 1)
    )
    majority = majority_classes(counts)
    scatter = class_scatter(counts, lattice)
    n_patches = []
    for label in range(3):
        picture, n_components = label_patches((majority == label).reshape(shape))
        assert scatter.n_units[label] == (majority == label).sum()
        assert scatter.n_components[label] == n_components
        if n_components == 0:
            assert np.isnan(scatter.unit_share[label])
            continue
        n_patches.append(n_components)
        sizes = [
            ((picture == patch).sum(), counts[(picture == patch).ravel(), label].sum())
            for patch in range(1, n_components + 1)
        ]
        n_units, n_samples = max(sizes)
        assert scatter.unit_share[label] == pytest.approx(n_units / scatter.n_units[label])
        assert scatter.sample_share[label] == pytest.approx(n_samples / counts[:, label].sum())
    expected = np.mean(n_patches) if n_patches else None
    assert class_scatter_index(majority, lattice) == expected


def test_by_hand():
    # Corners do not connect, dead units neither; the 7s lie in 3 patches, the 2s in one.
    majority = np.array(
        [
            [7, 7, 2, 2],
            [7, -1, 2, 7],
            [-1, 7, 2, 2],
        ]
    )
    assert class_scatter_index(majority.ravel(), Lattice("square", (3, 4))) == (3 + 1) / 2
    counts = np.zeros((12, 10), np.int64)
    alive = np.flatnonzero(majority.ravel() != NO_CLASS)
    counts[alive, majority.ravel()[alive]] = 10
    counts[2, 7] = 4  # Four 7s are on a unit of the 2s.
    scatter = class_scatter(counts, Lattice("square", (3, 4)))
    assert scatter.n_components[[2, 7]].tolist() == [1, 3]
    assert scatter.unit_share[[2, 7]].tolist() == [1, 3 / 5]
    assert scatter.sample_share[[2, 7]].tolist() == [1, 30 / 54]
    assert np.isnan(scatter.unit_share[[0, 1, 3]]).all()


def test_a_class_that_is_nowhere_the_majority_holds_nothing():
    counts = np.array([[5, 3], [4, 1]])
    scatter = class_scatter(counts, Lattice("square", (1, 2)))
    assert scatter.n_units.tolist() == [2, 0]
    assert scatter.sample_share.tolist() == [1, 0]
    assert class_scatter_index(majority_classes(counts), Lattice("square", (1, 2))) == 1


def test_a_map_without_hits_has_no_index():
    assert class_scatter_index(np.full(6, NO_CLASS), Lattice("square", (2, 3))) is None
    scatter = class_scatter(np.zeros((6, 2), np.int64), Lattice("square", (2, 3)))
    assert scatter.n_components.tolist() == [0, 0]
    assert np.isnan(scatter.sample_share).all()


def test_chance_scatters_classes_and_order_does_not():
    stripes = np.repeat(np.arange(5), 20)
    lattice = Lattice("square", (10, 10))
    assert class_scatter_index(stripes, lattice) == 1
    shuffled = np.random.default_rng(0).permutation(stripes)
    assert class_scatter_index(shuffled, lattice) > 8
