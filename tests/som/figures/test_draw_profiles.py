"""Prototypes of a table as profiles: bars against their means, on any lattice."""

import numpy as np
import pytest
from matplotlib.collections import PolyCollection

from workflow.som.figures.draw_profiles import (
    MOST_FEATURES,
    SIDE,
    draw_profiles,
    profiles_height,
)
from workflow.som.figures.drawing.layout import unit_centres
from workflow.som.model.lattice import Lattice
from workflow.som.statistics.component_planes import component_planes


def bars_of(figure):
    """Return the corners of the bars on the map, and their colours."""
    left = figure.axes[0]
    *_, bars, _frame = [one for one in left.collections if isinstance(one, PolyCollection)]
    return np.array([path.vertices[:4] for path in bars.get_paths()]), bars.get_facecolors()


@pytest.mark.parametrize(
    "lattice",
    [Lattice("hexagonal", (4, 3)), Lattice("ring", (12,)), Lattice("block", (2, 3, 2))],
    ids=lambda one: one.topology,
)
def test_bars_stand_in_their_cells_as_high_as_the_profiles(figure, lattice):
    codebook = np.random.default_rng(0).normal(5, 2, (12, 4))
    hits, names = np.arange(12), list("abcd")
    planes = component_planes(codebook, lattice)
    draw_profiles(figure, lattice, planes, names, hits, epoch=3)
    corners, colours = bars_of(figure)
    profiles = planes.profiles.ravel()
    centres = np.repeat(unit_centres(lattice), 4, axis=0)
    assert np.abs(corners - centres[:, None]).max() <= SIDE / 2 + 1e-9
    np.testing.assert_allclose(corners[:, 0, 1] - corners[:, 1, 1], profiles * SIDE / 2)
    assert len(np.unique(colours[profiles > 0], axis=0)) == 1
    assert (colours[profiles > 0][0] != colours[profiles < 0][0]).any()
    # The unit with most hits is shown again, with names and weights.
    labels = [text.get_text() for text in figure.axes[1].get_yticklabels()]
    assert labels == [f"{n}  {w:.3g}" for n, w in zip(names, codebook[11], strict=True)]
    assert figure.get_suptitle().endswith("1 dead one in grey")


def test_profiles_do_not_depend_on_the_units_of_a_table():
    codebook, lattice = np.random.default_rng(1).normal(size=(9, 3)), Lattice("line", (9,))
    profiles = component_planes(codebook, lattice).profiles
    other = component_planes(codebook * (1, 100, 1e-3) + 7, lattice).profiles
    np.testing.assert_allclose(other, profiles)
    apart = codebook - codebook.mean(axis=0)
    np.testing.assert_allclose(profiles, apart / np.abs(apart).max(axis=0))


def test_of_many_features_the_best_ordered_are_drawn(figure):
    lattice = Lattice("square", (6, 6))
    generator = np.random.default_rng(2)
    smooth = np.arange(36)[:, None] + generator.normal(size=(36, MOST_FEATURES)) / 10
    codebook = np.concatenate([generator.random((36, 30)), smooth], axis=1)
    names = [f"noise {n}" for n in range(30)] + [f"smooth {n}" for n in range(MOST_FEATURES)]
    planes = component_planes(codebook, lattice)
    draw_profiles(figure, lattice, planes, names, np.ones(36, int), epoch=1)
    labels = [text.get_text() for text in figure.axes[1].get_yticklabels()]
    assert len(labels) == MOST_FEATURES
    assert all(label.startswith("smooth") for label in labels)
    assert profiles_height(10_000, 7.2, 1.0) == profiles_height(MOST_FEATURES, 7.2, 1.0)


def test_a_map_without_spread_is_drawn(figure):
    lattice = Lattice("square", (1, 1))
    codebook = np.full((1, 2), 3.0)
    planes = component_planes(codebook, lattice)
    draw_profiles(figure, lattice, planes, ["a", "b"], np.array([0]), epoch=1)
    assert (planes.profiles == 0).all()
