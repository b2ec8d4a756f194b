"""Clusters of units: known ones are found, and what describes them is right."""

import numpy as np
import pytest
from sklearn.datasets import load_wine, make_blobs
from sklearn.metrics import adjusted_rand_score
from sklearn.preprocessing import StandardScaler

from workflow.som import SelfOrganizingMap
from workflow.som.figures.draw_clusters import clusters_finding
from workflow.som.statistics.clusters import cluster_units, describe_clusters


def clustered(X):
    som = SelfOrganizingMap(random_state=0).fit(X)
    hits = np.bincount(som.labels_, minlength=len(som.codebook_))
    return cluster_units(som.codebook_, hits), som.labels_, hits


@pytest.mark.parametrize(("n_clusters", "seed"), [(3, 0), (5, 1), (8, 2)])
def test_as_many_clusters_as_the_samples_have(n_clusters, seed):
    X, y = make_blobs(100 * n_clusters, 8, centers=n_clusters, random_state=seed)
    found, bmus, hits = clustered(StandardScaler().fit_transform(X))
    assert found.of_units.max() + 1 == n_clusters
    assert adjusted_rand_score(y, found.of_units[bmus]) > 0.99
    assert (found.of_units[hits == 0] == -1).all()
    sizes = np.bincount(found.of_units[bmus])
    assert (np.diff(sizes) <= 0).all()


def test_the_three_cultivars_of_the_wines_are_found_without_their_names():
    wine = load_wine()
    found, bmus, _ = clustered(StandardScaler().fit_transform(wine.data))
    assert found.of_units.max() + 1 == 3
    assert adjusted_rand_score(wine.target, found.of_units[bmus]) > 0.5  # by chance 0


@pytest.mark.parametrize("hits", [[0, 4, 0], [0, 0, 0], [1, 1, 0], [2, 2, 2]])
def test_few_or_equal_units_make_one_cluster(hits):
    found = cluster_units(np.ones((3, 2)), np.array(hits))
    np.testing.assert_array_equal(found.of_units, np.where(np.array(hits) > 0, 0, -1))
    assert found.silhouettes == {}


def test_a_cluster_is_described_by_the_features_in_which_it_differs():
    of_units, hits = np.array([0, 0, 1, -1]), np.array([3, 1, 4, 0])
    weights = np.array([[1.0, 5, 7], [2, 5, 7], [9, 5, 6.9], [99, 99, 99]])
    first, second = describe_clusters(of_units, weights, hits, ["a", "b", "c"])
    assert (first["units"], first["samples"], second["units"], second["samples"]) == (2, 4, 1, 4)
    assert [feature["name"] for feature in first["features"]] == ["c", "a"]
    assert first["features"][1]["mean"] == pytest.approx(1.25)
    assert first["features"][1]["deviations"] == -second["features"][1]["deviations"] < -0.9
    assert describe_clusters(of_units, weights, hits, None)[0]["features"] == []


def test_noise_is_said_to_have_no_clear_clusters():
    X = np.random.default_rng(0).normal(size=(500, 5))
    found, _, hits = clustered(X)
    summary = {
        "epoch": 9,
        "clusters": [{}] * (found.of_units.max() + 1),
        "silhouettes": {str(count): one for count, one in found.silhouettes.items()},
    }
    assert clusters_finding(summary).endswith("which is too small for clear clusters")
