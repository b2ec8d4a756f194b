"""Comparisons of trained maps on several lattices: their tables and figures."""

import json

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from workflow.scripts.comparisons import (
    compare_experiments,
    measure_stability,
    plot_comparison,
    plot_kernel_maps,
    plot_lattices,
    plot_stability,
    plot_trade_off,
)
from workflow.scripts.statistics import measure_purity, measure_quality
from workflow.som.engine.search.find import find_two_nearest
from workflow.som.files.errors import DamagedFileError
from workflow.som.files.summaries import read_summary
from workflow.som.model.lattice import Lattice
from workflow.som.statistics.quality.combined import combined_error

CHANGES = {
    "square": {"shape": (4, 5)},
    "hexagonal": {"topology": "hexagonal", "shape": (4, 5)},
    "ring": {"topology": "ring", "shape": (9,)},
    "block": {"topology": "block", "shape": (2, 3, 2)},
    "bubble": {"kernel": "bubble", "shape": (4, 5)},
    "one unit": {"shape": (1, 1)},
}
EPOCHS = [1, 2]


def measured(run):
    """Train, map and measure a run."""
    run.train()
    run.map()
    measure_purity.main(
        run.paths("activations"),
        run.paths("training_activations"),
        run.paths("purity"),
        run.paths("purity", "json"),
        permutations=15,
    )
    for epoch in EPOCHS:
        measure_quality.main(
            images=run.folder / "test.parquet",
            checkpoint=run.paths("checkpoints", "safetensors")[epoch],
            test=run.paths("activations")[epoch],
            training=run.paths("training_activations")[epoch],
            summary=run.paths("quality", "json")[epoch],
        )
    return run


@pytest.fixture(params=CHANGES)
def run(request, new_run):
    return measured(new_run(**CHANGES[request.param]))


def compared(run, table):
    paths = [[run.paths(name, "json")[epoch] for epoch in EPOCHS] for name in ("purity", "quality")]
    compare_experiments.main(*paths, table, experiments={"tiny": run.experiment})
    return pd.read_parquet(table)


def test_quality_is_the_librarys_and_plain_json(run):
    codebook = run.paths("checkpoints", "safetensors")[2]
    summary = json.loads(run.paths("quality", "json")[2].read_text())
    assert (summary["experiment"], summary["seed"], summary["epoch"]) == ("tiny", 3, 2)
    assert summary["n_samples"] == summary["n_compared"] == 90
    mapped = pd.read_parquet(run.paths("activations")[2])
    assert summary["quantization_error"] == pytest.approx(mapped["distance"].mean())
    purity = json.loads(run.paths("purity", "json")[2].read_text())
    for key in ("map_purity", "label_accuracy", "homogeneity", "topographic_error"):
        assert summary[key] == (pytest.approx(purity[key]) if purity[key] is not None else None)
    vectors = measure_quality.load_checkpoint(codebook).codebook
    lattice = Lattice(run.experiment.topology, run.experiment.shape)
    nearest = find_two_nearest(run.test_images.pixels, vectors)
    expected = combined_error(vectors, nearest, lattice)
    assert summary["combined_error"] == (pytest.approx(expected) if lattice.n_units > 1 else None)


def test_a_comparison_has_one_row_a_run_and_is_drawn(run, tmp_path):
    frame = compared(run, tmp_path / "table.parquet")
    assert frame["epoch"].tolist() == EPOCHS
    assert frame["topology"].unique().tolist() == [run.experiment.topology]
    for path, row in zip(run.paths("purity", "json")[1:], frame.to_dict("records"), strict=True):
        summary = read_summary(path)
        assert row["single_digit_units"] == summary["single_digit_units"]
    styles = {plot_comparison: {"width": 7.2}, plot_trade_off: {"width": 7.2, "height": 4}}
    for script, style in styles.items():
        png, svg = tmp_path / "a.png", tmp_path / "a.svg"
        script.main(table=tmp_path / "table.parquet", png=png, svg=svg, style=style | {"dpi": 80})
        with Image.open(png) as image:
            assert image.size[0] == 576
        assert svg.read_text().rstrip().endswith("</svg>")


def test_lattices_are_drawn_side_by_side(run, tmp_path):
    style = {"width": 7.2, "dpi": 80, "palette": ["#123456"] * 10, "dead_colour": "#d9d9d9"}
    png, svg = tmp_path / "a.png", tmp_path / "a.svg"
    paths = run.paths("purity")[1:]
    plot_lattices.main(purity=paths, png=png, svg=svg, style=style | {"fade_by_purity": True})
    with Image.open(png) as image:
        assert image.size[0] == 576


def test_stability_of_a_map_with_itself_is_whole(run, tmp_path):
    summary, path = tmp_path / "stability.json", run.paths("activations")[2]
    measure_stability.main([path, path, path], summary)
    found = read_summary(summary)
    assert found["seeds"] == [3, 3, 3]
    assert all(row["again"] == 1 for row in found["stability"])
    assert [pair["distance"] for pair in found["alignments"]] == [0, 0, 0]
    if run.experiment.n_units > 1:
        assert all(pair["by_chance"] > 0 for pair in found["alignments"])
    style = {"width": 7.2, "height": 3.4, "dpi": 80}
    png, svg = tmp_path / "a.png", tmp_path / "a.svg"
    plot_stability.main(summaries=[summary, summary], png=png, svg=svg, style=style)
    assert "by chance" in svg.read_text() or png.stat().st_size > 1000


def test_stability_of_two_epochs_counts_pairs_as_brute_force_does(new_run, tmp_path):
    run = measured(new_run(shape=(4, 5)))
    paths = run.paths("activations")
    measure_stability.main([paths[1], paths[2]], tmp_path / "a.json")
    places = [pd.read_parquet(path)["bmu"].to_numpy() for path in paths[1:]]
    squares = Lattice("square", (4, 5)).squared_distances()
    upper = np.triu_indices(90, 1)
    for row in read_summary(tmp_path / "a.json")["stability"]:
        near = [squares[bmus][:, bmus][upper] <= row["radius"] ** 2 for bmus in places]
        assert row["observed"] == np.bincount(near[0].astype(int) + near[1], minlength=3).tolist()


def test_kernels_are_drawn(new_run, tmp_path):
    run = measured(new_run(shape=(4, 5)))
    style = {"width": 7.2, "dpi": 80, "palette": ["#123456"] * 10, "dead_colour": "#d9d9d9"}
    png, svg = tmp_path / "a.png", tmp_path / "a.svg"
    for kernel in ("gaussian", "mexican_hat", "printed"):
        plot_kernel_maps.main(
            purity=[run.paths("purity")[2]],
            checkpoints=[run.paths("checkpoints", "safetensors")[2]],
            kernels={"tiny": kernel},
            png=png,
            svg=svg,
            style=style,
        )
        assert png.stat().st_size > 1000


def test_nothing_is_compared_from_a_damaged_summary(new_run, tmp_path):
    run = measured(new_run(shape=(4, 5)))
    path = run.paths("quality", "json")[2]
    path.write_text(path.read_text().replace('"epoch": 2', '"epoch": 1'))
    with pytest.raises(DamagedFileError, match="quality.epoch_002.json"):
        compared(run, tmp_path / "table.parquet")
    assert not (tmp_path / "table.parquet").exists()
