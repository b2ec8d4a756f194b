"""Stability: which pairs of samples are neighbours on every map, and how alike two maps are.

Maps of one experiment that differ in their seed can be compared without laying one on the other:
two samples are neighbours on a map or not (de Bodt, Cottrell & Verleysen 2002). Where the lattice
has symmetries, two maps can also be turned until they agree best.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import poisson_binom

from ..model.lattice import Lattice

# Probability of each tail of the test: 5 % on both sides.
TAIL = 0.025


class Alignment(NamedTuple):
    """The symmetry under which map b is nearest to map a, and how near, in grid steps.

    `mean_distance` is that between the two places of a sample. `random_distance` is what its
    expectation would be if b's samples were shuffled over their places, under the symmetry that is
    best then.
    """

    symmetry: int
    permutation: NDArray[np.int64]
    mean_distance: float
    random_distance: float


def neighbour_stability(
    bmus: NDArray[np.integer], lattice: Lattice, radius: float
) -> dict[str, Any]:
    """Count on how many maps each pair of samples are neighbours, and on how many by chance.

    Parameters
    ----------
    bmus : integer array of shape (n_maps, n_samples)
        Of the same samples on maps of one lattice.
    lattice : Lattice
    radius : float
        Two samples are neighbours if their BMUs are at most so many grid steps apart; 0: the same.

    Returns
    -------
    dict
        `radius`, `n_maps`, `n_samples`, `n_pairs`;
        `observed`: pairs that are neighbours on 0, 1 … n_maps maps, of (n_maps + 1,);
        `expected`: the same if the maps had nothing to do with each other;
        `neighbour_share`: of all pairs on a map, the mean over maps (p), and `map_shares` of each;
        `uniform_share`: de Bodt's v / N, units within the radius by all units, mean over units;
        `often_from`, `seldom_to`: counts that are significant, None where none can be;
        `often_share`, `seldom_share`: of the pairs, and `often_by_chance`, `seldom_by_chance`;
        `again`: the probability that neighbours on one map are neighbours on another; compare p.
        What is undefined (one map, one sample, no neighbours) is None.

    Notes
    -----
    The null shuffles the samples of each map over its places, its hits kept: a pair is then a
    neighbour on map b with exactly the share p_b of all pairs that are, independently of the other
    maps. The number of maps is Poisson-binomial, and binomial B(n_maps, p) if the p_b are equal.
    Counts are significant if the null reaches them with a probability of 2.5 % at most on their
    side. de Bodt et al. take p = v / N, which holds if all units have equal hits and no edges.

    Examples
    --------
    >>> twice = np.array([[0, 0, 2, 3], [0, 0, 2, 3]])
    >>> found = neighbour_stability(twice, Lattice("square", (1, 4)), 0)
    >>> found["observed"], found["again"], round(found["neighbour_share"], 3)
    ([5, 0, 1], 1.0, 0.167)
    """
    n_maps, n_samples = bmus.shape
    near = lattice.squared_distances() <= radius**2 + 1e-6
    observed = _count_maps(bmus, near)
    n_pairs = n_samples * (n_samples - 1) // 2
    shares = np.array([_neighbour_share(places, near) for places in bmus])
    null = poisson_binom(shares).pmf(np.arange(n_maps + 1))
    often, seldom = _significant(null)
    maps = np.arange(n_maps + 1)
    neighbours = int(maps @ observed) * (n_maps - 1)
    twice = int((maps * (maps - 1)) @ observed)
    return {
        "radius": float(radius),
        "n_maps": n_maps,
        "n_samples": n_samples,
        "n_pairs": n_pairs,
        "observed": observed.tolist(),
        "expected": (null * n_pairs).tolist(),
        "neighbour_share": float(shares.mean()) if n_pairs else None,
        "map_shares": shares.tolist() if n_pairs else None,
        "uniform_share": float(near.mean()),
        "often_from": int(maps[often][0]) if often.any() else None,
        "seldom_to": int(maps[seldom][-1]) if seldom.any() else None,
        "often_share": float(observed[often].sum() / n_pairs) if n_pairs else None,
        "seldom_share": float(observed[seldom].sum() / n_pairs) if n_pairs else None,
        "often_by_chance": float(null[often].sum()),
        "seldom_by_chance": float(null[seldom].sum()),
        "again": twice / neighbours if neighbours else None,
    }


def align(
    bmus_a: NDArray[np.integer],
    bmus_b: NDArray[np.integer],
    symmetries: NDArray[np.integer],
    squared_distances: NDArray[np.float64],
) -> Alignment:
    """Find the symmetry of the lattice that brings map b nearest to map a.

    Parameters
    ----------
    bmus_a, bmus_b : integer arrays of shape (n_samples,)
        Of the same samples.
    symmetries : integer array of shape (n_symmetries, n_units)
        Permutations: unit u of b comes to lie on `symmetries[s, u]`. The first of equals wins.
    squared_distances : array of shape (n_units, n_units)
        Of the lattice.

    Examples
    --------
    >>> line = Lattice("square", (1, 3))
    >>> both_ways = np.array([[0, 1, 2], [2, 1, 0]])
    >>> a, b = np.array([0, 0, 1, 2]), np.array([2, 2, 1, 0])
    >>> found = align(a, b, both_ways, line.squared_distances())
    >>> found.symmetry, found.mean_distance, found.random_distance
    (1, 0.0, 0.875)
    """
    distances = np.sqrt(squared_distances)
    n_units, n_samples = len(distances), len(bmus_a)
    hits_a, hits_b = (np.bincount(bmus, minlength=n_units) for bmus in (bmus_a, bmus_b))
    from_a = distances @ hits_a / n_samples
    means = [distances[bmus_a, symmetry[bmus_b]].mean() for symmetry in symmetries]
    shuffled = [from_a[symmetry] @ hits_b / n_samples for symmetry in symmetries]
    best = int(np.argmin(means))
    permutation = symmetries[best].astype(np.int64)
    return Alignment(best, permutation, float(means[best]), float(min(shuffled)))


def _count_maps(bmus: NDArray[np.integer], near: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Count the pairs of samples that are neighbours on 0, 1 … n_maps maps, (n_maps + 1,).

    One sample against all later ones at a time: memory grows with n_samples alone.
    """
    n_maps, n_samples = bmus.shape
    places, table = bmus.astype(np.intp), near.astype(np.int32)
    counts = np.zeros(n_maps + 1, np.int64)
    for sample in range(n_samples - 1):
        later = np.zeros(n_samples - sample - 1, np.int32)
        for units in places:
            later += table[units[sample]].take(units[sample + 1 :])
        counts += np.bincount(later, minlength=n_maps + 1)
    return counts


def _neighbour_share(bmus: NDArray[np.integer], near: NDArray[np.bool_]) -> float:
    """Return the share of all pairs of different samples that are neighbours on a map."""
    hits = np.bincount(bmus, minlength=len(near))
    ordered = int(hits @ (near @ hits)) - len(bmus)
    return ordered / max(len(bmus) * (len(bmus) - 1), 1)


def _significant(null: NDArray[np.float64]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which counts are significantly many, and which significantly few."""
    return np.cumsum(null[::-1])[::-1] <= TAIL, np.cumsum(null) <= TAIL
