"""The codebook before training."""

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from ..files.errors import SomError
from .lattice import Lattice
from .samples import AnySamples, Samples, as_features, full_value, parts_of, take

INITIALISATIONS = ("random", "sample", "pca")
# Up to so many features their inner products are always a small matrix.
MOST_FEATURES = 1024
AT_A_TIME = 4096  # samples whose products are added up together


def starting_codebook(
    initialisation: str,
    seed: int,
    samples: AnySamples,
    lattice: Lattice,
    weights: NDArray[np.float64] | None = None,
) -> NDArray[np.float32]:
    """Return the codebook that a run starts from, of shape (n_units, n_features).

    `random`: every weight uniform in [0, 1). `sample`: training samples, each used once while there
    are enough. `pca`: the plane of the principal components (see `pca_codebook`); no seed. Of
    samples with `weights` (n_samples,), those of weight zero do not count.
    """
    if initialisation == "pca":
        return pca_codebook(samples, lattice, weights)
    if initialisation == "random":
        return random_codebook(seed, lattice.n_units, samples.shape[1])
    counted = np.arange(len(samples)) if weights is None else np.flatnonzero(weights > 0)
    repeated = lattice.n_units > len(counted)
    generator = np.random.default_rng([seed, 0])
    chosen = generator.choice(len(counted), lattice.n_units, replace=repeated)
    return as_features(take(samples, counted[chosen]))


def random_codebook(seed: int, n_units: int, n_features: int) -> NDArray[np.float32]:
    """Return a random codebook of shape (n_units, n_features), uniform in [0, 1)."""
    return np.random.default_rng([seed, 0]).random((n_units, n_features), dtype=np.float32)


def pca_codebook(
    samples: AnySamples, lattice: Lattice, weights: NDArray[np.float64] | None = None
) -> NDArray[np.float32]:
    """Lay the lattice into the space of the first principal components (Kohonen 1997).

    Along each axis, the longest first, units have the mean and the standard deviation of the
    samples along the next component. A closed axis lies on a circle in the next two. The component
    points to where its largest entry is positive, so that the result is unique.

    Raises
    ------
    SomError
        If there are fewer components than the lattice's axes need.
    """
    n_components = n_components_for(lattice)
    if n_components > samples.shape[1]:
        raise SomError(
            f"Initialisation pca needs {n_components} features for a lattice of shape "
            f"{list(lattice.shape)}, but samples have {samples.shape[1]}: choose random or sample."
        )
    mean, components, deviations = principal_components(samples, n_components, weights)
    positions, codebook = lattice.positions, np.tile(mean, (lattice.n_units, 1))
    number = 0
    for axis in np.argsort(-np.array(lattice.shape), kind="stable"):
        places = positions[:, axis]
        if lattice.is_wrapped:
            angle = 2 * np.pi * places / lattice.periods[axis]
            scores = [np.sqrt(2) * np.cos(angle), np.sqrt(2) * np.sin(angle)]
        else:
            spread = places.std()
            scores = [(places - places.mean()) / (spread if spread > 0 else 1.0)]
        for score in scores:
            codebook += np.outer(score * deviations[number], components[number])
            number += 1
    return codebook.astype(np.float32)


def n_components_for(lattice: Lattice) -> int:
    """Return how many components `pca_codebook` needs: one per axis, two for a closed one."""
    return len(lattice.shape) * (2 if lattice.is_wrapped else 1)


# With one BLAS thread, so that its bits do not depend on how many there are.
@threadpool_limits.wrap(limits=1)
def principal_components(
    samples: AnySamples, n_components: int, weights: NDArray[np.float64] | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return mean, components (n_components, n_features) and standard deviations along them.

    Sums of bytes are whole numbers, and exact in float64 whatever the order. With `weights`
    (n_samples,) a sample counts so many times.
    """
    scale = full_value(samples)
    n_samples, n_features = samples.shape
    if n_features > max(n_samples, MOST_FEATURES) and isinstance(samples, np.ndarray):
        mean, components, deviations = _of_few_samples(samples, n_components, weights)
        return mean / scale, components, deviations / scale
    total, squares = np.zeros(n_features), np.zeros((n_features, n_features))
    for place, rows in parts_of(samples):
        shares = None if weights is None else weights[place, None]
        for start in range(0, len(rows), AT_A_TIME):
            some = slice(start, start + AT_A_TIME)
            part = rows[some].astype(np.float64)
            weighted = part if shares is None else part * shares[some]
            total += weighted.sum(axis=0)
            squares += weighted.T @ part
    n_counted = n_samples if weights is None else weights.sum()
    mean = total / n_counted
    covariance = squares / n_counted - np.outer(mean, mean)
    values, vectors = np.linalg.eigh(covariance)
    components = _with_signs(vectors[:, ::-1][:, :n_components].T)
    deviations = np.sqrt(np.maximum(values[::-1][:n_components], 0)) / scale
    return mean / scale, components, deviations


def _of_few_samples(
    samples: Samples, n_components: int, weights: NDArray[np.float64] | None
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return mean, components and deviations by inner products of samples, not of features.

    Of n samples and more features the products of samples are the smaller matrix.
    """
    shares = np.ones(len(samples)) if weights is None else weights
    shares = shares / shares.sum()
    features = samples.astype(np.float64)
    mean = shares @ features
    scaled = np.sqrt(shares)[:, None] * (features - mean)
    values, vectors = np.linalg.eigh(scaled @ scaled.T)
    deviations = np.zeros(n_components)
    components = np.zeros((n_components, samples.shape[1]))
    n_found = min(n_components, len(samples))
    deviations[:n_found] = np.sqrt(np.maximum(values[::-1][:n_found], 0))
    directions = vectors[:, ::-1][:, :n_found].T @ scaled
    lengths = np.linalg.norm(directions, axis=1)
    components[:n_found] = directions / np.where(lengths > 0, lengths, 1)[:, None]
    return mean, _with_signs(components), deviations


def _with_signs(components: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return components (n_components, n_features) whose largest entries are positive."""
    largest = np.abs(components).argmax(axis=1)
    signs = np.sign(components[np.arange(len(components)), largest])
    return components * np.where(signs == 0, 1, signs)[:, None]
