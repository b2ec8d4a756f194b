"""The U-matrix against a loop over neighbours, and its laws."""

import numpy as np
import pytest

from workflow.som.model.lattice import Lattice
from workflow.som.statistics.u_matrix import u_matrix


def by_hand(codebook, rows, columns):
    found = np.full((rows, columns), np.nan)
    units = codebook.reshape(rows, columns, -1)
    for row in range(rows):
        for column in range(columns):
            near = [(row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)]
            lengths = [
                np.sqrt(((units[row, column] - units[r, c]) ** 2).sum())
                for r, c in near
                if 0 <= r < rows and 0 <= c < columns
            ]
            if lengths:
                found[row, column] = sum(lengths) / len(lengths)
    return found.ravel()


@pytest.mark.parametrize("shape", [(1, 1), (1, 2), (1, 6), (5, 1), (4, 7)])
def test_it_is_the_mean_distance_to_the_neighbours(shape):
    lattice = Lattice("square", shape)
    codebook = np.random.default_rng(0).random((lattice.n_units, 5))
    np.testing.assert_allclose(u_matrix(codebook, lattice), by_hand(codebook, *shape))


def test_a_unit_without_neighbours_is_undefined_and_not_zero():
    assert np.isnan(u_matrix(np.zeros((1, 3)), Lattice("square", (1, 1)))).all()


def test_equal_vectors_give_zero_everywhere():
    assert not u_matrix(np.full((12, 4), 0.3, np.float32), Lattice("square", (3, 4))).any()


def test_two_plateaus_are_parted_by_a_ridge():
    # Left half 0, right half 1: next to the edge one of three or four neighbours is 1 away.
    codebook = np.repeat([[0, 0, 1, 1]], 3, axis=0).reshape(12, 1).astype(np.float32)
    found = u_matrix(codebook, Lattice("square", (3, 4))).reshape(3, 4)
    np.testing.assert_allclose(found[:, [0, 3]], 0)
    np.testing.assert_allclose(found[:, [1, 2]], [[1 / 3] * 2, [1 / 4] * 2, [1 / 3] * 2])


def test_turning_the_lattice_turns_the_result_and_scaling_scales_it():
    units = np.random.default_rng(1).random((3, 5, 4))
    found = u_matrix(units.reshape(15, 4), Lattice("square", (3, 5))).reshape(3, 5)
    turned = u_matrix(units.transpose(1, 0, 2).reshape(15, 4), Lattice("square", (5, 3)))
    np.testing.assert_allclose(turned.reshape(5, 3).T, found)
    moved = u_matrix(2 * units.reshape(15, 4) + 1, Lattice("square", (3, 5)))
    np.testing.assert_allclose(moved.reshape(3, 5), 2 * found)
