"""The target `tsp` as a user runs it: its results, reruns and refusals."""

import numpy as np
import pandas as pd
import pytest

from tests.project import Project

SMALL = {
    "seeds": [0, 1],
    "random_cities": 40,
    "epochs": 20,
    "cycle_epochs": 5,
    "cycles": 2,
    "routing_seconds": 1,
}
RING = {"train_ring", "improve_tours", "measure_gaps"}


@pytest.fixture(scope="module")
def tsp(tmp_path_factory):
    """A project with the results of the target for random cities."""
    project = Project(tmp_path_factory.mktemp("tsp"))
    project.configure(lambda config: config["tsp"].update(SMALL))
    project.snakemake("tsp")
    return project


def test_every_artifact_is_there_and_a_second_run_does_nothing(tsp):
    folder = tsp.folder / "results" / "tsp"
    expected = [
        *("gaps.parquet", "summary.parquet", "figures/tsp_gaps.png", "figures/tsp_gaps.svg"),
        *(f"random40/seed_{seed}/tour.parquet" for seed in (0, 1)),
        *(f"random40/figures/tsp_tour.{kind}" for kind in ("png", "svg")),
        *(f"random40/figures/tsp_closing.{kind}" for kind in ("png", "gif")),
        "random40/cities.parquet",
    ]
    assert [path for path in expected if not (folder / path).is_file()] == []
    gaps = pd.read_parquet(folder / "gaps.parquet")
    assert gaps.groupby("method")["gap"].count()["ring SOM"] == 2
    assert "Nothing to be done" in tsp.snakemake("tsp")


def test_schedule_and_seeds_rerun_what_depends_on_them(tsp):
    before = (tsp.folder / "config/config.yaml").read_text()
    try:
        tsp.configure(lambda config: config["tsp"].update(cycle_radius=5.0))
        planned = tsp.planned("tsp")
        assert planned >= RING and "control_tours" not in planned
        (tsp.folder / "config/config.yaml").write_text(before)
        tsp.configure(lambda config: config["tsp"].update(seeds=[0, 1, 2]))
        planned = tsp.planned("results/tsp/random40/seed_0/tour.parquet")
        assert planned == set()
        assert tsp.planned("tsp") >= RING | {"control_tours"}
        (tsp.folder / "config/config.yaml").write_text(before)
        tsp.configure(lambda config: config["figures"]["tsp_tour"].update(dpi=71))
        assert tsp.planned("tsp") == {"plot_tsp_tour", "tsp"}
    finally:
        (tsp.folder / "config/config.yaml").write_text(before)


def test_a_folder_that_cannot_be_used_is_refused_before_any_job(tsp, tmp_path):
    kept = {path: path.read_bytes() for path in (tsp.folder / "results/tsp").rglob("*.parquet")}
    output = tsp.snakemake("tsp", "--config", f"cities={tmp_path}", fails=True)
    assert "has no *.tsp file" in output
    (tmp_path / "cut.tsp").write_text(
        "NAME: cut\nTYPE: TSP\nDIMENSION: 9\nEDGE_WEIGHT_TYPE: EUC_2D\n"
    )
    output = tsp.snakemake("tsp", "--config", f"cities={tmp_path}", fails=True)
    assert "not a whole TSPLIB file" in output
    assert "rule prepare_cities" not in output and "Finished jobid" not in output
    assert {path: path.read_bytes() for path in kept} == kept


def test_a_folder_of_files_is_read(tsp, tmp_path):
    points = np.random.default_rng(0).integers(0, 100, (9, 2))
    head = "NAME : nine\nTYPE : TSP\nDIMENSION : 9\nEDGE_WEIGHT_TYPE : EUC_2D\nNODE_COORD_SECTION\n"
    rows = "".join(f"{i} {x} {y}\n" for i, (x, y) in enumerate(points, 1))
    (tmp_path / "nine.tsp").write_text(f"{head}{rows}EOF\n")
    target = "results/tsp/nine/seed_0/tour.parquet"
    tsp.snakemake(target, "--config", f"cities={tmp_path}")
    tour = pd.read_parquet(tsp.folder / target)
    np.testing.assert_array_equal(tour.sort_values("city")[["x", "y"]], points)
