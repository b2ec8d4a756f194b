"""Component planes: one feature's weight on every unit, and how well the lattice orders it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..model.lattice import Lattice


@dataclass(frozen=True)
class Planes:
    """What the component planes of a codebook show.

    Attributes
    ----------
    codebook : array of shape (n_units, n_features)
    spreads : float64 array of shape (n_features,)
        Each feature's standard deviation over the units.
    orders : float64 array of shape (n_features,)
        How much of each feature's spread adjacent units share: 1 − C (Geary 1954). Geary's C is the
        mean squared difference of adjacent units, divided by that of any two. So the order is 1
        where neighbours are equal, and 0 on the mean where the units lie in random order. NaN for a
        feature that has one weight on all units, and where no unit has a neighbour.
    shared : float
        The order of all features together, each counted by its variance.
    n_of_half : int
        How few features hold half of the variance between units.

    Examples
    --------
    >>> codebook = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    >>> component_planes(codebook, Lattice("square", (1, 4))).orders.round(2)
    array([ 0.5, -0.5])
    """

    codebook: NDArray[np.floating]
    spreads: NDArray[np.float64]
    orders: NDArray[np.float64]
    shared: float
    n_of_half: int

    @property
    def profiles(self) -> NDArray[np.float64]:
        """How far each weight lies from its mean over the units, of shape (n_units, n_features).

        From −1 to 1: of each feature, the farthest weight is −1 or 1; one without spread is 0.
        """
        apart = self.codebook.astype(np.float64) - self.codebook.mean(axis=0, dtype=np.float64)
        apart[:, np.ptp(self.codebook, axis=0) == 0] = 0
        farthest = np.abs(apart).max(axis=0)
        return apart / np.where(farthest > 0, farthest, 1)

    def best_ordered(self, most: int) -> NDArray[np.int64]:
        """Return the features that the lattice orders best, `most` of them, in their own order."""
        orders = np.nan_to_num(self.orders, nan=-1.0)
        return np.sort(np.argsort(-orders, kind="stable")[:most])


def component_planes(codebook: NDArray[np.floating], lattice: Lattice) -> Planes:
    """Measure all component planes of a codebook of shape (n_units, n_features)."""
    spreads: NDArray[np.float64] = codebook.astype(np.float64).std(axis=0)
    squares, variances = _differences_and_variances(codebook, lattice)
    orders = 1 - np.divide(
        squares, 2 * variances, out=np.full(len(squares), np.nan), where=variances > 0
    )
    total = variances.sum()
    shared = float(1 - squares.sum() / (2 * total)) if total > 0 else float("nan")
    return Planes(codebook, spreads, orders, shared, n_features_of_half(spreads))


def _differences_and_variances(
    codebook: NDArray[np.floating], lattice: Lattice
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the mean squared difference of adjacent units, and the variance, per feature."""
    weights = codebook.astype(np.float64)
    n_units, n_features = weights.shape
    first, second = lattice.adjacent_pairs().T
    if not len(first):
        return np.full(n_features, np.nan), np.zeros(n_features)
    # Feature by feature: all differences at once would be several times the codebook.
    squares = [np.square(plane[first] - plane[second]).mean() for plane in weights.T]
    return np.array(squares), weights.var(axis=0, ddof=1)


def n_features_of_half(spreads: NDArray[np.floating]) -> int:
    """Return how few features hold half of the variance between units.

    Examples
    --------
    >>> n_features_of_half(np.array([1.0, 2.0, 2.0, 0.0]))
    2
    """
    variances = np.sort(np.square(spreads))[::-1]
    return int(np.searchsorted(np.cumsum(variances), variances.sum() / 2)) + 1


def widest_in_cells(
    spreads: NDArray[np.floating], image_shape: tuple[int, int], cells: tuple[int, int]
) -> list[int]:
    """Return, of each cell of a grid laid over the image, the pixel of largest spread.

    Parameters
    ----------
    spreads : array of shape (height · width,)
    image_shape : (height, width)
    cells : (rows, columns)
        Fewer where the image has fewer pixels.

    Examples
    --------
    >>> widest_in_cells(np.array([0, 1, 5, 2, 0, 9]), (2, 3), (1, 2))
    [3, 5]
    """
    height, width = image_shape
    places = np.arange(height * width).reshape(image_shape)
    chosen = []
    for band in np.array_split(places, min(cells[0], height), axis=0):
        for cell in np.array_split(band, min(cells[1], width), axis=1):
            pixels = cell.ravel()
            chosen.append(int(pixels[spreads[pixels].argmax()]))
    return chosen
