"""Distances by products against distances by differences."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from workflow.som.statistics.quality.distances import squared_distances


@pytest.mark.parametrize("shift", [0, 100])
def test_products_measure_what_differences_measure(shift):
    generator = np.random.default_rng(0)
    rows, others = generator.random((20, 7)) + shift, generator.random((30, 7)) + shift
    others[:5] = rows[:5]
    others[5:10] = rows[5:10] + 1e-9
    found = squared_distances(rows, others)
    np.testing.assert_allclose(found, cdist(rows, others, "sqeuclidean"), rtol=1e-7)
    assert not found[range(5), range(5)].any()
    assert (found[range(5, 10), range(5, 10)] > 0).all()


def test_there_may_be_nothing_to_measure():
    assert squared_distances(np.empty((0, 3)), np.ones((4, 3))).shape == (0, 4)
    assert squared_distances(np.ones((4, 3)), np.empty((0, 3))).shape == (4, 0)
