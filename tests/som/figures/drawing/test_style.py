from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
from matplotlib import rcParams
from matplotlib.colors import to_rgba_array
from matplotlib.figure import Figure
from PIL import Image

from workflow.som.figures.drawing.style import (
    PURITY_NAMES,
    PURITY_STEPS,
    draw_lattice_map,
    house_style,
    majority_colours,
    purity_strengths,
    reaches,
    saved_figure,
    title_of,
)
from workflow.som.model.lattice import Lattice


def test_map_has_one_shape_a_colour_and_all_units(lattice):
    ax = Figure().add_subplot()
    colours = ["#112233"] * 5 + ["#445566"] * 7
    draw_lattice_map(ax, lattice, colours)
    (drawn,) = ax.collections
    parts = [len(path.vertices) // 5 for path in drawn.get_paths()]
    assert dict(zip(map(tuple, drawn.get_facecolor()), parts, strict=True)) == {
        tuple(to_rgba_array("#112233")[0]): 5,
        tuple(to_rgba_array("#445566")[0]): 7,
    }
    assert ax.get_xlim() == (-0.5, 3.5)
    assert ax.get_ylim() == (2.5, -0.5)  # Row 0 is on top.
    assert ax.get_aspect() == 1
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("column", "row")


def test_background_units_are_left_out(lattice):
    ax = Figure().add_subplot()
    draw_lattice_map(ax, lattice, ["white"] * 11 + ["black"], background="white")
    (drawn,) = ax.collections
    (path,) = drawn.get_paths()
    assert path.vertices.mean(axis=0).round().tolist() == [3, 2]


def test_ticks_of_a_single_unit_are_whole():
    figure = Figure()
    ax = figure.add_subplot()
    draw_lattice_map(ax, Lattice("square", (1, 1)), ["red"])
    visible = [tick for tick in ax.get_xticks() if -0.5 <= tick <= 0.5]
    assert visible == [0]


@pytest.mark.parametrize(
    ("purity", "strength"), [(1, 1), (0.99, 0.75), (0.75, 0.75), (0.5, 0.55), (0.1, 0.4), (0, 0.4)]
)
def test_purity_strength_steps(purity, strength):
    assert purity_strengths(np.array([purity])).tolist() == [strength]


def test_every_purity_step_has_a_name():
    assert len(PURITY_NAMES) == len(PURITY_STEPS)


def test_majority_colours(palette):
    digits, purity = np.array([0.0, 9.0, np.nan]), np.array([1.0, 0.5, np.nan])
    plain = majority_colours(digits, purity, palette, "#808080", fade_by_purity=False)
    faded = majority_colours(digits, purity, palette, "#808080", fade_by_purity=True)
    own = to_rgba_array([palette[0], palette[9], "#808080"])[:, :3]
    assert np.array_equal(plain, own)
    assert np.array_equal(faded[[0, 2]], own[[0, 2]])
    assert np.allclose(faded[1], 1 - 0.55 * (1 - own[1]))


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_equal_figures_are_equal_files(tmp_path, lattice, suffix):
    def draw(path):
        with saved_figure([path], {"width": 2, "height": 2, "dpi": 60}) as figure:
            draw_lattice_map(figure.add_subplot(), lattice, ["red"] * 6 + ["blue"] * 6)
        return path.read_bytes()

    first, second = draw(tmp_path / f"a{suffix}"), draw(tmp_path / f"b{suffix}")
    assert first == second
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"a{suffix}", f"b{suffix}"]
    assert b"<dc:date>" not in first


def test_a_figure_may_be_as_high_as_what_it_shows_and_has_the_house_style(tmp_path):
    path = tmp_path / "a.png"
    with saved_figure([path], {"width": 2, "dpi": 60}, height=3) as figure:
        figure.add_subplot().set_title("left")
        assert rcParams["axes.titlelocation"] == "left"
    assert rcParams["axes.titlelocation"] == "center"
    with Image.open(path) as image:
        assert image.size == (120, 180)


def test_nothing_is_saved_where_drawing_fails(tmp_path):
    style = {"width": 2, "height": 2, "dpi": 60}
    with pytest.raises(ZeroDivisionError), saved_figure([tmp_path / "a.png"], style):
        raise ZeroDivisionError
    assert not any(tmp_path.iterdir())


def test_error_bars_reach_to_the_mean_where_it_lies_outside_its_interval():
    np.testing.assert_allclose(reaches(0.3, 0.1, 0.6), [[0.2], [0.3]])
    np.testing.assert_allclose(reaches(0.02, 0.0, 0.0), [[0.02], [0.0]])
    np.testing.assert_allclose(reaches([1, 2], [1.5, 1], [3, 1.5]), [[0, 1], [2, 0]])


def test_no_setting_of_the_user_reaches_a_figure():
    with matplotlib.rc_context({"font.size": 30, "axes.grid": True}):
        with house_style():
            assert matplotlib.rcParams["font.size"] == 8
            assert not matplotlib.rcParams["axes.grid"]
        assert matplotlib.rcParams["font.size"] == 30


def test_an_svg_says_what_it_shows_and_its_text_is_text(tmp_path):
    with saved_figure([tmp_path / "a.svg"], {"width": 4, "height": 3, "dpi": 50}) as figure:
        ax = figure.add_subplot()
        ax.set_xlabel("epoch of the training")
        figure.suptitle("Units < images & so on")
    text = (tmp_path / "a.svg").read_text()
    assert "<title>Units &lt; images &amp; so on</title>" in text
    assert ">epoch of the training</text>" in text
    assert "Matplotlib" not in text
    ElementTree.fromstring(text)


def test_without_a_title_of_its_own_a_figure_has_those_of_its_panels():
    figure = Figure()
    left, right = figure.subplots(1, 2)
    left.set_title("one\nand a half")
    right.set_title("two")
    assert title_of(figure) == "one and a half · two"
