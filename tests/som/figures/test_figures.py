"""The arrays that each figure draws, and that it says what it shows."""

import numpy as np
import pytest
from matplotlib import colormaps
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm, to_rgba

from workflow.som.data.classes import DIGITS
from workflow.som.figures.draw_activation_maps import activation_colours, draw_activation_maps
from workflow.som.figures.draw_combined_map import draw_combined_map, labelled_units
from workflow.som.figures.draw_mnist_samples import (
    GAP,
    arrange_samples,
    draw_mnist_samples,
    first_of_each,
)
from workflow.som.figures.draw_u_matrix import draw_u_matrix
from workflow.som.figures.drawing.layout import map_note, map_ticks, slice_labels, unit_outlines
from workflow.som.figures.drawing.style import draw_lattice_map
from workflow.som.model.lattice import Lattice


def legend_texts(ax):
    legends = [child for child in ax.get_children() if type(child).__name__ == "Legend"]
    return [text.get_text() for legend in legends for text in legend.get_texts()]


def test_samples_stand_in_their_digits_column():
    labels = np.array([3, 3, 0, 3, 9], dtype=np.uint8)
    images = np.broadcast_to(np.arange(5)[:, None, None, None] / 255, (5, 2, 3, 1))
    sheet = arrange_samples(images, first_of_each(labels, DIGITS, 2)[0], n_rows=2)
    assert sheet.shape == (2 * 2 + GAP, 10 * 3 + 9 * GAP, 1)
    sheet = sheet[..., 0]
    left = 3 * (3 + GAP)
    assert (sheet[:2, left : left + 3] == 255 - 0).all()
    assert (sheet[2 + GAP :, left : left + 3] == 255 - 1).all()
    assert (sheet[:2, :3] == 255 - 2).all()
    # Digit 9 has a single image, digit 5 none: the rest stays white.
    assert (sheet[2 + GAP :, -3:] == 255).all()
    assert set(np.unique(sheet)) == {251, 253, 254, 255}


def test_samples_figure_names_its_columns(figure):
    columns, headings = first_of_each(np.zeros(1, np.uint8), DIGITS, 1)
    sheet = arrange_samples(np.zeros((1, 2, 3, 3)), columns, n_rows=1)
    assert (sheet[:, :3] == 0).all()  # Coloured images are drawn as they are.
    draw_mnist_samples(figure, sheet, headings, caption="1,234 images of mnist")
    (ax,) = figure.axes
    assert [text.get_text() for text in ax.get_xticklabels()] == [str(d) for d in range(10)]
    assert figure.get_suptitle() == "1,234 images of mnist"


def test_of_many_classes_the_first_have_a_column():
    labels = np.arange(300) % 100
    columns, headings = first_of_each(labels, [f"class {n}" for n in range(100)], 2)
    assert headings == [f"class {n}" for n in range(20)]
    assert [column.tolist() for column in columns] == [[one, one + 100] for one in range(20)]


def test_samples_without_classes_follow_one_another():
    columns, headings = first_of_each(np.zeros(25, int), [], 2)
    assert np.stack(columns).T.tolist() == [list(range(10)), list(range(10, 20))]
    assert headings == [""] * 10


def test_activation_colours_tell_dead_from_unlit(counts):
    mappable = ScalarMappable(LogNorm(1, 8), colormaps["magma_r"])
    colours = activation_colours(counts, mappable, "#c4c4c4")
    assert colours.shape == (10, 12, 4)
    # Unit 3 and 11 are dead in every panel.
    assert (colours[:, [3, 11]] == to_rgba("#c4c4c4")).all()
    assert (colours[3, 4] == to_rgba("white")).all()
    assert tuple(colours[3, 0]) == mappable.to_rgba(5)
    assert tuple(colours[1, 4]) == mappable.to_rgba(1)


def test_activation_maps_say_what_they_show(figure, lattice, counts):
    draw_activation_maps(
        figure, lattice, counts, epoch=7, colour_map="magma_r", dead_colour="#c4c4c4"
    )
    *panels, bar = figure.axes
    titles = [ax.get_title(loc="left") for ax in panels]
    assert len(titles) == 10
    assert titles[3] == "digit 3 · 3 units"
    assert titles[5] == "digit 5 · 1 unit"
    assert titles[0] == "digit 0 · 0 units"
    assert "log scale" in bar.get_xlabel()
    assert "dead: lit by no digit · 2 of 12" in legend_texts(bar)
    assert "epoch 7" in figure.get_suptitle()
    figure.draw_without_rendering()


@pytest.mark.parametrize("counts", [np.zeros((1, 10), int), np.full((1, 10), 3)])
def test_activation_maps_of_a_single_unit(figure, counts):
    draw_activation_maps(
        figure, Lattice("square", (1, 1)), counts, epoch=1, colour_map="magma_r", dead_colour="0.8"
    )
    figure.draw_without_rendering()


def test_digits_are_written_inside_clusters():
    digits = np.full((20, 20), np.nan)
    digits[:, :8], digits[:, 12:] = 4, 9
    digits[0, 10] = 2  # Alone among dead ones: not labelled.
    lattice = Lattice("square", (20, 20))
    labelled = labelled_units(digits.ravel(), lattice)
    assert [digits.ravel()[unit] for unit in labelled] == [4, 9]
    columns = lattice.positions[labelled, 1]
    assert 2 <= columns[0] <= 5 and 14 <= columns[1] <= 17


def test_every_living_unit_of_a_small_map_is_labelled(majority_digits, lattice):
    assert labelled_units(majority_digits, lattice) == [0, 1, 2, 4, 5, 6, 7, 8, 9, 10]


def test_combined_map(figure, lattice, majority_digits, purity, summary, palette):
    draw_combined_map(
        figure,
        lattice,
        majority_digits,
        purity,
        summary,
        palette=palette,
        dead_colour="#d9d9d9",
        fade_by_purity=True,
    )
    ax, key, histogram = figure.axes
    assert {text.get_text() for text in ax.texts} == {"1", "3"}
    texts = legend_texts(key)
    assert texts[:10] == [f"{d} · {n}" for d, n in enumerate([0, 7, 0, 3, 0, 0, 0, 0, 0, 0])]
    assert texts[10] == "dead · 2"
    assert "100 %" in texts
    assert [patch.get_height() for patch in histogram.patches] == summary["histogram"]
    assert [text.get_text() for text in histogram.texts] == [
        str(count) for count in summary["histogram"]
    ]
    assert histogram.get_xlabel() == "unique digits that light up a unit"
    null = legend_texts(histogram)[-1]
    assert "permuted" in null and "4 (95 % within 3 to 6)" in null
    assert figure.get_suptitle() == (
        "After epoch 7, 8 of 12 units answer to one digit alone; 4 would by chance"
    )
    figure.draw_without_rendering()


def test_histogram_stays_clear_of_its_legend(figure, summary, palette):
    summary["histogram"] = [0, 0, 0, 0, 0, 0, 0, 100, 0, 0, 0]
    draw_combined_map(
        figure,
        Lattice("square", (1, 1)),
        np.array([1.0]),
        np.array([0.2]),
        summary,
        palette=palette,
        dead_colour="#d9d9d9",
        fade_by_purity=False,
    )
    figure.draw_without_rendering()
    histogram = figure.axes[2]
    legend = histogram.get_legend().get_window_extent()
    assert not legend.overlaps(histogram.texts[7].get_window_extent())


def test_digits_of_a_torus_are_written_across_its_seams():
    """A cluster that the seam cuts in two is one, around the seam; drawn as a square it is two."""
    digits = np.full((20, 20), 1.0)
    digits[:, :4], digits[:, -3:] = 6, 6
    column = {}
    for topology in ("square", "torus"):
        lattice = Lattice(topology, (20, 20))
        units = labelled_units(digits.ravel(), lattice)
        column[topology] = {digits.ravel()[unit]: unit % 20 for unit in units}
    assert column["torus"][6] in (0, 19)
    assert column["square"][6] in (1, 2)


def test_units_without_room_for_a_digit_are_not_all_labelled():
    digits = np.arange(100) % 10 * 1.0
    assert len(labelled_units(digits, Lattice("square", (10, 10)))) == 100
    assert labelled_units(digits, Lattice("ring", (100,))) == []


def random_units(lattice):
    counts = np.random.default_rng(0).poisson(0.3, (lattice.n_units, 10))
    hits = counts.sum(axis=1)
    majority = np.where(hits > 0, counts.argmax(axis=1), np.nan)
    purity = np.where(hits > 0, counts.max(axis=1) / np.maximum(hits, 1), np.nan)
    return counts, majority, purity


def drawn_cells(ax, n_corners):
    paths = [path for shapes in ax.collections for path in shapes.get_paths()]
    return sum(len(path.vertices) // (n_corners + 1) for path in paths)


def test_combined_map_of_any_lattice(figure, any_lattice, summary, palette):
    _, majority_digits, purity = random_units(any_lattice)
    draw_combined_map(
        figure,
        any_lattice,
        majority_digits,
        purity,
        summary,
        palette=palette,
        dead_colour="#d9d9d9",
        fade_by_purity=True,
    )
    figure.draw_without_rendering()
    ax = figure.axes[0]
    assert drawn_cells(ax, unit_outlines(any_lattice).shape[1]) == any_lattice.n_units
    assert map_note(any_lattice) in ax.get_xlabel()
    ticks = map_ticks(any_lattice)
    assert ax.get_ylabel() == (ticks[1].name if ticks else "")
    assert (len(ax.get_xticks()) > 0) == (len(ax.get_yticks()) > 0) == (ticks is not None)
    texts = [text.get_text() for text in ax.texts]
    written = texts[: -len(labelled_units(majority_digits, any_lattice)) or None]
    assert written == [text for _, _, text in slice_labels(any_lattice)]
    dashed = [patch for patch in ax.patches if patch.get_linestyle() not in ("solid", "-")]
    assert len(dashed) == any_lattice.topology.endswith("torus")


def test_activation_maps_of_any_lattice(figure, any_lattice):
    counts, _, _ = random_units(any_lattice)
    draw_activation_maps(
        figure, any_lattice, counts, epoch=7, colour_map="magma_r", dead_colour="#c4c4c4"
    )
    figure.draw_without_rendering()
    n_corners = unit_outlines(any_lattice).shape[1]
    n_dead = (~counts.any(axis=1)).sum()
    for digit, ax in enumerate(figure.axes[:10]):
        assert drawn_cells(ax, n_corners) == n_dead + (counts[:, digit] > 0).sum()
    assert figure.get_suptitle().endswith(map_note(any_lattice) or ("unit", "units"))


def test_u_matrix_of_any_lattice(figure, any_lattice):
    distances = np.linspace(1, 2, any_lattice.n_units)
    draw_u_matrix(figure, any_lattice, distances, epoch=7, colour_map="viridis")
    figure.draw_without_rendering()
    n_corners = unit_outlines(any_lattice).shape[1]
    assert drawn_cells(figure.axes[0], n_corners) == any_lattice.n_units


def test_long_rings_are_not_widened_by_their_cells_edges(figure):
    """Where units of other colours lie between, they go on top without an edge."""
    ax = figure.add_subplot()
    draw_lattice_map(ax, Lattice("ring", (1000,)), ["red", "blue"] * 500)
    assert [drawn.get_linewidths().tolist() for drawn in ax.collections] == [[0.3], [0]]


def test_u_matrix_has_a_bar_with_units(figure, lattice):
    draw_u_matrix(figure, lattice, np.linspace(1, 2, 12), epoch=7, colour_map="viridis")
    ax, bar = figure.axes
    assert "mean distance to adjacent units" in bar.get_ylabel()
    assert bar.get_ylim() == (1, 2)
    assert "epoch 7" in figure.get_suptitle()


def test_u_matrix_of_a_single_unit_says_so(figure):
    lattice = Lattice("square", (1, 1))
    draw_u_matrix(figure, lattice, np.array([np.nan]), epoch=1, colour_map="viridis")
    (ax,) = figure.axes
    assert ax.get_xlabel() == "no unit has a neighbour"
