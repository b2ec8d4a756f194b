"""The number of units and the sides of a map that follow from the samples."""

import numpy as np
import pytest

from workflow.som.model.map_size import natural_shape, sides


def cloud(n_samples, deviations):
    """Return samples whose principal components have exactly these standard deviations."""
    generator = np.random.default_rng(0)
    scores = generator.standard_normal((n_samples, len(deviations)))
    scores -= scores.mean(axis=0)
    q, _ = np.linalg.qr(scores)
    return (q * np.sqrt(n_samples) * np.array(deviations)).astype(np.float32)


def test_five_units_per_root_of_the_samples_and_sides_as_the_deviations():
    assert natural_shape(cloud(400, [3, 1.5, 0.1]), "square") == (7, 14)
    assert natural_shape(cloud(400, [1, 1]), "square") == (10, 10)
    assert natural_shape(cloud(400, [3, 1.5]), "line") == (100,)


def test_hexagonal_rows_are_closer_together_so_there_are_more():
    rows, columns = natural_shape(cloud(40_000, [1, 1]), "hexagonal")
    assert rows * np.sqrt(0.75) == pytest.approx(columns, rel=0.05)
    assert rows * columns == pytest.approx(1000, rel=0.05)
    assert natural_shape(cloud(400, [3, 1.1]), "hexagonal_torus")[0] % 2 == 0


def test_samples_without_a_second_direction_make_a_line():
    assert natural_shape(cloud(100, [2.0]), "square") == (1, 50)
    assert natural_shape(np.zeros((9, 3), np.float32), "square") == (1, 15)
    assert sides(1, np.array([1.0, 1.0])) == (1, 1)


def test_nobody_can_guess_the_axes_of_a_block():
    with pytest.raises(ValueError, match="give its shape"):
        natural_shape(cloud(20, [2, 1]), "block")
