"""What prototypes answer to an image, as numbers that a classifier can learn from.

The prototypes are a map's weight vectors or those of a control. Widths are relative to a scale of
the training set (`nearest_scale`), so that they mean the same for every set of prototypes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.decomposition import PCA
from threadpoolctl import threadpool_limits

from ..engine.search.find import find_bmus, find_two_nearest
from ..files.errors import SomError
from ..model.samples import Samples, as_features

CHUNK = 4096
# Components of less variance, relative to the first, are rounding of the responses in float32.
LEAST_VARIANCE = 1e-7
# Of responses: the squares of smaller ones vanish in float32.
LEAST_DIFFERENCE = 1e-18
# Of widths, relative to the samples' variance: squared distances in float32 round by about 10⁻⁶.
LEAST_WIDTH_SQUARED = 1e-5
# Training images at most, drawn at random, on which the projection is fitted: a bound on time.
MOST_FITTED = 15_000

Array = NDArray[np.float32]
Respond = Callable[[Samples], Array]


def squared_distances(samples: Samples, prototypes: Array) -> Array:
    """Return all squared Euclidean distances, (n_samples, n_prototypes), in float32.

    Both are moved by the prototypes' mean first: |x|² − 2x·w + |w|² then rounds less.

    Examples
    --------
    >>> squared_distances(np.float32([[0, 3]]), np.float32([[0, 0], [4, 0]]))
    array([[ 9., 25.]], dtype=float32)
    """
    mean = prototypes.mean(axis=0)
    moved, centred = as_features(samples) - mean, prototypes - mean
    squares = moved @ (-2 * centred.T)
    squares += np.square(moved).sum(axis=1)[:, None]
    squares += np.square(centred).sum(axis=1)
    return np.maximum(squares, 0).astype(np.float32, copy=False)


def nearest_scale(samples: Samples, prototypes: Array, *, threads: int = 1) -> float:
    """Return the mean squared distance of samples to their nearest prototype."""
    nearest = find_two_nearest(samples, prototypes, threads=threads)
    return float(np.square(nearest.distances, dtype=np.float64).mean())


def check_widths(samples: Samples, widths: tuple[float, ...], scale: float) -> None:
    """Refuse widths that are no more than the rounding of distances.

    Parameters
    ----------
    samples : array of shape (n_samples, n_features)
    widths, scale
        As in `rbf_responses`.

    Raises
    ------
    SomError
        If the narrowest is, as on a map where nearly every sample has a unit of its own.
    """
    spread = as_features(samples[:CHUNK]).var(axis=0, dtype=np.float64).sum()
    least = max(LEAST_WIDTH_SQUARED * float(spread), float(np.finfo(np.float32).tiny))
    narrowest = min(widths)
    if narrowest**2 * scale < least:
        raise SomError(
            f"config: classifier.widths has {narrowest:g}, which is a distance of "
            f"{narrowest * np.sqrt(scale):.1g} on this map and lost in rounding, as nearly every "
            "training image has a unit of its own: set classifier.experiment to a map with fewer "
            "units."
        )


def rbf_responses(squares: Array, widths: tuple[float, ...], scale: float) -> Array:
    """Return exp(−d² / 2s²) of all prototypes at several widths s, side by side.

    Parameters
    ----------
    squares : float32 array of shape (n_samples, n_prototypes)
    widths : floats
        In units of the root of `scale`; `check_widths` has passed them.
    scale : float
        As `nearest_scale` returns it.

    Returns
    -------
    float32 array of shape (n_samples, n_widths · n_prototypes)

    Examples
    --------
    >>> rbf_responses(np.float32([[0, 2]]), (1.0, 2.0), 1.0).round(3)
    array([[1.   , 0.368, 1.   , 0.779]], dtype=float32)
    """
    return np.concatenate([np.exp(squares * _factor(width, scale)) for width in widths], axis=1)


def softmax_responses(squares: Array, widths: tuple[float, ...], scale: float) -> Array:
    """Return the softmax over prototypes of −d² / 2s² at several widths s, side by side.

    Parameters and the result's shape are those of `rbf_responses`; at each width a row sums to 1.
    """
    above = squares - squares.min(axis=1, keepdims=True)
    parts = [np.exp(above * _factor(width, scale)) for width in widths]
    return np.concatenate([part / part.sum(axis=1, keepdims=True) for part in parts], axis=1)


def _factor(width: float, scale: float) -> np.float32:
    return np.float32(-0.5 / (width**2 * scale))


def one_hot(bmus: NDArray[np.integer], n_units: int) -> csr_array:
    """Return one row per sample, which is 1 at its BMU and 0 elsewhere, sparse in float32."""
    n_samples = len(bmus)
    ones = np.ones(n_samples, np.float32)
    return csr_array((ones, bmus, np.arange(n_samples + 1)), shape=(n_samples, n_units))


@dataclass(frozen=True, kw_only=True)
class Prototypes:
    """Vectors of shape (n_prototypes, n_features), and the lengths on which their responses depend.

    `scale` and `widths` are those of `rbf_responses`; `positions`, of shape (n_prototypes,
    n_dimensions), are the coordinates that a BMU has.
    """

    vectors: Array
    scale: float
    widths: tuple[float, ...]
    positions: NDArray[np.float64]

    def respond(self, kind: str) -> Respond:
        """Return the function from samples to dense responses of a kind."""
        kinds: dict[str, Respond] = {
            "distances": lambda samples: np.sqrt(squared_distances(samples, self.vectors)),
            "softmax": lambda samples: softmax_responses(
                squared_distances(samples, self.vectors), self.widths, self.scale
            ),
            "rbf": lambda samples: rbf_responses(
                squared_distances(samples, self.vectors), self.widths, self.scale
            ),
            "coordinates": self._coordinates,
        }
        return kinds[kind]

    def _coordinates(self, samples: Samples) -> Array:
        bmus = find_bmus(samples, self.vectors, threads=1)
        return self.positions[bmus].astype(np.float32)


class Projection(NamedTuple):
    """Principal axes of responses: `mean` (n_responses,) and `axes` (n_responses, n_components)."""

    mean: Array
    axes: Array

    def project(self, responses: Array) -> Array:
        """Return the components of responses, (n_samples, n_components)."""
        return np.asarray((responses - self.mean) @ self.axes, dtype=np.float32)


@threadpool_limits.wrap(limits=1)
def fit_projection(responses: Array, n_components: int, *, seed: int) -> Projection:
    """Find the leading principal axes of responses, no label needed, and scale them.

    Components are divided by the fourth root of their variance λ, half-way to whitening: the
    small ones, in which digits written alike differ, are heard, and noise is not made as loud as
    they are. Then all are scaled alike, to a mean standard deviation of 1. Where all samples answer
    alike, as on a map of one unit, there is one component of 0.
    """
    if np.ptp(responses, axis=0).max() < LEAST_DIFFERENCE:
        return Projection(responses[0], np.zeros((responses.shape[1], 1), np.float32))
    most = min(n_components, *responses.shape)
    analysis = PCA(most, random_state=seed, iterated_power=4).fit(responses)
    variances = analysis.explained_variance_.astype(np.float64)
    kept = variances > LEAST_VARIANCE * variances[0]
    roots = np.sqrt(np.sqrt(variances[kept]))
    axes = analysis.components_[kept].T / (roots * roots.mean())
    return Projection(analysis.mean_.astype(np.float32), axes.astype(np.float32))


@threadpool_limits.wrap(limits=1)
def projected_responses(
    respond: Respond,
    training: Samples,
    others: tuple[Samples, ...],
    n_components: int,
    *,
    seed: int,
    report: Callable[[int], None] | None = None,
) -> list[Array]:
    """Return the scaled principal components of the responses to training and other samples.

    The axes come from at most `MOST_FITTED` training samples. Responses of `CHUNK` samples are
    held at once; one BLAS thread, so that the bits do not depend on the number of cores.
    """
    generator = np.random.default_rng([seed, 1])
    chosen = np.sort(generator.permutation(len(training))[:MOST_FITTED])
    fitted = np.concatenate([respond(part) for part in _chunks(training[chosen])])
    projection = fit_projection(fitted, n_components, seed=seed)
    del fitted
    results = []
    for samples in (training, *others):
        parts = []
        for part in _chunks(samples):
            parts.append(projection.project(respond(part)))
            if report:
                report(len(part))
        results.append(np.concatenate(parts))
    return results


def _chunks(samples: Samples) -> Iterator[Samples]:
    for start in range(0, len(samples), CHUNK):
        yield samples[start : start + CHUNK]
