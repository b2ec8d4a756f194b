"""Component planes: their order compared with brute force, chance and the ends of its scale."""

import numpy as np
import pytest

from workflow.som.model.lattice import Lattice
from workflow.som.statistics.component_planes import (
    component_planes,
    n_features_of_half,
    widest_in_cells,
)

LATTICES = [
    Lattice("square", (5, 7)),
    Lattice("hexagonal_torus", (6, 8)),
    Lattice("ring", (11,)),
    Lattice("block", (2, 3, 4)),
]


def by_brute_force(plane, lattice):
    """1 − Geary's C as Geary (1954) writes it, with weights of one for neighbours."""
    n_units = lattice.n_units
    weights = np.zeros((n_units, n_units))
    for one, other in lattice.adjacent_pairs():
        weights[one, other] = weights[other, one] = 1
    between = sum(
        weights[i, j] * (plane[i] - plane[j]) ** 2 for i in range(n_units) for j in range(n_units)
    )
    around = np.square(plane - plane.mean()).sum()
    return 1 - (n_units - 1) * between / (2 * weights.sum() * around)


@pytest.mark.parametrize("lattice", LATTICES, ids=lambda one: one.topology)
def test_orders_equal_gearys_formula(lattice):
    codebook = np.random.default_rng(0).random((lattice.n_units, 3))
    expected = [by_brute_force(plane, lattice) for plane in codebook.T]
    np.testing.assert_allclose(component_planes(codebook, lattice).orders, expected)


@pytest.mark.parametrize("lattice", LATTICES, ids=lambda one: one.topology)
def test_units_in_random_order_share_nothing(lattice):
    generator = np.random.default_rng(1)
    codebook = np.linspace(0, 1, lattice.n_units)[:, None]
    orders = [
        component_planes(codebook[generator.permutation(lattice.n_units)], lattice).orders[0]
        for _ in range(2000)
    ]
    assert abs(np.mean(orders)) < 4 * np.std(orders) / np.sqrt(2000)


def test_a_smooth_plane_is_ordered_and_a_chequered_one_the_opposite():
    lattice = Lattice("square", (20, 20))
    rows, columns = np.divmod(np.arange(400), 20)
    orders = component_planes(np.stack([rows, (rows + columns) % 2], axis=1), lattice).orders
    assert orders[0] > 0.98
    assert orders[1] == pytest.approx(1 - 2 * 399 / 400)


def test_all_features_together_are_counted_by_their_variance():
    lattice, generator = Lattice("square", (4, 6)), np.random.default_rng(2)
    codebook = generator.random((24, 5)) * (1, 2, 3, 0, 5)
    orders, variances = (
        component_planes(codebook, lattice).orders,
        component_planes(codebook, lattice).spreads ** 2,
    )
    expected = np.nansum(orders * variances) / variances.sum()
    assert component_planes(codebook, lattice).shared == pytest.approx(expected)
    # Neither a shift nor a scale of all features changes a share.
    assert component_planes(3 * codebook + 7, lattice).shared == pytest.approx(expected)


@pytest.mark.parametrize("shape", [(1, 1), (2, 3)])
def test_undefined_where_nothing_differs_or_no_unit_has_a_neighbour(shape):
    found = component_planes(
        np.full((np.prod(shape), 2), 0.3, np.float32), Lattice("square", shape)
    )
    assert np.isnan(found.orders).all()
    assert np.isnan(found.shared)
    assert not found.spreads.any()


def test_features_that_hold_half_of_the_variance():
    assert n_features_of_half(np.array([0.0, 3.0, 1.0])) == 1
    assert n_features_of_half(np.ones(784)) == 392


def test_one_pixel_is_chosen_per_cell():
    spreads = np.random.default_rng(3).random(28 * 28)
    chosen = widest_in_cells(spreads, (28, 28), (2, 3))
    assert len(set(chosen)) == 6
    top_left = [row * 28 + column for row in range(14) for column in range(10)]
    assert chosen[0] == max(top_left, key=lambda pixel: spreads[pixel])
    assert widest_in_cells(np.array([1.0]), (1, 1), (2, 3)) == [0]
