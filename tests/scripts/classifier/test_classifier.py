"""The classifier's scripts, one after another on a tiny run: from images to figures."""

import dataclasses

import numpy as np
import pandas as pd

from tests.project import CONFIG
from workflow.scripts.classifier import (
    collect_classifier,
    measure_classifier,
    measure_learning_curve,
    plot_classifier_confusion,
    plot_classifier_learning_curve,
    plot_classifier_mistakes,
    plot_classifier_scores,
)
from workflow.scripts.statistics import measure_purity
from workflow.som.config.classifier_settings import settings_from
from workflow.som.config.feature_set_names import NEAREST_NEIGHBOUR
from workflow.som.files.tables import read_table

SETTINGS = dataclasses.replace(
    settings_from(CONFIG), components=6, hidden_units=8, members=1, draws=1, training_sizes=(60,)
)
SETS = ["map_rbf", "map_coordinates", NEAREST_NEIGHBOUR]


def test_from_images_to_figures(tiny_run, monkeypatch):
    run, folder = tiny_run, tiny_run.folder
    measured, curves = [], []
    data = folder / "train.parquet", folder / "test.parquet"
    checkpoint = run.paths("checkpoints", "safetensors")[-1]
    for name in SETS:
        scores, predictions, curve = (folder / f"{name}_{kind}.parquet" for kind in "spc")
        measure_classifier.main(
            *data, checkpoint, scores, predictions, features=name, settings=SETTINGS
        )
        measure_learning_curve.main(*data, checkpoint, curve, features=name, settings=SETTINGS)
        measured.append((scores, predictions))
        curves.append(curve)

    tables = {name: folder / f"{name}.parquet" for name in ("scores", "predictions", "curve")}
    collect_classifier.main(
        *zip(*measured, strict=True), curves, run.paths("activations")[-1], *tables.values()
    )
    rows = read_table(tables["scores"]).frame
    assert rows.groupby("features").size().to_dict() == {
        "map_rbf": 3, "map_coordinates": 3, NEAREST_NEIGHBOUR: 1,
    }  # fmt: skip
    predictions, metadata = read_table(tables["predictions"])
    best = rows.set_index(["features", "head"]).loc[(metadata["features"], metadata["head"])]
    assert best["validation_accuracy"] == rows["validation_accuracy"].max()
    assert int((predictions["label"] != predictions["prediction"]).sum()) == best["n_mistakes"]
    mapped = read_table(run.paths("activations")[-1]).frame
    columns = ["sample", "label", "bmu", "row", "column"]
    pd.testing.assert_frame_equal(predictions[columns], mapped[columns])
    assert set(read_table(tables["curve"]).frame["n_labels"]) == {60, 200}

    measure_purity.main(
        run.paths("activations"), run.paths("training_activations"),
        run.paths("purity"), run.paths("purity", "json"), permutations=20,
    )  # fmt: skip
    # The pictures in the figure are the test images that were classified wrongly.
    shown = {}
    monkeypatch.setattr(
        plot_classifier_mistakes,
        "draw_classifier_mistakes",
        lambda _, mistakes, images, *rest, **options: shown.update(
            mistakes=mistakes, images=images
        ),
    )
    plots = {
        plot_classifier_scores: {"table": tables["scores"]},
        plot_classifier_confusion: {"table": tables["predictions"]},
        plot_classifier_learning_curve: {"table": tables["curve"]},
        plot_classifier_mistakes: {
            "table": tables["predictions"],
            "images": data[1],
            "purity": run.paths("purity")[-1],
        },
    }
    for plot, inputs in plots.items():
        name = plot.__name__.rpartition(".")[2].removeprefix("plot_")
        outputs = {kind: folder / f"{name}.{kind}" for kind in ("png", "svg")}
        plot.main(**inputs, **outputs, style=CONFIG["figures"][name] | {"dpi": 50})
        assert all(path.stat().st_size > 500 for path in outputs.values())
    pixels = dict(zip(run.test_images.sample, run.test_images.pixels, strict=True))
    for sample, image in zip(shown["mistakes"]["sample"], shown["images"], strict=True):
        np.testing.assert_array_equal(image.ravel(), pixels[sample])
