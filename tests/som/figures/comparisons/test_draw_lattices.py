import numpy as np
import pytest

from workflow.som.figures.comparisons.draw_lattices import (
    LatticeMap,
    draw_lattice_gallery,
    gallery_height,
)
from workflow.som.figures.drawing.layout import map_note
from workflow.som.figures.drawing.style import house_style, new_figure


def gallery(lattices, palette, **options):
    maps = [
        LatticeMap(lattice.topology, lattice, digits, np.ones(lattice.n_units))
        for lattice in lattices
        for digits in [np.arange(lattice.n_units) % 10.0]
    ]
    figure = new_figure(7.2, gallery_height(7.2, len(maps)), 60)
    draw_lattice_gallery(figure, maps, palette, "#d9d9d9", **options)
    figure.draw_without_rendering()
    return figure


@pytest.fixture
def figure(lattices, palette):
    with house_style():
        yield gallery(lattices[:8], palette)


def test_panels_name_their_lattice_and_its_units(figure, lattices):
    titles = [ax.get_title(loc="left") for ax in figure.axes]
    assert titles[0] == "square\n12 units"
    assert len(titles) == 8
    assert [ax.get_xlabel() for ax in figure.axes] == [
        map_note(lattice) for lattice in lattices[:8]
    ]


def test_panels_have_equal_areas_within_the_figure(figure):
    rooms = [ax.get_position(original=True).size for ax in figure.axes]
    assert np.allclose(rooms, rooms[0], atol=0.005)
    low, high = np.transpose([ax.get_tightbbox().extents for ax in figure.axes]).reshape(2, 2, -1)
    assert low.min() >= -1 and (high.max(axis=1) <= figure.bbox.size + 1).all()


def test_one_key_is_shared(figure):
    digits, purity = figure.legends
    names = [text.get_text() for text in digits.get_texts()]
    assert names == [*map(str, range(10)), "dead"]
    assert len(purity.get_texts()) == 4


@pytest.mark.parametrize("n_maps", [1, 3, 5])
def test_any_number_of_maps(lattices, palette, n_maps):
    with house_style():
        figure = gallery(lattices[:n_maps], palette, fade_by_purity=False)
    assert sum(ax.axison for ax in figure.axes) == n_maps
    assert len(figure.legends) == 1
