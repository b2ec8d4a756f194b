"""Clusters of units, for samples without classes (Vesanto & Alhoniemi 2000).

The units that win samples are joined by Ward's method on their vectors. The number of clusters is
the one of largest mean silhouette (Rousseeuw 1987), up to the root of the number of units, as
Vesanto and Alhoniemi bound it. (Their Davies-Bouldin index falls with ever smaller clusters of a
map, whose neighbouring units are alike: on the wines it has its least value at the bound.)
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.metrics import silhouette_score

MOST_CLUSTERS = 12
# A feature tells a cluster apart if its mean lies so many standard deviations from that of all.
TELLING = 0.5
MOST_FEATURES = 3
NO_CLUSTER = -1


class Clusters(NamedTuple):
    """Clusters of the units of a map.

    Attributes
    ----------
    of_units : int64 array of shape (n_units,)
        The cluster of each unit, the one of most samples first; −1 for dead units.
    silhouettes : dict
        The mean silhouette, −1 to 1, of each number of clusters that was tried.
    """

    of_units: NDArray[np.int64]
    silhouettes: dict[int, float]


def cluster_units(codebook: NDArray[np.floating], hits: NDArray[np.integer]) -> Clusters:
    """Join the units that win samples into clusters.

    Parameters
    ----------
    codebook : array of shape (n_units, n_features)
    hits : integer array of shape (n_units,)
        Samples that each unit wins; they order the clusters, and leave dead units out.

    Examples
    --------
    >>> codebook = np.array([[0.0], [0.1], [5.0], [5.2], [9.9]])
    >>> cluster_units(codebook, np.array([1, 1, 3, 3, 0])).of_units
    array([ 1,  1,  0,  0, -1])
    """
    alive = np.flatnonzero(hits > 0)
    of_units = np.full(len(codebook), NO_CLUSTER)
    vectors = codebook[alive].astype(np.float64)
    n_distinct = len(np.unique(vectors, axis=0))
    bound = max(2, int(np.sqrt(len(alive))))
    most = min(MOST_CLUSTERS, bound, n_distinct, len(alive) - 1)
    if most < 2:
        of_units[alive] = 0
        return Clusters(of_units, {})
    tree = linkage(vectors, "ward")
    cuts = {count: fcluster(tree, count, "maxclust") - 1 for count in range(2, most + 1)}
    # Of equal heights the tree cannot be cut into every number.
    cuts = {count: cut for count, cut in cuts.items() if cut.max() + 1 == count}
    silhouettes = {count: float(silhouette_score(vectors, cut)) for count, cut in cuts.items()}
    if not silhouettes:
        of_units[alive] = 0
        return Clusters(of_units, {})
    found = cuts[max(silhouettes, key=lambda count: silhouettes[count])]
    sizes = np.bincount(found, hits[alive])
    rank = np.empty(len(sizes), np.int64)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    of_units[alive] = rank[found]
    return Clusters(of_units, silhouettes)


def describe_clusters(
    of_units: NDArray[np.integer],
    weights: NDArray[np.floating],
    hits: NDArray[np.integer],
    names: Sequence[str] | None,
) -> list[dict[str, Any]]:
    """Return, for each cluster, its size and the features in which it differs from all samples.

    Parameters
    ----------
    of_units : integer array of shape (n_units,)
    weights : array of shape (n_units, n_features)
        The codebook in the data's own units.
    hits : integer array of shape (n_units,)
    names : sequence of text, or None
        Of the features; without them, as for pixels, none are named.

    Returns
    -------
    list of dict
        `cluster`, `units`, `samples`, and `features`: up to three of `name`, `mean` and
        `deviations` (standard deviations above or below the mean of all), the largest first.
    """
    total = np.average(weights, axis=0, weights=hits)
    spread = np.sqrt(np.average(np.square(weights - total), axis=0, weights=hits))
    described = []
    for cluster in range(int(of_units.max()) + 1):
        inside = of_units == cluster
        mean = np.average(weights[inside], axis=0, weights=hits[inside])
        deviations = np.divide(mean - total, spread, out=np.zeros_like(mean), where=spread > 0)
        widest = np.argsort(-np.abs(deviations), kind="stable")[:MOST_FEATURES]
        telling = [one for one in widest if names and abs(deviations[one]) >= TELLING]
        described.append(
            {
                "cluster": cluster + 1,
                "units": int(inside.sum()),
                "samples": int(hits[inside].sum()),
                "features": [
                    {
                        "name": names[one] if names else "",
                        "mean": float(mean[one]),
                        "deviations": float(deviations[one]),
                    }
                    for one in telling
                ],
            }
        )
    return described
