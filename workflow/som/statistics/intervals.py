"""95 % intervals, each once: of a share, and of a mean."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

CONFIDENCE = 0.95


class Interval(NamedTuple):
    """Lower and upper end of a 95 % interval."""

    low: float
    high: float


def wilson_interval(n_successes: int, n_samples: int) -> Interval:
    """Return the interval of a share of independent samples (Wilson 1927, JASA 22:209).

    Examples
    --------
    >>> [round(end, 4) for end in wilson_interval(9, 10)]
    [0.5958, 0.9821]
    """
    from scipy.stats import binomtest  # Here: it takes a second to import, and few need it.

    found = binomtest(n_successes, n_samples).proportion_ci(CONFIDENCE, method="wilson")
    return Interval(float(found.low), float(found.high))


def mean_interval(values: NDArray[np.float64]) -> Interval:
    """Return the interval of the mean of some values (Student's t); NaN for fewer than two.

    Parameters
    ----------
    values : array of shape (n_values,)

    Examples
    --------
    >>> [round(end, 3) for end in mean_interval(np.array([1.0, 2.0, 3.0]))]
    [-0.484, 4.484]
    """
    if len(values) < 2:
        return Interval(np.nan, np.nan)
    from scipy.stats import t  # As above.

    middle, deviation = float(values.mean()), float(values.std(ddof=1))
    reach = float(t.ppf((1 + CONFIDENCE) / 2, len(values) - 1)) * deviation / np.sqrt(len(values))
    return Interval(float(middle - reach), float(middle + reach))
