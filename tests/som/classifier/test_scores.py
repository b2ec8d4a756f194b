"""All sets of features on small images: tables that say what they should, and the best model."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

from tests.project import CONFIG
from workflow.som.classifier import scores
from workflow.som.classifier.feature_sets import make_features
from workflow.som.classifier.scores import (
    best_of_map,
    best_predictions,
    measure_features,
    measure_learning_curve,
)
from workflow.som.config.classifier_settings import settings_from
from workflow.som.config.feature_set_names import FEATURE_SETS, NEAREST_NEIGHBOUR
from workflow.som.engine.search.find import find_bmus
from workflow.som.files.errors import SomError
from workflow.som.model.lattice import Lattice
from workflow.som.statistics.intervals import wilson_interval

SETTINGS = dataclasses.replace(
    settings_from(CONFIG), components=8, hidden_units=16, members=2, draws=2, training_sizes=(50,)
)
LATTICE = Lattice("square", (3, 4))


@pytest.fixture
def data(tmp_path, make_images):
    return make_images(tmp_path / "a.parquet", 200), make_images(tmp_path / "b.parquet", 80, seed=1)


@pytest.fixture
def codebook():
    return np.random.default_rng(5).random((12, 16)).astype(np.float32)


@pytest.mark.parametrize("name", FEATURE_SETS)
def test_features_are_made_without_labels_and_repeat(name, data, codebook):
    training, test = data
    pair, again = (
        make_features(name, training.pixels, test.pixels, codebook, LATTICE, SETTINGS)
        for _ in range(2)
    )
    assert pair.training.shape[0] == 200 and pair.test.shape[0] == 80
    if name == "map_one_hot":
        bmus = find_bmus(test.pixels, codebook)
        np.testing.assert_array_equal(pair.test.toarray().argmax(axis=1), bmus)
        assert pair.test.sum() == 80
    else:
        assert pair.training.shape[1] == (2 if name == "map_coordinates" else 8)
        np.testing.assert_array_equal(pair.test, again.test)
        # Components are centred on the training set, which fitted the axes.
        np.testing.assert_allclose(pair.training.mean(axis=0), 0, atol=1e-3)


@pytest.mark.parametrize("name", FEATURE_SETS)
def test_a_map_with_a_unit_per_sample_gives_features_or_one_sentence(name, data):
    training, test = data
    codebook = training.pixels / np.float32(255)
    arguments = training.pixels, test.pixels, codebook, Lattice("square", (20, 10)), SETTINGS
    if FEATURE_SETS[name][1] in ("rbf", "softmax"):
        with pytest.raises(SomError, match="set classifier.experiment to a map with fewer units"):
            make_features(name, *arguments)
    else:
        pair = make_features(name, *arguments)
        dense = [part.toarray() if name == "map_one_hot" else part for part in pair]
        assert all(np.isfinite(part).all() and part.any() for part in dense)


@pytest.mark.parametrize("name", ["map_rbf", "map_one_hot", NEAREST_NEIGHBOUR])
def test_scores_are_those_of_the_predictions(name, data, codebook):
    rows, predictions = measure_features(name, *data, codebook, LATTICE, SETTINGS)
    heads = [name] if name == NEAREST_NEIGHBOUR else ["logistic", "ridge", "mlp"]
    assert rows["head"].tolist() == heads
    for row in rows.itertuples():
        found = predictions[predictions["head"] == row.head]
        np.testing.assert_array_equal(found["sample"], data[1].sample)
        n_correct = int((found["prediction"] == data[1].labels).sum())
        assert row.test_accuracy == n_correct / 80
        assert row.n_mistakes == 80 - n_correct and row.n_samples == 80
        assert (row.low, row.high) == wilson_interval(n_correct, 80)
        assert isinstance(json.loads(row.parameters), dict)
    assert predictions["prediction"].dtype == np.uint8


def test_permuted_test_labels_change_no_choice_and_no_prediction(data, codebook):
    training, test = data
    permuted = test._replace(labels=np.random.default_rng(0).permutation(test.labels))
    arguments = codebook, LATTICE, SETTINGS
    rows, predictions = measure_features("map_rbf", training, test, *arguments)
    other_rows, other_predictions = measure_features("map_rbf", training, permuted, *arguments)
    for column in ("parameters", "validation_accuracy"):
        assert rows[column].tolist() == other_rows[column].tolist()
    for column in ("prediction", "confidence"):
        np.testing.assert_array_equal(predictions[column], other_predictions[column])
    assert other_rows["test_accuracy"].max() < rows["test_accuracy"].max() - 0.3


@pytest.mark.parametrize("name", ["pixels", NEAREST_NEIGHBOUR])
def test_learning_curve_grows_and_ends_with_all_labels(name, data, codebook):
    frame = measure_learning_curve(name, *data, codebook, LATTICE, SETTINGS)
    assert frame["n_labels"].tolist() == [50, 50, 200]
    assert frame["draw"].tolist() == [0, 1, 0]
    assert (frame["features"] == name).all()
    assert frame["test_accuracy"].min() > 0.5


@pytest.mark.parametrize("name", ["pixels", "map_one_hot"])
def test_the_passes_told_to_the_progress_bar_are_those_done(name, data, codebook, monkeypatch):
    bars = []

    class Bar(scores.Progress):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            bars.append(self)

    monkeypatch.setattr(scores, "Progress", Bar)
    measure_features(name, *data, codebook, LATTICE, SETTINGS)
    (mlp,) = [bar for bar in bars if "mlp" in bar.desc]
    assert mlp.n == mlp.total


def test_the_best_map_model_is_best_in_validation_not_in_the_test():
    frame = pd.DataFrame(
        {
            "features": ["map_rbf", "map_softmax", "pixels", "nearest_neighbour"],
            "head": ["mlp", "ridge", "mlp", "nearest_neighbour"],
            "validation_accuracy": [0.9, 0.8, 0.99, np.nan],
            "test_accuracy": [0.7, 0.95, 0.99, 0.9],
        }
    )
    assert best_of_map(frame)["features"] == "map_rbf"


def test_the_best_predictions_get_the_place_of_their_bmu():
    predictions = pd.DataFrame(
        {"features": ["a", "a", "b"], "head": "mlp", "sample": [4, 2, 4], "prediction": [7, 8, 9]}
    )
    activations = pd.DataFrame({"sample": [2, 4], "bmu": [5, 6], "row": [1, 1], "column": [1, 2]})
    frame = best_predictions(predictions, activations, pd.Series({"features": "a", "head": "mlp"}))
    assert frame.to_dict("records") == [
        {"sample": 4, "prediction": 7, "bmu": 6, "row": 1, "column": 2},
        {"sample": 2, "prediction": 8, "bmu": 5, "row": 1, "column": 1},
    ]
