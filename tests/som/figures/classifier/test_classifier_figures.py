"""The classifier's figures say what their tables say."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from workflow.som.classifier.curve_points import curve_points
from workflow.som.classifier.mistakes import count_confusions, worst_mistakes
from workflow.som.figures.classifier.draw_classifier_confusion import draw_classifier_confusion
from workflow.som.figures.classifier.draw_classifier_learning_curve import (
    draw_classifier_learning_curve,
    learning_curve_finding,
)
from workflow.som.figures.classifier.draw_classifier_mistakes import (
    draw_classifier_mistakes,
    place_around,
)
from workflow.som.figures.classifier.draw_classifier_scores import (
    FEATURE_NAMES,
    draw_classifier_scores,
)
from workflow.som.figures.drawing.style import house_style, new_figure, save_figure
from workflow.som.model.lattice import Lattice


@pytest.fixture
def scores():
    rows = []
    for number, name in enumerate(FEATURE_NAMES):
        heads = ["logistic", "ridge", "mlp"]
        for head in [name] if name == "nearest_neighbour" else heads:
            accuracy = 0.4 + 0.07 * number + 0.01 * len(head)
            row = {"features": name, "head": head, "test_accuracy": accuracy, "n_samples": 1000}
            rows.append(row | {"low": accuracy - 0.02, "high": min(accuracy + 0.02, 1.0)})
    return pd.DataFrame(rows)


@pytest.fixture
def predictions():
    return pd.DataFrame(
        {
            "sample": range(6),
            "label": np.uint8([3, 3, 3, 5, 9, 0]),
            "prediction": np.uint8([3, 5, 5, 5, 4, 0]),
            "confidence": np.float32([0.9, 0.6, 0.8, 0.7, 0.8, 1.0]),
            "bmu": [0, 5, 5, 7, 11, 2],
        }
    )


def drawn(tmp_path, size, draw):
    """The figure, which has been saved in both formats, with no text too small to read."""
    with house_style():
        figure = new_figure(*size, 60)
        draw(figure)
        save_figure(figure, paths := [tmp_path / "a.png", tmp_path / "a.svg"])
    assert all(path.stat().st_size > 1000 for path in paths)
    assert min(text.get_fontsize() for ax in figure.axes for text in ax.texts) >= 7
    return figure


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_scores(tmp_path, scores):
    figure = drawn(
        tmp_path, (7.2, 3.8), lambda figure: draw_classifier_scores(figure, scores, dataset="mnist")
    )
    (ax,) = figure.axes
    assert [label.get_text() for label in ax.get_yticklabels()] == list(FEATURE_NAMES.values())
    # Dots stand at their error: heads with nine sets less 1-NN, and 1-NN alone.
    points = [container.lines[0].get_xdata() for container in ax.containers]
    assert sorted(len(values) for values in points) == [1, 8, 8, 8]
    expected = 1 - scores.loc[scores["head"] == "logistic", "test_accuracy"]
    np.testing.assert_allclose(points[0], expected)
    assert "literature 96.93 %" in texts(ax)
    assert ax.xaxis.get_inverted()


def test_scores_without_a_mistake_can_be_drawn(tmp_path, scores):
    scores = scores.assign(test_accuracy=1.0, high=1.0, low=0.99)
    drawn(
        tmp_path, (7.2, 3.8), lambda figure: draw_classifier_scores(figure, scores, dataset="mnist")
    )


def test_confusion(tmp_path, predictions):
    found = count_confusions(predictions)
    figure = drawn(
        tmp_path,
        (4.4, 4),
        lambda figure: draw_classifier_confusion(figure, found, model="ridge on pixels"),
    )
    (ax,) = figure.axes
    assert figure.get_suptitle() == (
        "ridge on pixels: 3 of 6 test images\nwrong, most often 3 taken for 5 (2)"
    )
    assert [text for text in texts(ax) if text == "2"] == ["2"]
    assert "33.3 %" in texts(ax), "one of three 3s is right"


def test_a_matrix_without_mistakes_can_be_drawn(tmp_path, predictions):
    right = count_confusions(predictions.assign(prediction=predictions["label"]))
    drawn(tmp_path, (4.4, 4), lambda f: draw_classifier_confusion(f, right, model="ridge"))


@pytest.mark.parametrize("n_pictures", [1, 7, 30, 200])
@pytest.mark.parametrize("shape", [(10.0, 10.0), (40.0, 5.0), (3.0, 60.0)])
def test_pictures_stand_around_the_map_and_do_not_overlap(n_pictures, shape):
    generator, high = np.random.default_rng(n_pictures), np.array(shape)
    units = generator.random((n_pictures, 2)) ** 3 * high
    centres, side = place_around(units, np.zeros(2), high)
    box = side * np.array([1, 1.42])
    apart = np.abs(centres[:, None] - centres) / box
    apart[np.arange(n_pictures), np.arange(n_pictures)] = 9
    assert apart.max(axis=2).min() >= 1
    # Outside of the map, so that no picture hides a unit.
    assert ((centres <= -box / 2) | (centres >= high + box / 2)).any(axis=1).all()


def test_a_picture_is_on_its_units_side_of_the_map():
    units = np.array([[0.5, 5], [9.5, 5], [5, 0.5], [5, 9.5]])
    centres, _ = place_around(units, np.zeros(2), np.full(2, 10.0))
    assert centres[0, 0] < 0 and centres[1, 0] > 10 and centres[2, 1] < 0 and centres[3, 1] > 10


@pytest.mark.parametrize("shape", [(3, 4), (1, 12)])
@pytest.mark.parametrize("n_mistakes", [0, 3])
def test_mistakes(tmp_path, predictions, palette, shape, n_mistakes):
    mistakes = worst_mistakes(predictions, n_mistakes)
    majority = np.where(np.arange(12) == 4, np.nan, np.arange(12) % 10)

    def draw(figure):
        draw_classifier_mistakes(
            figure,
            mistakes,
            np.zeros((n_mistakes, 4, 4), np.uint8),
            Lattice("square", shape),
            majority,
            model="MLPs on the map's RBF",
            palette=palette,
            dead_colour="#d9d9d9",
        )

    with house_style():
        figure = new_figure(5, 5, 60)
        draw(figure)
        save_figure(figure, [tmp_path / "a.png", tmp_path / "a.svg"])
    (ax,) = figure.axes
    assert texts(ax) == ["3 → 5", "9 → 4", "3 → 5"][:n_mistakes]
    assert len(ax.images) == n_mistakes
    assert bool(figure.legends) == (min(shape) > 1)


def test_learning_curve_goes_through_the_means_of_the_draws():
    curve = pd.DataFrame(
        {
            "features": ["pixels"] * 3,
            "n_labels": [100, 100, 4000],
            "draw": [0, 1, 0],
            "test_accuracy": [0.7, 0.8, 0.95],
            "low": [0.6, 0.7, 0.94],
            "high": [0.8, 0.9, 0.96],
        }
    )
    figure = Figure()
    draw_classifier_learning_curve(figure, curve_points(curve), dataset="mnist")
    (ax,) = figure.axes
    np.testing.assert_allclose(ax.containers[0].lines[0].get_ydata(), [0.25, 0.05])
    assert [label.get_text() for label in ax.get_xticklabels()] == ["100", "4,000"]
    assert ax.yaxis.get_inverted()


def test_learning_curve_says_both_ends():
    points = pd.DataFrame(
        {"features": ["pixels"] * 2, "n_labels": [100, 4000], "mean": [0.75, 0.95]}
    )
    assert learning_curve_finding(points) == ("With 100 and 4,000 labels: pixels 75.0 and 95.0 %")
