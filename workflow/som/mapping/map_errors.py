"""The errors of a map: how far samples are from their units, and whether neighbours stay so."""

from typing import NamedTuple

import numpy as np

from ..engine.search.nearest import Nearest
from ..model.lattice import Lattice


class MapErrors(NamedTuple):
    """Quantization error, and topographic errors: the lattice's own, 4 and 8 neighbours.

    The last two exist where units lie in square cells, on a plane or a torus.
    """

    quantization_error: float
    topographic_error: float | None
    topographic_error_4: float | None
    topographic_error_8: float | None


def map_errors(nearest: Nearest, lattice: Lattice) -> MapErrors:
    """Return the quantization error and the topographic errors of a mapped set of samples.

    The topographic error is the share of samples whose two nearest units are not adjacent
    (Kiviluoto 1996); it is undefined (None) for a map of one unit and for no samples.
    """
    if len(nearest.bmus) == 0:
        return MapErrors(float("nan"), None, None, None)
    quantization = float(nearest.distances.mean(dtype=np.float64))
    if lattice.n_units == 1:
        return MapErrors(quantization, None, None, None)
    own = float(1 - lattice.are_adjacent(*nearest[:2]).mean())
    if lattice.topology not in ("square", "torus"):
        return MapErrors(quantization, own, None, None)
    eight = float(1 - lattice.are_adjacent(*nearest[:2], diagonals=True).mean())
    return MapErrors(quantization, own, own, eight)
