"""The combined error: how far it is from a sample to its second BMU by way of the lattice."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from ...engine.search.nearest import Nearest
from ...model.lattice import Lattice

# Sources of shortest paths that are followed at once.
CHUNK_SIZE = 256


def combined_error(
    codebook: NDArray[np.floating], nearest: Nearest, lattice: Lattice
) -> float | None:
    """Return the mean over samples of ‖x − m_c‖ + the way from c to c' (Kaski & Lagus 1996).

    c and c' are the two nearest units of x; the way is the shortest path from c to c' along
    adjacent units, an edge between a and b as long as ‖m_a − m_b‖. It is undefined (None) for a
    map of one unit and for no samples.

    Parameters
    ----------
    codebook : array of shape (n_units, n_features)
    nearest : Nearest
        Of the samples.
    lattice : Lattice

    Examples
    --------
    >>> codebook = np.array([[0.0], [2.0], [0.5]])
    >>> nearest = Nearest(np.array([0]), np.array([2]), np.array([0.25], np.float32))
    >>> combined_error(codebook, nearest, Lattice("square", (1, 3)))
    3.75
    """
    if lattice.n_units == 1 or len(nearest.bmus) == 0:
        return None
    graph = _graph(codebook, lattice)
    # Samples with the same two units go the same way.
    ways = nearest.bmus.astype(np.int64) * lattice.n_units + nearest.second_bmus
    different, n_samples = np.unique(ways, return_counts=True)
    bmus, second_bmus = np.divmod(different, lattice.n_units)
    sources = np.unique(bmus)
    total = float(nearest.distances.sum(dtype=np.float64))
    for start in range(0, len(sources), CHUNK_SIZE):
        chunk = sources[start : start + CHUNK_SIZE]
        lengths = dijkstra(graph, directed=False, indices=chunk)
        own = slice(*np.searchsorted(bmus, [chunk[0], chunk[-1] + 1]))
        rows = np.searchsorted(chunk, bmus[own])
        total += float(n_samples[own] @ lengths[rows, second_bmus[own]])
    return total / len(nearest.bmus)


def _graph(codebook: NDArray[np.floating], lattice: Lattice) -> csr_array:
    """Return the edges of the lattice with their lengths; one of length 0 is stored and counts."""
    first, second = lattice.adjacent_pairs().T
    lengths = np.linalg.norm(codebook[first].astype(np.float64) - codebook[second], axis=1)
    shape = (lattice.n_units, lattice.n_units)
    return csr_array((lengths, (first, second)), shape=shape)
