"""Tables of tours, and gaps compared with values computed by hand."""

import numpy as np
import pandas as pd
import pytest

from workflow.som.files.errors import DamagedFileError, SomError
from workflow.som.files.tables import read_table, write_table
from workflow.som.tsp.cities import Cities
from workflow.som.tsp.snapshots import Snapshot, read_snapshots, write_snapshots
from workflow.som.tsp.tours import (
    FoundTour,
    measure_gaps,
    read_cities,
    read_tour,
    read_tours,
    summarise,
    write_cities,
    write_tour,
    write_tours,
)

# A rectangle of 3 × 4, with diagonals of length 5.
RECTANGLE = np.array([[0.0, 0.0], [3.0, 0.0], [3.0, 4.0], [0.0, 4.0]])
CITIES = Cities(RECTANGLE, np.array([70, 0, 3, 11], dtype=np.int32))
AROUND, CROSSED = np.arange(4), np.array([0, 2, 1, 3])  # 14, and 5 + 4 + 5 + 4 = 18.


def test_gaps_by_hand():
    found = [FoundTour("a", 0, 1.5, AROUND), FoundTour("a", 1, 2.5, CROSSED)]
    gaps = measure_gaps("r", RECTANGLE, 12, found)
    np.testing.assert_allclose(gaps["length"], [14, 18])
    np.testing.assert_allclose(gaps["gap"], [100 * 2 / 12, 50])
    np.testing.assert_allclose(gaps["gap_exact"], gaps["gap"])
    (row,) = summarise(gaps).to_dict("records")
    assert row["gap"] == pytest.approx(100 / 3)
    assert row["seconds"] == 2.0
    assert row["gap_least"] == pytest.approx(100 / 6)


def test_cities_below_one_apart_have_gaps_unless_an_optimum_of_rounded_edges_is_claimed():
    found = [FoundTour("a", 0, 1.0, CROSSED), FoundTour("b", -1, 1.0, AROUND)]
    gaps = measure_gaps("r", RECTANGLE / 100, None, found)
    assert gaps["length_rounded"].tolist() == [0, 0]
    for key in ("gap", "gap_exact"):
        np.testing.assert_allclose(gaps[key], [100 * 4 / 14, 0], atol=1e-12)
    with pytest.raises(SomError, match=r"optima.csv .* r has the length 14, but one of 0 was"):
        measure_gaps("r", RECTANGLE / 100, 14, found)


def test_without_an_optimum_the_shortest_tour_has_no_gap():
    found = [FoundTour("a", 0, 1.0, CROSSED), FoundTour("b", -1, 1.0, AROUND)]
    gaps = measure_gaps("r", RECTANGLE, None, found)
    np.testing.assert_allclose(gaps["gap"], [100 * 4 / 14, 0])
    assert gaps["optimum"].isna().all() and gaps["seed"].isna().tolist() == [False, True]


def test_rounded_and_exact_gaps_part_where_edges_are_no_whole_numbers():
    points = RECTANGLE * 0.4  # Edges of 1.2 and 1.6, which are rounded to 1 and 2.
    row = measure_gaps("r", points, 6, [FoundTour("a", 0, 1.0, AROUND)]).iloc[0]
    assert row["gap"] == 0
    assert row["gap_exact"] == pytest.approx(100 * (5.6 / 6 - 1))


def test_all_cities_in_one_place_have_no_gap():
    found = [FoundTour("a", 0, 1.0, AROUND)]
    assert measure_gaps("r", np.ones((4, 2)), None, found)["gap"].iloc[0] == 0


def test_one_seed_has_no_interval():
    gaps = pd.concat(
        measure_gaps("r", RECTANGLE, 14, [FoundTour("a", seed, 1.0, AROUND) for seed in seeds])
        for seeds in ([0], [1, 2])
    )
    assert summarise(gaps[:1])[["gap_low", "gap_high"]].isna().all(axis=None)
    row = summarise(gaps[1:]).iloc[0]
    assert row["gap_low"] == row["gap"] == row["gap_high"]


def test_tours_come_back_as_they_were_written(tmp_path):
    units = np.arange(4) + 7
    write_tour(tmp_path / "one.parquet", CITIES, CROSSED, {"instance": "r"}, units, kind="tour")
    tour, metadata = read_tour(tmp_path / "one.parquet", CITIES)
    np.testing.assert_array_equal(tour, CROSSED)
    assert metadata["length_rounded"] == "18"
    table = read_table(tmp_path / "one.parquet").frame
    assert table["unit"].tolist() == [7, 9, 8, 10]
    assert table["city"].tolist() == [70, 3, 0, 11]  # The numbers of the TSPLIB file.
    found = [FoundTour("a", 3, 0.25, CROSSED), FoundTour("b", -1, 1.0, AROUND)]
    write_tours(tmp_path / "many.parquet", CITIES, found, {"instance": "r"}, kind="tours")
    read = read_tours(tmp_path / "many.parquet", {"r": CITIES})
    assert set(read_table(tmp_path / "many.parquet").frame["city"]) == set(CITIES.numbers)
    for (instance, after), before in zip(read, found, strict=True):
        assert instance == "r" and after[:3] == before[:3]
        np.testing.assert_array_equal(after.tour, before.tour)
    write_tours(tmp_path / "none.parquet", CITIES, [], {"instance": "r"}, kind="tours")
    assert read_tours(tmp_path / "none.parquet", {"r": CITIES}) == []


def test_cities_come_back_with_their_numbers(tmp_path):
    write_cities(tmp_path / "c.parquet", CITIES, {"instance": "r"})
    (points, numbers), metadata = read_cities(tmp_path / "c.parquet")
    np.testing.assert_array_equal(points, RECTANGLE)
    assert numbers.tolist() == [70, 0, 3, 11] and metadata["instance"] == "r"


@pytest.mark.parametrize("visited", [[70, 0, 3, 3], [70, 0, 3], [70, 0, 3, 12], [1, 2, 3, 4]])
def test_what_does_not_visit_every_city_once_is_refused(tmp_path, visited):
    path = tmp_path / "one.parquet"
    write_table(path, pd.DataFrame({"city": visited}), {}, kind="tour")
    with pytest.raises(DamagedFileError, match="every city once"):
        read_tour(path, CITIES)


def test_snapshots_come_back_in_the_order_of_epochs(tmp_path):
    written = [Snapshot(2, 5.0, RECTANGLE[:3]), Snapshot(10, 1.5, RECTANGLE)]
    write_snapshots(tmp_path / "s.parquet", written, {})
    for after, before in zip(read_snapshots(tmp_path / "s.parquet"), written, strict=True):
        assert after[:2] == before[:2]
        np.testing.assert_array_equal(after.ring, before.ring)
