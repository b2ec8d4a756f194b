"""Reading cities, and the length of a tour."""

import numpy as np
import pytest

from workflow.som.files.errors import SomError
from workflow.som.tsp.cities import random_cities, read_tsplib, tour_length


@pytest.mark.parametrize("colon", [" : ", ": ", ":"])
@pytest.mark.parametrize("end", ["EOF\n", "EOF", ""])
def test_a_file_gives_the_coordinates_that_were_written(tmp_path, write_tsplib, points, colon, end):
    path = write_tsplib(tmp_path / "a.tsp", points, colon=colon, end=end)
    np.testing.assert_array_equal(read_tsplib(path), points)


def test_powers_of_ten_are_read(tmp_path, write_tsplib):
    rows = [("1.5e+02", "-2E1"), ("0", "1"), ("2", "3.25"), ("4", "5"), ("6", "7")]
    found = read_tsplib(write_tsplib(tmp_path / "a.tsp", rows))
    np.testing.assert_array_equal(found[:3], [[150, -20], [0, 1], [2, 3.25]])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"EDGE_WEIGHT_TYPE": "GEO"}, "only EUC_2D"),
        ({"DIMENSION": 41}, "DIMENSION is 41"),
        ({"DIMENSION": "many"}, "not a whole TSPLIB file"),
    ],
)
def test_another_head_is_refused(tmp_path, write_tsplib, points, change, words):
    path = write_tsplib(tmp_path / "a.tsp", points, **change)
    assert words in refusal(path)


@pytest.mark.parametrize("row", [("nan", "1"), ("inf", "1"), ("1e300", "1"), ("x", "y"), ("1", "")])
def test_a_coordinate_that_is_none_is_refused(tmp_path, write_tsplib, points, row):
    refusal(write_tsplib(tmp_path / "a.tsp", [*points, row]))


def test_too_few_cities_are_refused(tmp_path, write_tsplib, points):
    assert "4 cities" in refusal(write_tsplib(tmp_path / "a.tsp", points[:4]))


@pytest.mark.parametrize(
    "content", [b"", b"\x00\xff\xfe", b"<html>Sign in</html>", b"NAME: a\nEOF\n"]
)
def test_what_is_no_tsplib_file_is_refused(tmp_path, content):
    path = tmp_path / "a.tsp"
    path.write_bytes(content)
    refusal(path)


def test_a_file_cut_short_is_refused(tmp_path, write_tsplib, points):
    whole = write_tsplib(tmp_path / "a.tsp", points).read_bytes()
    path = tmp_path / "cut.tsp"
    for length in range(0, whole.rindex(b"\n40 "), 97):
        path.write_bytes(whole[:length])
        refusal(path)


def refusal(path):
    with pytest.raises(SomError) as caught:
        read_tsplib(path)
    message = str(caught.value)
    assert message.startswith(str(path)) and message.endswith(".") and "\n" not in message
    return message


def test_random_cities_repeat_and_differ_by_seed():
    np.testing.assert_array_equal(random_cities(30, 1), random_cities(30, 1))
    assert (random_cities(30, 1) != random_cities(30, 2)).any()
    many = random_cities(10_000, 0)
    assert abs(many.mean() / 100_000 - 0.5) < 0.01 and many.max() < 100_000


@pytest.mark.parametrize("rounded", [False, True])
def test_length_is_the_sum_of_edges_whatever_the_start_or_direction(points, rounded):
    tour = np.random.default_rng(0).permutation(40)
    edges = [
        np.hypot(*(points[a] - points[b])) for a, b in zip(tour, [*tour[1:], tour[0]], strict=True)
    ]
    expected = sum(int(edge + 0.5) for edge in edges) if rounded else sum(edges)
    for other in (tour, tour[::-1], np.roll(tour, 7)):
        assert tour_length(points, other, rounded=rounded) == pytest.approx(expected, rel=1e-12)


def test_length_follows_scale_and_stays_when_the_plane_turns(points):
    tour = np.arange(40)
    turned = points @ np.array([[0.6, -0.8], [0.8, 0.6]]) + 5
    assert tour_length(turned, tour) == pytest.approx(tour_length(points, tour))
    assert tour_length(3 * points, tour) == pytest.approx(3 * tour_length(points, tour))


def test_halves_round_up_as_in_tsplib():
    points = np.array([[0.0, 0.0], [2.5, 0.0]])
    assert tour_length(points, np.arange(2), rounded=True) == 6
