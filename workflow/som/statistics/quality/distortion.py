"""The distortion, which the rule with a fixed neighbourhood reduces on average."""

import numpy as np
from numpy.typing import NDArray

from ...engine.batch import sums_by_unit
from ...model.kernels import neighbourhood
from ...model.lattice import Lattice
from ...model.samples import Samples, as_features, full_value
from .distances import squared_distances

# Samples, or units, that are compared at once.
CHUNK_SIZE = 1024


def distortion(
    samples: Samples,
    codebook: NDArray[np.floating],
    bmus: NDArray[np.integer],
    lattice: Lattice,
    radius: float,
) -> float | None:
    """Return the mean over samples of Σ_j h(c, j) ‖x − m_j‖² (Lampinen & Oja 1992).

    c is the sample's BMU and h = exp(−d² / 2R²). Divided into what the samples of a unit scatter
    about their mean and how far that mean is from every unit, of which nothing cancels:
    Σ_{x in c} ‖x − m_j‖² = Σ_{x in c} ‖x − x̄_c‖² + n_c ‖x̄_c − m_j‖².

    Parameters
    ----------
    samples : array of shape (n_samples, n_features)
        Bytes (used as x / 255) or float32.
    codebook : array of shape (n_units, n_features)
    bmus : integer array of shape (n_samples,)
    lattice : Lattice
    radius : float
        R in grid steps.

    Returns
    -------
    float, or None for no samples

    Examples
    --------
    >>> samples, codebook = np.array([[0.5]], np.float32), np.array([[0.0], [2.0]])
    >>> found = distortion(samples, codebook, np.array([0]), Lattice("square", (1, 2)), 1.0)
    >>> bool(np.isclose(found, 0.25 + np.exp(-0.5) * 2.25))
    True
    """
    if len(samples) == 0:
        return None
    sums = sums_by_unit(samples, bmus, lattice.n_units) / full_value(samples)
    hits = np.bincount(bmus, minlength=lattice.n_units)
    means = sums / np.maximum(hits, 1)[:, None]
    weights = neighbourhood(lattice, radius)
    total = float(weights.sum(axis=1) @ _scatter(samples, bmus, means))
    centre = codebook.mean(axis=0, dtype=np.float64)
    units = codebook - centre
    alive = np.flatnonzero(hits)
    for start in range(0, len(alive), CHUNK_SIZE):
        chunk = alive[start : start + CHUNK_SIZE]
        squares = squared_distances(means[chunk] - centre, units)
        total += float(hits[chunk] @ np.einsum("cj,cj->c", weights[chunk], squares))
    return total / len(samples)


def _scatter(
    samples: Samples, bmus: NDArray[np.integer], means: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return Σ ‖x − x̄_c‖² over the samples of each unit, of shape (n_units,)."""
    scatter = np.zeros(len(means))
    for start in range(0, len(samples), CHUNK_SIZE):
        part = slice(start, start + CHUNK_SIZE)
        squares = np.square(as_features(samples[part], np.float64) - means[bmus[part]])
        scatter += np.bincount(bmus[part], squares.sum(axis=1), minlength=len(means))
    return scatter
