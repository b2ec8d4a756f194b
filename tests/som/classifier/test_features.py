"""Responses against the formulas in loops; the projection against NumPy's eigenvectors."""

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from workflow.som.classifier import features
from workflow.som.classifier.features import (
    Prototypes,
    check_widths,
    fit_projection,
    nearest_scale,
    one_hot,
    projected_responses,
    rbf_responses,
    softmax_responses,
    squared_distances,
)
from workflow.som.files.errors import SomError

WIDTHS = (0.5, 1.0, 3.0)


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 256, (60, 16)).astype(np.uint8)


@pytest.fixture
def vectors():
    return np.random.default_rng(1).random((7, 16)).astype(np.float32)


@pytest.fixture
def brute(images, vectors):
    """Squared distances in float64, one pair at a time."""
    samples = images.astype(np.float64) / 255
    return np.array([[((x - w) ** 2).sum() for w in vectors.astype(float)] for x in samples])


def test_squared_distances_are_those_of_a_loop(images, vectors, brute):
    squares = squared_distances(images, vectors)
    assert squares.dtype == np.float32
    np.testing.assert_allclose(squares, brute, rtol=1e-5)


def test_a_sample_that_is_a_prototype_has_no_negative_distance(vectors):
    squares = squared_distances(vectors, vectors)
    assert (squares >= 0).all()
    np.testing.assert_allclose(np.diag(squares), 0, atol=1e-5)


def test_scale_is_the_mean_squared_distance_to_the_nearest(images, vectors, brute):
    assert nearest_scale(images, vectors) == pytest.approx(brute.min(axis=1).mean(), rel=1e-6)


def test_rbf_is_the_formula_width_by_width(brute):
    scale = brute.min(axis=1).mean()
    responses = rbf_responses(brute.astype(np.float32), WIDTHS, scale)
    expected = [np.exp(-brute / (2 * (width**2 * scale))) for width in WIDTHS]
    np.testing.assert_allclose(responses, np.concatenate(expected, axis=1), rtol=1e-4)
    assert responses.dtype == np.float32


def test_softmax_is_the_normalised_rbf_and_sums_to_one(brute):
    scale = brute.min(axis=1).mean()
    squares = brute.astype(np.float32)
    soft = softmax_responses(squares, WIDTHS, scale).reshape(len(brute), len(WIDTHS), -1)
    np.testing.assert_allclose(soft.sum(axis=2), 1, rtol=1e-5)
    rbf = rbf_responses(squares, WIDTHS, scale).reshape(soft.shape)
    np.testing.assert_allclose(soft, rbf / rbf.sum(axis=2, keepdims=True), rtol=1e-3, atol=1e-6)


def test_softmax_survives_distances_at_which_every_rbf_is_zero():
    squares = np.float32([[1e6, 1e6 + 1]])
    assert (rbf_responses(squares, (1.0,), 1.0) == 0).all()
    assert softmax_responses(squares, (1.0,), 1.0)[0, 0] == pytest.approx(1 / (1 + np.exp(-0.5)))


@pytest.mark.parametrize("kind", ["rbf", "softmax"])
@pytest.mark.parametrize("width", [0.2, 10.0])
@pytest.mark.parametrize("n_features", [2, 784])
def test_the_narrowest_and_the_widest_width_tell_samples_apart(kind, width, n_features):
    generator = np.random.default_rng(7)
    vectors = generator.random((12, n_features)).astype(np.float32)
    samples = vectors[generator.integers(0, 12, 300)]
    samples += 0.1 * generator.standard_normal(samples.shape).astype(np.float32)
    scale = nearest_scale(samples, vectors)
    check_widths(samples, (width,), scale)
    prototypes = Prototypes(
        vectors=vectors, scale=scale, widths=(width,), positions=np.zeros((12, 2))
    )
    (found,) = projected_responses(prototypes.respond(kind), samples, (), 4, seed=0)
    # As promised; where rounding, or a vanishing response, took part it is not.
    assert found.std(axis=0, ddof=1).mean() == pytest.approx(1, rel=0.02)


@pytest.mark.parametrize("distance", [0.0, 1e-25, 1e-4])
@pytest.mark.parametrize("widths", [(0.2, 10.0), (2.0, 1.0)])
def test_widths_on_a_map_whose_units_lie_on_the_samples_are_refused(distance, widths, images):
    vectors = images / np.float32(255) + np.float32(distance)
    scale = nearest_scale(images, vectors)
    with pytest.raises(SomError, match="classifier.widths has .* a map with fewer units") as caught:
        check_widths(images, widths, scale)
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)
    check_widths(images, widths, nearest_scale(images, vectors[:30]))


def test_responses_so_small_that_their_squares_vanish_are_alike():
    responses = np.random.default_rng(8).random((50, 3)).astype(np.float32) * np.float32(1e-30)
    projection = fit_projection(responses, 2, seed=0)
    assert (projection.project(responses) == 0).all()


def test_one_hot_rows_have_a_single_one_at_the_bmu():
    rows = one_hot(np.array([2, 0, 2], np.int32), 4).toarray()
    np.testing.assert_array_equal(rows, np.eye(4, dtype=np.float32)[[2, 0, 2]])


def test_coordinates_and_distances_are_the_bmus(images, vectors, brute):
    positions = np.random.default_rng(2).random((7, 3))
    prototypes = Prototypes(vectors=vectors, scale=1.0, widths=WIDTHS, positions=positions)
    np.testing.assert_allclose(prototypes.respond("distances")(images), np.sqrt(brute), rtol=1e-5)
    coordinates = prototypes.respond("coordinates")(images)
    np.testing.assert_array_equal(coordinates, positions[brute.argmin(axis=1)].astype(np.float32))


@pytest.mark.parametrize("kind", ["coordinates", "distances", "softmax", "rbf"])
def test_projected_responses_do_not_depend_on_the_chunks(kind, images, vectors, monkeypatch):
    prototypes = Prototypes(
        vectors=vectors, scale=1.0, widths=WIDTHS, positions=np.random.default_rng(2).random((7, 2))
    )
    results = []
    for chunk in (1, 7, 1000):
        monkeypatch.setattr(features, "CHUNK", chunk)
        results.append(
            projected_responses(prototypes.respond(kind), images, (images[:9],), 2, seed=0)
        )
    for training, test in results:
        assert training.dtype == np.float32
        np.testing.assert_allclose(training, results[0][0], rtol=1e-3, atol=1e-3)
        np.testing.assert_allclose(test, training[:9], rtol=1e-5, atol=1e-5)


def test_projection_is_half_way_to_whitening():
    generator = np.random.default_rng(3)
    responses = (generator.standard_normal((4000, 5)) * [8, 4, 2, 1, 0.5]).astype(np.float32)
    projection = fit_projection(responses, 3, seed=0)
    variances, vectors = np.linalg.eigh(np.cov(responses.T.astype(float)))
    # The directions are the leading eigenvectors, up to their sign.
    directions = projection.axes / np.linalg.norm(projection.axes, axis=0)
    np.testing.assert_allclose(np.abs(directions.T @ vectors[:, :-4:-1]), np.eye(3), atol=1e-3)
    spread = projection.project(responses).std(axis=0, ddof=1)
    expected = variances[:-4:-1] ** 0.25
    np.testing.assert_allclose(spread, expected / expected.mean(), rtol=1e-3)


def test_components_that_are_rounding_are_left_out():
    generator = np.random.default_rng(4)
    responses = generator.standard_normal((200, 1)).astype(np.float32) @ np.ones((1, 6), np.float32)
    assert fit_projection(responses, 4, seed=0).axes.shape == (6, 1)


def test_axes_come_from_the_training_samples_alone(images, vectors):
    respond = Prototypes(
        vectors=vectors, scale=1.0, widths=WIDTHS, positions=np.zeros((7, 2))
    ).respond("rbf")
    first = projected_responses(respond, images[:40], (images[40:],), 3, seed=0)
    second = projected_responses(respond, images[:40], (images[40:45],), 3, seed=0)
    np.testing.assert_array_equal(first[0], second[0])
    np.testing.assert_array_equal(first[1][:5], second[1])


def test_no_bit_depends_on_the_number_of_threads():
    generator = np.random.default_rng(6)
    images = generator.integers(0, 256, (700, 784)).astype(np.uint8)
    vectors = generator.random((300, 784)).astype(np.float32)
    respond = Prototypes(
        vectors=vectors, scale=60.0, widths=WIDTHS, positions=np.zeros((300, 2))
    ).respond("rbf")
    results = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            results.append(projected_responses(respond, images, (images[:50],), 40, seed=0))
    np.testing.assert_array_equal(results[0][0], results[1][0])
    np.testing.assert_array_equal(results[0][1], results[1][1])
