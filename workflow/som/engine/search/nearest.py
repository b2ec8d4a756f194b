"""The result of a search: the two units nearest to each sample."""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

NO_UNIT = -1


class Nearest(NamedTuple):
    """BMUs, second BMUs (`NO_UNIT` on a map of one unit) and distances, each of (n_samples,)."""

    bmus: NDArray[np.int32]
    second_bmus: NDArray[np.int32]
    distances: NDArray[np.float32]

    @classmethod
    def empty(cls, n_samples: int) -> Self:
        """Return the place for the result of a search: second BMUs are `NO_UNIT`."""
        return cls(
            np.empty(n_samples, np.int32),
            np.full(n_samples, NO_UNIT, np.int32),
            np.empty(n_samples, np.float32),
        )

    def of_part(self, part: slice) -> Self:
        """Return the result of some of the samples, as views."""
        return type(self)(self.bmus[part], self.second_bmus[part], self.distances[part])
