"""The sheet of prototypes: every vector exact, in its place."""

import numpy as np
import pytest
from PIL import Image

from workflow.som.figures.draw_prototypes import enlarge, tile_prototypes, titled
from workflow.som.model.lattice import Lattice


def test_prototypes_are_exact_and_dead_ones_framed():
    lattice = Lattice("square", (2, 3))
    generator = np.random.default_rng(0)
    codebook = generator.random((6, 8), dtype=np.float32) * 1.5 - 0.25
    dead = np.arange(6) == 4
    sheet = tile_prototypes(codebook, lattice, (2, 4), dead, dead_grey=150)
    assert sheet.shape == (2 * 3 + 1, 3 * 5 + 1)
    # Unit 5: row 1, column 2.
    image = 255 - np.rint(np.clip(codebook[5], 0, 1) * 255)
    assert np.array_equal(sheet[4:6, 11:15], image.reshape(2, 4))
    assert (sheet[3, 5:11] == 150).all() and (sheet[3:7, 5] == 150).all()
    assert (sheet[0] == 255).all()


def test_each_prototype_of_any_lattice_is_in_the_sheet(any_lattice):
    """Each unit has its own brightness; nothing is overwritten by another one's frame."""
    n_units = any_lattice.n_units
    levels = (np.arange(n_units) % 200) / 255
    codebook = np.repeat(levels[:, None], 12, axis=1).astype(np.float32)
    dead = np.arange(n_units) % 3 == 1
    sheet = tile_prototypes(codebook, any_lattice, (4, 3), dead, dead_grey=20)
    brightness, counts = np.unique(sheet, return_counts=True)
    found = dict(zip(brightness.tolist(), counts.tolist(), strict=True))
    expected = np.bincount(255 - np.arange(n_units) % 200, minlength=256) * 12
    for level in set(range(56, 255)) - {215}:
        assert found.get(level, 0) == expected[level]
    # Its frame is whole unless a neighbour's image lies on it.
    assert (found.get(20, 0) > 0) == dead.any()


def test_a_folded_sheet_shows_where_it_goes_on():
    lattice = Lattice("line", (12,))
    sheet = tile_prototypes(np.ones((12, 64)), lattice, (8, 8), np.zeros(12, bool), dead_grey=20)
    rows, columns = np.nonzero(sheet == 215)
    # Three rows of four units: the first goes on at the right, the second at the left.
    assert sorted(set(columns.tolist())) == [*range(1, 9), *range(28, 36)]
    assert rows[columns > 20].max() < rows[columns < 20].min()


def test_small_sheets_are_enlarged_by_a_whole_factor():
    sheet = np.arange(6, dtype=np.uint8).reshape(2, 3)
    image = enlarge(sheet, 10)
    assert image.size == (12, 8)
    assert np.array_equal(np.asarray(image)[::4, ::4], sheet)
    assert enlarge(sheet, 2).size == (3, 2)


@pytest.mark.parametrize(
    ("topology", "shape"), [("square", (2000, 1)), ("square", (1, 500)), ("torus", (2, 3000))]
)
def test_pictures_of_thin_lattices_are_no_ribbons(topology, shape):
    lattice = Lattice(topology, shape)
    codebook = np.zeros((lattice.n_units, 49), np.float32)
    dead = np.zeros(lattice.n_units, bool)
    picture = enlarge(tile_prototypes(codebook, lattice, (7, 7), dead, dead_grey=120), 600)
    assert max(picture.size) < 2.5 * min(picture.size)
    assert 600 <= picture.width <= 2000


@pytest.mark.parametrize("shape", [(30, 40_000), (40_000, 30), (17_000, 17_000)])
def test_no_side_of_a_picture_is_longer_than_what_opens_everywhere(shape):
    picture = enlarge(np.full(shape, 200, np.uint8), 600)
    assert max(picture.size) <= 9_000
    assert picture.getpixel((0, 0)) == 200


@pytest.mark.parametrize("width", [30, 600])
def test_a_title_stands_above_the_picture_and_changes_nothing_in_it(width):
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 256, (50, width), np.uint8))
    whole = titled(picture, "What each of 20 units stands for after epoch 3")
    room = whole.height - picture.height
    assert np.array_equal(np.asarray(whole)[room:], np.asarray(picture))
    assert (np.asarray(whole)[:room] < 100).any()
    assert (room > 60) == (width == 30)  # Several lines where one has no room.
