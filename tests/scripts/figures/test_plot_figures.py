"""Each plotting script on a small map: what it reads, leaves behind and imports."""

import importlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from PIL import Image

from tests.project import ROOT
from tests.som.figures.text_boxes import text_faults
from workflow.som.data.datasets import write_images
from workflow.som.figures.drawing import style
from workflow.som.files.checkpoints import save_checkpoint
from workflow.som.files.errors import DamagedFileError
from workflow.som.files.summaries import write_summary
from workflow.som.files.tables import write_table
from workflow.som.model.lattice import Lattice
from workflow.som.model.places import place_columns

SCHEMA = yaml.safe_load((ROOT / "workflow/schemas/config.schema.yaml").read_text("utf-8"))
PALETTE = [f"#{digit}{digit}0080" for digit in range(10)]
SIZE = {"width": 6, "height": 3, "dpi": 60}
DIGITS = {"palette": PALETTE, "dead_colour": "#d9d9d9"}
# Script: the figure's configuration, and the files it writes.
SCRIPTS = {
    "plot_mnist_samples": ({**SIZE, "rows": 2}, ["png"]),
    "plot_activation_maps": (
        {**SIZE, "colour_map": "magma_r", "dead_colour": "#c4c4c4"},
        ["png", "svg"],
    ),
    "plot_combined_map": ({**SIZE, **DIGITS, "fade_by_purity": True}, ["png", "svg"]),
    "plot_training_curves": (SIZE, ["png", "svg"]),
    "plot_u_matrix": ({**SIZE, "colour_map": "viridis"}, ["png", "svg"]),
    "plot_hit_map": (
        {**SIZE, "colour_map": "magma_r", "dead_colour": "#c4c4c4"},
        ["png", "svg"],
    ),
    "plot_component_planes": ({**SIZE, "colour_map": "viridis"}, ["png", "svg"]),
    "plot_prototypes": ({**SIZE, "dead_grey": 150, "least_width": 100}, ["png"]),
    "plot_evolution": (
        {
            "map_size": 60,
            "frame_ms": 100,
            "last_frame_ms": 1000,
            "fade_by_purity": True,
            **DIGITS,
        },
        ["png", "gif"],
    ),
    "build_explorer": ({"colour_map": "viridis", **DIGITS}, ["html"]),
}
INPUTS = {
    "plot_mnist_samples": ["images"],
    "plot_activation_maps": ["purity"],
    "plot_combined_map": ["purity", "summary"],
    "plot_training_curves": ["history", "summaries"],
    "plot_u_matrix": ["u_matrix"],
    "plot_hit_map": ["purity"],
    "plot_component_planes": ["checkpoint", "purity"],
    "plot_prototypes": ["checkpoint", "purity"],
    "plot_evolution": ["history", "purity"],
    "build_explorer": [
        *("checkpoints", "purity", "activations", "training_activations", "images", "summary"),
    ],
}


def write_epoch(folder, epoch, lattice, generator):
    """Write the tables of one epoch, on which digit 7 and about a quarter of the units are dark."""
    n_units = lattice.n_units
    metadata = {
        "experiment": "tiny",
        "seed": "0",
        "epoch": str(epoch),
        "lattice": lattice.to_json(),
        "dataset": "digits",
        "image_shape": "[4, 3]",
    }
    counts = generator.poisson(0.3 * epoch, (n_units, 10)) * (generator.random((n_units, 1)) < 0.75)
    counts[:, 7] = 0
    hits, n_digits = counts.sum(axis=1), (counts > 0).sum(axis=1)
    every = np.arange(n_units)
    place = pd.DataFrame({"unit": every, **place_columns(lattice, every)})
    units = place.assign(
        hits=hits,
        n_digits=n_digits,
        majority_digit=pd.array(np.where(hits, counts.argmax(axis=1), 0), dtype="Int8"),
        purity=pd.array(counts.max(axis=1) / np.maximum(hits, 1), dtype="Float64"),
        **{f"digit_{digit}": counts[:, digit] for digit in range(10)},
    )
    units.loc[hits == 0, ["majority_digit", "purity"]] = pd.NA
    write_table(folder / f"purity/epoch_{epoch:03}.parquet", units, metadata, kind="purity")
    histogram = np.bincount(n_digits, minlength=11).tolist()
    summary = {
        "epoch": epoch,
        "n_units": n_units,
        "n_samples": int(hits.sum()),
        "active_units": n_units - histogram[0],
        "single_digit_units": histogram[1],
        "single_digit_share": histogram[1] / n_units,
        "histogram": histogram,
        "map_purity": 0.8,
        "label_accuracy": 0.7,
        "permuted_single_digit_units": {"mean": 1.0, "low": 0.0, "high": 2.0},
    }
    write_summary(folder / f"purity/epoch_{epoch:03}.json", summary, kind="purity")
    u_matrix = generator.random(n_units) if n_units > 1 else np.array([np.nan])
    path = folder / f"u_matrix/epoch_{epoch:03}.parquet"
    write_table(path, place.assign(u_matrix=u_matrix), metadata, kind="u_matrix")
    codebook = generator.random((n_units, 12), dtype=np.float32)
    save_checkpoint(folder / f"checkpoints/epoch_{epoch:03}.safetensors", codebook, metadata)


@pytest.fixture(autouse=True)
def readable(monkeypatch):
    """Refuse a figure with a text that cannot be read."""

    def save(figure, paths):
        faults.extend(text_faults(figure))
        save_figure(figure, paths)

    faults, save_figure = [], style.save_figure
    monkeypatch.setattr(style, "save_figure", save)
    yield
    assert faults == []


LATTICES = {
    "5x8": Lattice("square", (5, 8)),
    "1x1": Lattice("square", (1, 1)),
    "hexagonal_torus": Lattice("hexagonal_torus", (6, 8)),
    "ring": Lattice("ring", (40,)),
    "block": Lattice("block", (3, 2, 4)),
}


@pytest.fixture(params=LATTICES.values(), ids=LATTICES)
def run(request, tmp_path):
    """Return the inputs of all scripts, by name: a run of three epochs."""
    generator = np.random.default_rng(0)
    for epoch in (1, 2, 3):
        write_epoch(tmp_path, epoch, request.param, generator)
    errors = dict.fromkeys(("", "_4", "_8"), np.array([0.3, 0.2, 0.1]))
    history = pd.DataFrame(
        {
            "epoch": [1, 2, 3],
            "learning_rate": [0.5, 0.4, 0.3],
            "radius": [3.0, 2.0, 1.0],
            "quantization_error": [3.0, 2.0, 1.0],
        }
        | {f"topographic_error{suffix}": values for suffix, values in errors.items()}
    )
    write_table(tmp_path / "history.parquet", history, {}, kind="history")
    write_images(
        tmp_path / "test.parquet",
        np.arange(30),
        generator.integers(0, 256, (30, 4, 3)).astype(np.uint8),
        (np.arange(30) % 9).astype(np.uint8),
        {"dataset": "digits"},
    )
    activations = tmp_path / "activations.parquet"
    landed = {
        "bmu": generator.integers(0, request.param.n_units, 30),
        "label": np.arange(30) % 9,
        "distance": generator.random(30),
    }
    write_table(activations, pd.DataFrame(landed), {}, kind="activations")
    return {
        "images": tmp_path / "test.parquet",
        "history": tmp_path / "history.parquet",
        "purity": tmp_path / "purity/epoch_003.parquet",
        "summary": tmp_path / "purity/epoch_003.json",
        "u_matrix": tmp_path / "u_matrix/epoch_003.parquet",
        "checkpoint": tmp_path / "checkpoints/epoch_003.safetensors",
        "summaries": sorted(tmp_path.glob("purity/*.json")),
        "checkpoints": sorted(tmp_path.glob("checkpoints/*"), reverse=True),
        "activations": activations,
        "training_activations": activations,
        "all_purity": sorted(tmp_path.glob("purity/*.parquet"), reverse=True),
    }


def bounds(script, bound):
    """Return the least or greatest value that the configuration permits for each size."""

    def resolved(node):
        return resolved(SCHEMA["$defs"][Path(node["$ref"]).name]) if "$ref" in node else node

    figures = SCHEMA["properties"]["figures"]["properties"]
    keys = resolved(figures[script.partition("_")[2]])["properties"]
    return {key: resolved(node)[bound] for key, node in keys.items() if bound in resolved(node)}


def draw(script, run, folder, **changes):
    """Call a script's `main`; return the files it wrote."""
    given, suffixes = SCRIPTS[script]
    given = given | changes
    inputs = {name: run[name] for name in INPUTS[script]}
    if script in ("plot_evolution", "build_explorer"):
        inputs["purity"] = run["all_purity"]
    outputs = {suffix: folder / f"figure.{suffix}" for suffix in suffixes}
    importlib.import_module(f"workflow.scripts.figures.{script}").main(
        **inputs, **outputs, style=given
    )
    return list(outputs.values())


@pytest.mark.parametrize("script", SCRIPTS)
def test_script_writes_the_same_whole_files_twice(script, run, tmp_path):
    first = draw(script, run, tmp_path / "first")
    second = draw(script, run, tmp_path / "second")
    assert sorted((tmp_path / "first").iterdir()) == sorted(first)
    for path, again in zip(first, second, strict=True):
        assert path.read_bytes() == again.read_bytes()
        if path.suffix in (".png", ".gif"):
            with Image.open(path) as image:
                image.load()
                assert min(image.size) >= 50
                frames = {".gif": 3, ".png": 4}[path.suffix] if script == "plot_evolution" else 1
                assert getattr(image, "n_frames", 1) == frames
        elif path.suffix == ".svg":
            text = path.read_text()
            assert text.rstrip().endswith("</svg>")
            assert "<image" not in text  # All is drawn, nothing rasterised.


@pytest.mark.parametrize("run", [LATTICES["5x8"], LATTICES["block"]], indirect=True, ids=str)
@pytest.mark.parametrize("bound", ["minimum", "maximum"])
@pytest.mark.parametrize("script", SCRIPTS)
def test_the_sizes_that_are_permitted_work(script, bound, run, tmp_path):
    """Without a warning that there was no room, too."""
    for path in draw(script, run, tmp_path / "figures", **bounds(script, bound)):
        if path.suffix in (".png", ".gif"):
            with Image.open(path) as image:
                assert max(image.size) <= 9_100  # With a title above


@pytest.mark.parametrize("script", ["plot_combined_map", "plot_u_matrix", "build_explorer"])
def test_nothing_is_drawn_from_damaged_input(script, run, tmp_path):
    path = run["u_matrix" if script == "plot_u_matrix" else "purity"]
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DamagedFileError, match=path.name):
        draw(script, run, tmp_path / "figures")
    assert not (tmp_path / "figures").exists()


def test_scripts_start_without_heavy_libraries():
    code = (
        "import importlib, sys\n"
        f"for name in {list(SCRIPTS)}:\n"
        "    importlib.import_module(f'workflow.scripts.figures.{name}')\n"
        "heavy = {'torch', 'numba', 'sklearn', 'matplotlib.pyplot'} & sys.modules.keys()\n"
        "sys.exit(f'{heavy} imported' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
