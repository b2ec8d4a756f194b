import numpy as np
import pytest

from workflow.som.figures.drawing.layout import (
    is_folded,
    map_aspect,
    map_border,
    map_bounds,
    map_note,
    map_ticks,
    slice_labels,
    unit_centres,
    unit_outlines,
    unit_raster,
)
from workflow.som.figures.drawing.tile_order import slices
from workflow.som.model.lattice import Lattice


def areas(outlines):
    """Return the area of each polygon, positive where it turns clockwise on paper."""
    (x, y), (next_x, next_y) = (np.moveaxis(o, 2, 0) for o in (outlines, np.roll(outlines, -1, 1)))
    return (x * next_y - next_x * y).sum(axis=1) / 2


def test_outlines_are_unit_squares_around_positions(lattice):
    outlines = unit_outlines(lattice)
    assert outlines.shape == (12, 4, 2)
    # Unit 6 lies in row 1, column 2: x runs along columns.
    assert outlines[6].mean(axis=0).tolist() == [2, 1]
    assert np.ptp(outlines, axis=1).tolist() == [[1, 1]] * 12


def test_hexagons_are_regular_and_a_step_apart():
    lattice = Lattice("hexagonal", (4, 5))
    outlines, centres = unit_outlines(lattice), unit_centres(lattice)
    sides = np.linalg.norm(outlines - np.roll(outlines, 1, axis=1), axis=2)
    assert np.allclose(sides, 1 / np.sqrt(3))
    assert np.allclose(outlines.mean(axis=1), centres)
    squares = np.square(centres[:, None] - centres).sum(axis=2)
    assert np.allclose(squares, lattice.squared_distances())


def test_ring_starts_on_top_and_turns_clockwise():
    top, right, bottom, left = unit_centres(Lattice("ring", (4,)))
    assert np.allclose(top, [0, -2 / np.pi]) and np.allclose(bottom, -top)
    assert np.allclose(right, [2 / np.pi, 0]) and np.allclose(left, -right)
    radii = np.linalg.norm(unit_outlines(Lattice("ring", (4,))), axis=2)
    assert radii.min() / radii.max() == pytest.approx(0.55)


def test_every_cell_is_drawn_once_and_no_two_overlap(any_lattice):
    """On a fine raster, as many pixels lie in just one cell as all areas add up to."""
    outlines = unit_outlines(any_lattice)
    sizes = areas(outlines)
    assert (sizes > 0).all()
    low, high = outlines.min(axis=(0, 1)), outlines.max(axis=(0, 1))
    side = np.max(high - low) / 300
    x, y = (
        np.arange(start, end, side) + side * 0.4871 for start, end in zip(low, high, strict=True)
    )
    x, y = (grid.ravel() for grid in np.meshgrid(x, y))
    count = np.zeros(len(x), int)
    for cell in outlines:
        inside = np.zeros(len(x), bool)
        for (x1, y1), (x2, y2) in zip(cell, np.roll(cell, -1, axis=0), strict=True):
            if y1 != y2:
                inside ^= ((y1 > y) != (y2 > y)) & (x < x1 + (y - y1) * (x2 - x1) / (y2 - y1))
        assert inside.any()
        count += inside
    assert count.max() == 1
    assert count.sum() * side**2 == pytest.approx(sizes.sum(), rel=0.02)


def test_adjacent_cells_touch_and_others_do_not(any_lattice):
    """Cells have a stretch of border in common where units are adjacent, but across a torus."""
    drawn = any_lattice
    if drawn.has_rows_and_columns:
        drawn = Lattice(
            drawn.topology.replace("torus", "square").replace("l_square", "l"), drawn.shape
        )
    outlines = unit_outlines(any_lattice)
    starts, ends = outlines, np.roll(outlines, -1, axis=1)
    middles, lengths = (starts + ends) / 2, np.linalg.norm(ends - starts, axis=2)
    found = set()
    for unit in range(len(outlines)):
        for other in range(unit):
            gaps = np.linalg.norm(middles[unit][:, None] - middles[other], axis=2)
            # Cells that a fold has lengthened touch along a part of a side only.
            near = gaps < (0.2 if is_folded(any_lattice) else 1e-6)
            if (near & (lengths[unit][:, None] > 1e-6)).any():
                found.add((other, unit))
    adjacent = set(map(tuple, drawn.adjacent_pairs().tolist()))
    assert found <= adjacent
    if len(drawn.shape) <= 2:
        assert found == adjacent
    else:
        inner = int(np.prod(drawn.shape[-2:]))
        assert found == {pair for pair in adjacent if pair[0] // inner == pair[1] // inner}


def test_border_surrounds_all_cells(any_lattice):
    """The areas within its lines, which are negative for holes, are those of the cells."""
    within = sum(areas(line[None])[0] for line in map_border(any_lattice))
    assert within == pytest.approx(areas(unit_outlines(any_lattice)).sum(), abs=1e-4)


def test_border_of_a_block_goes_round_each_slice():
    assert len(map_border(Lattice("block", (3, 2, 2)))) == 3
    assert len(map_border(Lattice("block", (2, 3, 2, 2)))) == 6
    assert len(map_border(Lattice("ring", (30,)))) == 2
    assert len(map_border(Lattice("line", (2500,)))) == 1


def test_raster_of_a_square_lattice_repeats_its_units(lattice):
    raster = unit_raster(lattice, 23)
    units = np.arange(12).reshape(3, 4)
    assert np.array_equal(raster, units.repeat(5, axis=0).repeat(5, axis=1))


def test_raster_shows_every_unit_in_its_place(any_lattice):
    raster = unit_raster(any_lattice, 240)
    assert max(raster.shape) <= 240
    shown, counts = np.unique(raster[raster >= 0], return_counts=True)
    assert shown.tolist() == list(range(any_lattice.n_units))
    # A pixel in the middle of the cell shows the unit, and cells have their areas.
    outlines = unit_outlines(any_lattice)
    extent = np.ptp(outlines, axis=(0, 1))
    scale = raster.shape[1] / extent[0]
    places = (unit_centres(any_lattice) - outlines.min(axis=(0, 1))) * scale
    assert (raster[tuple(places.astype(int).T[::-1])] == shown).all()
    assert counts / scale**2 == pytest.approx(areas(outlines), rel=0.15)


@pytest.mark.parametrize(("topology", "shape"), [("ring", (2500,)), ("square", (500, 2))])
def test_raster_shows_each_of_many_units(topology, shape):
    lattice = Lattice(topology, shape)
    raster = unit_raster(lattice, 400)
    assert len(np.unique(raster[raster >= 0])) == lattice.n_units


@pytest.mark.parametrize(
    ("lattice", "aspect"),
    [
        (Lattice("square", (3, 4)), 0.75),
        (Lattice("square", (1, 1)), 1),
        (Lattice("square", (1, 10)), 0.2),
        (Lattice("torus", (10, 1)), 2.5),
        (Lattice("ring", (2500,)), 1),
    ],
)
def test_map_aspect_is_bounded(lattice, aspect):
    assert map_aspect(lattice) == pytest.approx(aspect)


THIN = [(1, 30), (1, 500), (2000, 1), (2, 300), (301, 3), (2, 31)]


@pytest.mark.parametrize("shape", THIN)
@pytest.mark.parametrize("topology", ["square", "hexagonal", "torus", "hexagonal_torus"])
def test_thin_lattices_fill_the_page(topology, shape):
    if topology == "hexagonal_torus" and shape[0] % 2:
        shape = (shape[0] + 1, shape[1])
    lattice = Lattice(topology, shape)
    assert 0.4 < map_aspect(lattice) < 2
    centres = unit_centres(lattice)
    assert len(np.unique(centres.round(6), axis=0)) == lattice.n_units
    raster = unit_raster(lattice, 300)
    assert len(np.unique(raster[raster >= 0])) == lattice.n_units
    # What is adjacent on the lattice is so on paper, but for the cuts.
    steps = np.linalg.norm(np.diff(centres, axis=0), axis=1)
    assert (steps < 1.3).mean() > 0.4
    assert map_note(lattice)


def test_the_raster_of_a_large_lattice_is_bounded():
    raster = unit_raster(Lattice("square", (20, 2000)), 100)
    assert max(raster.shape) <= 2000


def test_labels_of_slices_lie_above_their_corners_within_the_map():
    lattice = Lattice("block", (14, 14, 13))
    labels = slice_labels(lattice)
    assert [text for _, _, text in labels] == [f"slice {number}" for number in range(14)]
    corners = slices(lattice.shape).corners
    assert [(y, x) for x, y, _ in labels] == [tuple(corner) for corner in corners - 0.5]
    assert map_bounds(lattice)[0, 1] < -0.5


def test_labels_of_many_narrow_slices_are_thinned():
    labels = slice_labels(Lattice("block", (1000, 2, 2)))
    assert 10 < len(labels) < 400
    assert labels[0][2] == "0"


def test_ticks_name_rows_columns_and_slices():
    columns, rows = map_ticks(Lattice("hexagonal", (3, 2)))
    assert (columns.name, rows.name) == ("column", "row")
    assert np.allclose(rows.places, [0, 0.75**0.5, 3**0.5])
    right, down = map_ticks(Lattice("block", (2, 2, 3, 4)))
    assert (right.name, down.name) == ("axis 2", "axis 1")
    assert right.places.tolist() == [1.5, 6.5] and down.places.tolist() == [1, 5]
    for topology, shape in (("line", (9,)), ("ring", (9,)), ("block", (2, 3, 4)), ("block", (9,))):
        assert map_ticks(Lattice(topology, shape)) is None


@pytest.mark.parametrize(
    ("lattice", "note"),
    [
        (Lattice("square", (3, 3)), ""),
        (Lattice("block", (3, 3)), ""),
        (Lattice("line", (10,)), ""),
        (Lattice("line", (11,)), "folded, starts top left"),
        (Lattice("hexagonal_torus", (2, 3)), "opposite edges are joined"),
        (Lattice("block", (3, 3, 3)), "slices along axis 1"),
        (Lattice("block", (3, 3, 3, 3)), "slices along axes 1 and 2"),
        (Lattice("block", (3,) * 5), "slices along axis 1, sliced again"),
    ],
)
def test_notes_say_what_a_map_does_not(lattice, note):
    assert map_note(lattice) == note
