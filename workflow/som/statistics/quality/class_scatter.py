"""Class scatter: whether each digit is "a tight cluster, with some exceptions" on the map."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ...model.lattice import Lattice

NO_CLASS = -1


class Scatter(NamedTuple):
    """How the units of each class lie on the map, each of shape (n_classes,).

    `n_units` have the class as their majority and form `n_components` connected patches, of which
    the largest has `unit_share` of these units and holds `sample_share` of all samples of the
    class, wherever they are. Shares are NaN where there is nothing to share.
    """

    n_units: NDArray[np.int64]
    n_components: NDArray[np.int64]
    unit_share: NDArray[np.float64]
    sample_share: NDArray[np.float64]


def class_scatter_index(majority_classes: NDArray[np.integer], lattice: Lattice) -> float | None:
    """Return the mean number of connected patches that a class forms (Elend & Kramer 2019).

    A class's units are those that have it as their majority; adjacent ones are connected. 1 means
    that every class is one patch. A class without a unit does not count; without any class the
    index is undefined (None).

    Parameters
    ----------
    majority_classes : integer array of shape (n_units,)
        `NO_CLASS` on dead units, which belong to no class.
    lattice : Lattice

    Examples
    --------
    >>> class_scatter_index(np.array([3, 3, 5, 3, -1, 5]), Lattice("square", (1, 6)))
    2.0
    """
    patches = _patches(majority_classes, lattice)
    alive = majority_classes != NO_CLASS
    n_classes = len(np.unique(majority_classes[alive]))
    return len(np.unique(patches[alive])) / n_classes if n_classes else None


def class_scatter(counts: NDArray[np.int64], lattice: Lattice) -> Scatter:
    """Return how the units of each class lie on the map.

    Parameters
    ----------
    counts : int64 array of shape (n_units, n_classes)
        Hits of each class. The majority is the commonest class, the smallest of equals. Of equally
        large patches the one with more samples of the class is the largest.
    lattice : Lattice

    Examples
    --------
    >>> counts = np.array([[4, 0], [2, 1], [0, 5], [3, 0]])
    >>> scatter = class_scatter(counts, Lattice("square", (1, 4)))
    >>> scatter.n_components, scatter.unit_share.round(2), scatter.sample_share.round(2)
    (array([2, 1]), array([0.67, 1.  ]), array([0.67, 0.83]))
    """
    majority = majority_classes(counts)
    patches = _patches(majority, lattice)
    n_classes = counts.shape[1]
    n_units, n_components = np.zeros((2, n_classes), np.int64)
    unit_share, sample_share = np.full((2, n_classes), np.nan)
    for label in range(n_classes):
        own = np.flatnonzero(majority == label)
        n_units[label] = len(own)
        if len(own):
            _, places = np.unique(patches[own], return_inverse=True)
            sizes, samples = np.bincount(places), np.bincount(places, counts[own, label])
            largest = np.lexsort((samples, sizes))[-1]
            n_components[label] = len(sizes)
            unit_share[label] = sizes[largest] / len(own)
            sample_share[label] = samples[largest] / counts[:, label].sum()
        elif counts[:, label].any():
            sample_share[label] = 0.0  # Its samples lie on units of other classes.
    return Scatter(n_units, n_components, unit_share, sample_share)


def majority_classes(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the commonest class of each unit, of shape (n_units,); `NO_CLASS` on dead units."""
    return np.where(counts.any(axis=1), counts.argmax(axis=1), NO_CLASS)


def _patches(classes: NDArray[np.integer], lattice: Lattice) -> NDArray[np.int32]:
    """Return the number of the connected patch that each unit is in, of shape (n_units,)."""
    first, second = lattice.adjacent_pairs().T
    same = classes[first] == classes[second]
    shape = (lattice.n_units, lattice.n_units)
    graph = coo_array((np.ones(same.sum()), (first[same], second[same])), shape=shape)
    return connected_components(graph, directed=False)[1]
