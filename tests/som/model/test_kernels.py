"""Kernels compared with values computed by hand, and laws of neighbourhoods on every lattice."""

import numpy as np
import pytest

from tests.som.model.test_lattice import LATTICES
from workflow.som.engine import batch
from workflow.som.engine.batch import smooth
from workflow.som.model import kernels
from workflow.som.model.kernels import (
    KERNELS,
    neighbourhood,
    neighbourhood_factors,
)
from workflow.som.model.lattice import Lattice

TABLED = [kernel for kernel in KERNELS if kernel != "printed"]


def test_neighbourhood_is_the_gaussian_of_the_squared_distance():
    # Units 0 and 5 of a 2 × 3 lattice are (1, 2) apart: d² = 5; with R = 2, η = exp(−5/8).
    eta = neighbourhood(Lattice("square", (2, 3)), 2.0)
    assert eta[0, 5] == pytest.approx(np.exp(-0.625))
    assert eta[0, 1] == pytest.approx(np.exp(-0.125))


@pytest.mark.parametrize("radius", [1e-100, 0.3, 1.0, 50.0, 1e9])
def test_neighbourhood_is_one_at_the_bmu_and_falls_with_distance(radius):
    lattice = Lattice("square", (4, 6))
    eta = neighbourhood(lattice, radius)
    assert (np.diag(eta) == 1).all()
    assert ((eta >= 0) & (eta <= 1)).all()
    order = lattice.squared_distances()[0].argsort()
    assert (np.diff(eta[0, order]) <= 0).all()


def test_a_vanishing_radius_moves_the_bmu_alone_and_a_huge_one_all_units():
    lattice = Lattice("square", (3, 4))
    np.testing.assert_array_equal(neighbourhood(lattice, 0.01), np.eye(12))
    np.testing.assert_allclose(neighbourhood(lattice, 1e6), 1)


@pytest.mark.parametrize("lattice", LATTICES, ids=repr)
@pytest.mark.parametrize("kernel", TABLED)
@pytest.mark.parametrize("radius", [0.6, 2.0])
def test_factors_smooth_as_the_table_does(lattice, kernel, radius, monkeypatch):
    table = neighbourhood(lattice, radius, kernel)
    found = smooth(np.eye(lattice.n_units), neighbourhood_factors(lattice, radius, kernel))
    np.testing.assert_allclose(found, table, atol=1e-15)
    # Of a large lattice some rows are made at a time.
    monkeypatch.setattr(kernels, "MOST_UNITS_IN_A_TABLE", 0)
    monkeypatch.setattr(batch, "TABLE_BYTES", 8 * 5 * lattice.n_units)
    found = smooth(np.eye(lattice.n_units), neighbourhood_factors(lattice, radius, kernel))
    np.testing.assert_allclose(found, table, atol=1e-15)


@pytest.mark.parametrize("lattice", LATTICES, ids=repr)
def test_kernels_are_their_formulas(lattice):
    squares, radius = lattice.squared_distances(), 1.5
    gaussian = np.exp(-squares / (2 * radius**2))
    within = np.sqrt(squares) <= radius
    expected = {
        "gaussian": gaussian,
        "cut_gaussian": np.where(within, gaussian, 0),
        "bubble": np.where(within, 1, 0),
        "mexican_hat": (1 - squares / (2 * radius**2)) * gaussian,
    }
    assert expected.keys() == set(TABLED)
    for kernel, values in expected.items():
        np.testing.assert_allclose(neighbourhood(lattice, radius, kernel), values, atol=1e-15)


def test_large_lattices_need_no_classes_of_distances():
    large, small = Lattice("square", (72, 70)), Lattice("square", (70, 70))
    eta = neighbourhood(large, 3.0)
    np.testing.assert_allclose(eta[:4900, :4900], neighbourhood(small, 3.0), atol=1e-15)


def test_the_mexican_hat_adds_up_to_nothing_over_the_plane():
    eta = neighbourhood(Lattice("torus", (60, 60)), 4.0, "mexican_hat")
    assert abs(eta[0].sum()) < 1e-6 * np.abs(eta[0]).sum()
    assert eta.min() < -0.1


def test_the_printed_formula_has_no_table():
    with pytest.raises(ValueError, match="printed"):
        neighbourhood(Lattice("line", (3,)), 1.0, "printed")
