"""The scripts of the travelling salesman, one after another on few cities."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from workflow.scripts.tsp import (
    control_tours,
    improve_tours,
    measure_gaps,
    plot_tsp_closing,
    plot_tsp_gaps,
    plot_tsp_tour,
    prepare_cities,
    route_cities,
    train_ring,
)
from workflow.som.config.tsp_settings import TspSettings
from workflow.som.files.tables import read_table
from workflow.som.tsp.tours import METHODS

SETTINGS = TspSettings(
    seeds=(0, 3),
    random_cities=30,
    random_seed=1,
    units_per_city=3.0,
    learning_rate=0.9,
    initial_radius=0.1,
    cycle_radius=7.0,
    final_radius=1.0,
    epochs=20,
    cycle_epochs=10,
    cycles=2,
    presentations=10**6,
    routing_seconds=1,
)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """All tables of three instances: with an optimum, without, and from a file of the unit square.

    That file's cities are not numbered from 1 in order.
    """
    folder = tmp_path_factory.mktemp("tsp")
    points = np.random.default_rng(5).random((30, 2))
    rows = "".join(f"{100 - 3 * i} {x} {y}\n" for i, (x, y) in enumerate(points))
    head = "DIMENSION: 30\nEDGE_WEIGHT_TYPE: EUC_2D\nNODE_COORD_SECTION\n"
    (folder / "unit.tsp").write_text(f"{head}{rows}EOF\n")
    make_instance(folder / "unit", "unit", None, source=str(folder / "unit.tsp"), seconds=1)
    make_instance(folder / "known", "known", 4000, seconds=1)
    make_instance(folder / "random30", "random30", None)
    measure_gaps.main(
        cities=sorted(folder.glob("*/cities.parquet")),
        rings=sorted(folder.glob("*/seed_*/tour.parquet")),
        firsts=sorted(folder.glob("*/seed_*/first.parquet")),
        others=sorted(folder.glob("*/*_tours.parquet")),
        gaps=folder / "gaps.parquet",
        summary=folder / "summary.parquet",
    )
    gaps, summary = (read_table(folder / f"{name}.parquet").frame for name in ("gaps", "summary"))
    return SimpleNamespace(folder=folder, gaps=gaps, summary=summary)


def make_instance(folder, name, optimum, *, source="", seconds=0):
    cities = folder / "cities.parquet"
    prepare_cities.main(
        source, cities, instance=name, optimum=optimum, random_cities=30, random_seed=len(name)
    )
    for seed in SETTINGS.seeds:
        run = folder / f"seed_{seed}"
        paths = {key: run / f"{key}.parquet" for key in ("tour", "first", "snapshots")}
        train_ring.main(
            cities, paths["tour"], paths["first"], paths["snapshots"], settings=SETTINGS, seed=seed
        )
    rings = [folder / f"seed_{seed}/tour.parquet" for seed in SETTINGS.seeds]
    improve_tours.main(cities, rings, folder / "improved_tours.parquet")
    control_tours.main(cities, folder / "control_tours.parquet", seeds=SETTINGS.seeds)
    route_cities.main(cities, folder / "routed_tours.parquet", seconds=seconds)


def test_a_tour_has_a_row_a_city_in_visiting_order(made):
    frame, metadata = read_table(made.folder / "known/seed_3/tour.parquet")
    cities = read_table(made.folder / "known/cities.parquet").frame
    assert list(frame.columns) == ["position", "city", "x", "y", "unit"]
    assert frame["position"].tolist() == list(range(30))
    assert sorted(frame["city"]) == list(range(1, 31)) == cities["city"].tolist()
    assert frame["unit"].is_monotonic_increasing
    joined = frame.merge(cities, on="city")
    np.testing.assert_array_equal(joined[["x_x", "y_x"]], joined[["x_y", "y_y"]])
    stops = frame[["x", "y"]].to_numpy()
    edges = np.linalg.norm(stops - np.roll(stops, -1, axis=0), axis=1)
    assert float(metadata["length"]) == pytest.approx(edges.sum())
    assert int(metadata["length_rounded"]) == np.floor(edges + 0.5).sum()


def test_gaps_have_a_row_a_tour_and_follow_from_its_length(made):
    known = made.gaps[made.gaps["instance"] == "known"]
    assert set(known["method"]) == set(METHODS)
    assert len(known) == 2 * 5 + 2
    np.testing.assert_allclose(known["gap"], 100 * (known["length_rounded"] / 4000 - 1))
    assert (known["optimum"] == 4000).all() and (known["reference"] == "optimum").all()
    assert known.loc[known["method"].isin(["OR-Tools", "space-filling curve"]), "seed"].isna().all()
    assert (known["seconds"] >= 0).all()


def test_where_no_optimum_is_known_the_shortest_tour_is_the_reference(made):
    other = made.gaps[made.gaps["instance"] == "random30"]
    assert "OR-Tools" not in set(other["method"])
    assert other["optimum"].isna().all() and (other["reference"] == "shortest tour found").all()
    assert other["gap"].min() == 0 and other["gap_exact"].min() == 0


def test_cities_of_the_unit_square_keep_their_numbers_and_have_gaps_that_differ(made):
    numbers = [100 - 3 * i for i in range(30)]
    assert read_table(made.folder / "unit/cities.parquet").frame["city"].tolist() == numbers
    for path in (made.folder / "unit").rglob("*tour*.parquet"):
        assert set(read_table(path).frame["city"]) == set(numbers)
    gaps = made.gaps[made.gaps["instance"] == "unit"]
    lengths = gaps["length"]
    np.testing.assert_allclose(gaps["gap"], 100 * (lengths / lengths.min() - 1), atol=1e-9)
    by_method = gaps.groupby("method")["gap"].min()
    assert by_method["OR-Tools"] < 3 and by_method["space-filling curve"] > 5


def test_local_search_and_more_cycles_never_lengthen(made):
    lengths = made.gaps.pivot_table(index=["instance", "seed"], columns="method", values="length")
    assert (lengths["ring SOM + 2-opt, Or-opt"] <= lengths["ring SOM"]).all()
    assert (lengths["ring SOM"] <= lengths["ring SOM, first fall"]).all()
    improved = lengths["nearest neighbour + 2-opt, Or-opt"]
    assert (improved <= lengths["nearest neighbour"]).all()


def test_the_summary_is_the_mean_with_its_interval(made):
    part = made.gaps[(made.gaps["instance"] == "known") & (made.gaps["method"] == "ring SOM")]
    row = made.summary[
        (made.summary["instance"] == "known") & (made.summary["method"] == "ring SOM")
    ].iloc[0]
    assert row["gap"] == pytest.approx(part["gap"].mean())
    # t of 97.5 % with one degree of freedom, from a printed table.
    half = 12.7062 * part["gap"].std() / np.sqrt(2)
    assert row["gap_high"] - row["gap"] == pytest.approx(half, rel=1e-4, abs=1e-9)
    alone = made.summary[made.summary["n_seeds"] == 1]
    assert len(alone) == 5 and alone["gap_low"].isna().all()
    assert pd.api.types.is_numeric_dtype(made.summary["gap_low"])


def test_figures_are_drawn_from_the_tables(made):
    paths = {"png": made.folder / "f.png", "svg": made.folder / "f.svg"}
    summary = made.folder / "summary.parquet"
    plot_tsp_gaps.main(summary=summary, style={"width": 7.2, "dpi": 60}, **paths)
    run = made.folder / "known/seed_0"
    cities = {"cities": made.folder / "known/cities.parquet", "tour": run / "tour.parquet"}
    others = {"png": made.folder / "t.png", "svg": made.folder / "t.svg"}
    plot_tsp_tour.main(**cities, style={"width": 4.0, "dpi": 60}, **others)
    for path in (paths["svg"], others["svg"]):
        text = path.read_text()
        assert text.rstrip().endswith("</svg>") and "<image" not in text
    style = {"size": 90, "frame_ms": 50, "last_frame_ms": 400}
    movies = {"png": made.folder / "c.png", "gif": made.folder / "c.gif"}
    plot_tsp_closing.main(**cities, snapshots=run / "snapshots.parquet", style=style, **movies)
    for path in movies.values():
        with Image.open(path) as movie:
            stills = 1 if movie.format == "PNG" else 0  # The last frame, for who cannot play it.
            assert movie.n_frames == 21 + stills  # One per epoch, and the tour.
