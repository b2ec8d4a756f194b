"""How many units a map has, and how long its sides are, where the user does not say."""

import math

import numpy as np
from numpy.typing import NDArray

from .initialisation import principal_components
from .lattice import HEXAGONAL, LINEAR
from .samples import AnySamples

UNITS_PER_ROOT = 5
ROW_HEIGHT = math.sqrt(0.75)  # of hexagonal lattices, in grid steps


def natural_shape(samples: AnySamples, topology: str) -> tuple[int, ...]:
    """Return the shape that SOM Toolbox would choose (Vesanto et al. 2000, `som_topol_struct`).

    5·√n units for n samples, with sides in the ratio of the standard deviations along the two
    largest principal components. On a line or ring, all units lie along one axis. A hexagonal torus
    gets an even number of rows, which it needs to close.

    Parameters
    ----------
    samples : array of shape (n_samples, n_features)
    topology : str
        As in `Lattice`; not `block`, whose number of axes nobody can guess.

    Raises
    ------
    ValueError
        For topology `block`.
    """
    n_units = math.ceil(UNITS_PER_ROOT * math.sqrt(len(samples)))
    if topology == "block":
        raise ValueError("A block has as many axes as its shape has lengths: give its shape.")
    if topology in LINEAR:
        return (n_units,)
    return sides(n_units, _deviations(samples), topology)


def sides(
    n_units: int, deviations: NDArray[np.floating], topology: str = "square"
) -> tuple[int, int]:
    """Return rows and columns of about `n_units` units, in the ratio of two standard deviations.

    Examples
    --------
    >>> sides(100, np.array([2.0, 1.0]))
    (7, 14)
    >>> sides(100, np.array([1.0, 0.0]))
    (1, 100)
    """
    longer, shorter = deviations
    ratio = longer / shorter if shorter > 0 else math.inf
    height = ROW_HEIGHT if topology in HEXAGONAL else 1.0
    rows = min(n_units, max(1, round(math.sqrt(n_units / ratio / height))))
    if topology == "hexagonal_torus":
        rows += rows % 2
    return rows, max(1, round(n_units / rows))


def _deviations(samples: AnySamples) -> NDArray[np.float64]:
    """Return the standard deviations along the two largest principal components; 0 for lack."""
    n_components = min(2, samples.shape[1])
    deviations = principal_components(samples, n_components)[2]
    return np.pad(deviations, (0, 2 - n_components))
