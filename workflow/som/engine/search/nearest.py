"""The result of a search: the two units nearest to each sample."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

NO_UNIT = -1


class Nearest(NamedTuple):
    """BMUs, second BMUs (`NO_UNIT` on a map of one unit) and distances, each of (n_samples,)."""

    bmus: NDArray[np.int32]
    second_bmus: NDArray[np.int32]
    distances: NDArray[np.float32]
