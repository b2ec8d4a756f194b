"""Pictures of the travelling salesman: what is drawn is what the tables say."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from workflow.som.figures.tsp.draw_tsp_closing import CITY, RING, draw_frames
from workflow.som.figures.tsp.draw_tsp_gaps import draw_gaps
from workflow.som.figures.tsp.draw_tsp_tour import draw_tour, figure_height
from workflow.som.tsp.snapshots import Snapshot

SQUARE = np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0]])


def summary(reference="optimum"):
    rows = [
        ("qa194", 194, "ring SOM", 2.0, 1.5, 2.5),
        ("qa194", 194, "space-filling curve", 25.0, None, None),
        ("eil51", 51, "ring SOM", 0.5, 0.1, 0.9),
    ]
    keys = ["instance", "cities", "method", "gap", "gap_low", "gap_high"]
    frame = pd.DataFrame(rows, columns=keys).assign(reference=reference)
    return frame.astype({"gap_low": "Float64", "gap_high": "Float64"})


def test_gaps_have_a_row_an_instance_from_few_cities_to_many():
    figure = Figure()
    draw_gaps(figure, summary())
    (ax,) = figure.axes
    assert [label.get_text() for label in ax.get_yticklabels()] == ["eil51", "qa194"]
    marks = {line.get_label(): line.get_xdata() for line in ax.lines}
    np.testing.assert_array_equal(marks["ring SOM"], [2.0, 0.5])
    np.testing.assert_array_equal(marks["som-tsp (blog), mean of 5"], [9.4])
    assert ax.get_ylim()[0] > ax.get_ylim()[1]


def test_an_unknown_optimum_is_marked():
    figure = Figure()
    draw_gaps(figure, summary("shortest tour found"))
    (ax,) = figure.axes
    assert all(label.get_text().endswith(" *") for label in ax.get_yticklabels())
    assert "shortest tour found" in ax.get_xlabel()


def test_a_tour_is_drawn_closed_and_undistorted():
    figure = Figure()
    found = {"instance": "a", "seed": "0", "length": "40.25", "length_rounded": "0", "optimum": ""}
    draw_tour(figure, SQUARE, found)
    (ax,) = figure.axes
    assert "length 40.25 (" in figure.get_suptitle()
    np.testing.assert_array_equal(ax.lines[0].get_xydata(), [*SQUARE, SQUARE[0]])
    assert ax.get_aspect() == 1


@pytest.mark.parametrize("points", [SQUARE * [1, 0], SQUARE * [0, 1], SQUARE * [1, 100]])
def test_any_cities_get_a_height(points):
    assert 1 < figure_height(points, 5.0) < 10


def test_frames_show_cities_and_the_ring_with_north_up():
    ring = np.array([[2.0, 1.0], [8.0, 1.0], [5.0, 1.5]])
    snapshots = [Snapshot(1, 3.0, ring), Snapshot(2, 1.0, ring + 4)]
    tour = np.arange(4)
    found = {"instance": "a", "length": "40.0", "length_rounded": "40", "optimum": ""}
    frames = draw_frames(SQUARE, snapshots, tour, found, size=100)
    assert len(frames) == 3
    assert len({frame.size for frame in frames}) == 1
    first = np.asarray(frames[0])
    rows, columns = np.nonzero(first == RING)
    city_rows, city_columns = np.nonzero(first[44:] == CITY)
    low, high = city_rows.min() + 44, city_rows.max() + 44
    # The ring lies at the south, which is the bottom: within the last fifth of the cities.
    assert (rows > low + 0.75 * (high - low)).all()
    assert city_columns.min() < columns.min() and columns.max() < city_columns.max()
    assert (np.asarray(frames[2]) == RING).sum() > 300  # All four sides of the tour.
