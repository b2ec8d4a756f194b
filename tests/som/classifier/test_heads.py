"""The heads learn what can be learnt; a committee is the mean of its members."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.linear_model import LogisticRegression

from workflow.som.classifier import heads
from workflow.som.classifier.heads import HEADS, NoisyMlp, batches_and_passes, class_probabilities

SMALL = {"hidden_units": 16, "members": 2, "seed": 0}


@pytest.fixture
def blobs():
    """Four classes in three dimensions; the third label is missing."""
    generator = np.random.default_rng(0)
    labels = generator.choice([0, 1, 3, 7], 400).astype(np.uint8)
    centres = generator.standard_normal((10, 3)) * 4
    return (centres[labels] + generator.standard_normal((400, 3))).astype(np.float32), labels


@pytest.mark.parametrize("name", HEADS)
def test_each_head_learns_blobs_with_every_parameter(name, blobs):
    features, labels = blobs
    for parameters in HEADS[name].grid:
        model = HEADS[name].build(parameters, **SMALL).fit(features[:300], labels[:300])
        probabilities = class_probabilities(model, features[300:])
        np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
        assert model.classes_.tolist() == [0, 1, 3, 7]
        found = model.classes_[probabilities.argmax(axis=1)]
        assert (found == labels[300:]).mean() > 0.85


@pytest.mark.parametrize("name", HEADS)
def test_sparse_features_are_learnt_as_dense_ones(name):
    labels = np.repeat([2, 5], 40)
    dense = np.eye(2, dtype=np.float32)[np.repeat([0, 1], 40)]
    model = HEADS[name].build(HEADS[name].grid[0], **SMALL).fit(csr_array(dense), labels)
    probabilities = class_probabilities(model, csr_array(dense))
    assert (model.classes_[probabilities.argmax(axis=1)] == labels).all()


def test_a_committee_averages_probabilities_of_members_that_differ(blobs):
    features, labels = blobs
    committee = NoisyMlp(0.5, **SMALL).fit(features, labels)
    parts = [member.predict_proba(features) for member in committee.models]
    assert not np.allclose(parts[0], parts[1])
    np.testing.assert_allclose(committee.predict_proba(features), np.mean(parts, axis=0))
    # A member does not depend on how many there are.
    alone = NoisyMlp(0.5, **{**SMALL, "members": 1}).fit(features, labels)
    np.testing.assert_array_equal(alone.predict_proba(features), parts[0])


def test_the_noise_comes_from_the_seed_and_changes_the_model(blobs):
    features, labels = blobs
    models = [
        NoisyMlp(noise, hidden_units=8, members=1, seed=seed).fit(features, labels)
        for noise, seed in [(0.5, 1), (0.5, 1), (0.5, 2), (0.0, 1)]
    ]
    same, again, other, noiseless = (model.predict_proba(features) for model in models)
    np.testing.assert_array_equal(same, again)
    assert not np.allclose(same, other)
    assert not np.allclose(same, noiseless)


def test_weights_are_the_means_of_the_second_half_of_the_passes():
    weights = [np.array([value]) for value in (4.0, 8.0, 1.0, 3.0, 5.0)]
    means = []
    for number, weight in enumerate(weights):
        means = heads._updated(means, [weight], number - 2)
    assert means[0].tolist() == [3.0]


@pytest.mark.parametrize("n_samples", [5, 10, 99, 100, 1000, 2000, 60_000])
def test_few_samples_get_small_batches_and_enough_steps(n_samples):
    batch_size, passes = batches_and_passes(n_samples)
    assert 1 <= batch_size <= min(n_samples, heads.BATCH_SIZE)
    assert passes >= heads.EPOCHS
    assert passes * n_samples / batch_size >= heads.LEAST_STEPS


def test_logistic_head_predicts_as_the_converged_optimum(blobs):
    features, labels = blobs
    head = HEADS["logistic"].build({"C": 1.0}).fit(features, labels)
    optimum = LogisticRegression(C=1.0, max_iter=5000, tol=1e-8).fit(features, labels)
    assert (head.predict(features) == optimum.predict(features)).mean() > 0.98
