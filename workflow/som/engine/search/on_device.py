"""The two units nearest to each sample, found on a GPU as exactly as on the CPU."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...model.samples import Samples, as_features
from .nearest import Nearest

# Pairs of sample and unit whose differences are formed at once: bounds their memory.
PAIR_BYTES = 2**27


@contextmanager
def true_float32() -> Iterator[None]:
    """Within the context, float32 products are float32: TF32 would keep 10 bits of 23.

    It is torch's default, but any code of the process may have allowed TF32.
    """
    matmul = torch.backends.cuda.matmul
    before = matmul.fp32_precision
    matmul.fp32_precision = "ieee"
    try:
        yield
    finally:
        matmul.fp32_precision = before


def find_two_nearest_on_device(
    samples: Samples,
    codebook: NDArray[np.float32],
    device: str,
    *,
    chunk_size: int = 4096,
    precision: str = "float32",
    report: Callable[[int], None] | None = None,
) -> Nearest:
    """Find the two units nearest to every sample (Euclidean; the lowest index wins a tie).

    The units are those of `find.find_two_nearest`: a product finds all units that its rounding
    leaves possible, and where they are more than the answer needs, float64 distances by differences
    decide. Only pairs whose distances agree to float64 rounding, and whose vectors differ, could be
    ordered otherwise, as sums are formed in another order.

    Parameters
    ----------
    samples : array of shape (n_samples, n_features)
        Bytes (used as x / 255) or float32.
    codebook : float32 array of shape (n_units, n_features)
    device : str
        A torch device that knows float64, so not "mps".
    chunk_size : int
        Samples compared at once; bounds the memory at some chunk_size × n_units scores.
    precision : {"float32", "float64"}
        Of the product. It changes no result: float64 leaves next to nothing to decide, and is
        slower where a GPU's float64 units are few (all but those made for data centres).
    report : callable, optional
        Called with the number of samples after each chunk.

    Examples
    --------
    >>> codebook = np.array([[0.0, 0.0], [1.0, 1.0], [1.0, 1.0]], dtype=np.float32)
    >>> samples = np.array([[1.0, 0.5]], dtype=np.float32)
    >>> nearest = find_two_nearest_on_device(samples, codebook, "cpu")
    >>> nearest.bmus, nearest.second_bmus, nearest.distances
    (array([1], dtype=int32), array([2], dtype=int32), array([0.5], dtype=float32))
    """
    n_samples, n_units = len(samples), len(codebook)
    result = Nearest.empty(n_samples)
    units = torch.tensor(codebook, device=device).double()
    # Distances do not change when everything moves by the mean, but their rounding shrinks.
    mean = units.mean(dim=0)
    norms = torch.square(units - mean).sum(dim=1)
    centred = (units - mean).to(getattr(torch, precision))
    levels = torch.from_numpy(as_features(np.arange(256, dtype=np.uint8))).to(device).double()
    for start in range(0, n_samples, chunk_size):
        part = slice(start, start + chunk_size)
        values = torch.tensor(samples[part], device=device)
        # x / 255 from a table: on a GPU torch divides by a number by multiplying with 1 / 255.
        features = levels[values.long()] if values.dtype == torch.uint8 else values.double()
        if n_units > 1:
            bmus, seconds = _two_nearest(features, units, features - mean, centred, norms)
            result.second_bmus[part] = seconds.cpu().numpy()
        else:
            bmus = torch.zeros(len(features), dtype=torch.int64, device=device)
        result.bmus[part] = bmus.cpu().numpy()
        squares = _squared_distances(features, units, torch.arange(len(bmus), device=device), bmus)
        result.distances[part] = squares.sqrt().cpu().numpy()
        if report:
            report(len(features))
    return result


def _two_nearest(
    features: Tensor, units: Tensor, shifted: Tensor, centred: Tensor, norms: Tensor
) -> tuple[Tensor, Tensor]:
    """Return BMUs and second BMUs of a chunk, on a map of two units or more.

    Parameters
    ----------
    features, units : float64 Tensors of shape (n_chunk, n_features) and (n_units, n_features)
    shifted, centred : Tensors of the same shapes
        Both moved by the same vector, the latter in the precision of the product.
    norms : float64 Tensor of shape (n_units,)
        Squared norms of the units so moved.
    """
    x, dtype = shifted.to(centred.dtype), centred.dtype
    with true_float32():
        scores = torch.addmm(norms.to(dtype), x, centred.T, alpha=-2)
    pair = scores.topk(2, dim=1, largest=False)
    least, second = pair.values.double().unbind(dim=1)
    bmus, seconds = pair.indices.unbind(dim=1)
    margin = _rounding_margin(torch.linalg.vector_norm(shifted, dim=1), norms, x.shape[1], dtype)
    # Two scores may each be wrong by the margin. The limit is rounded upwards.
    limit = (second + 2 * margin).to(dtype)
    limit = torch.nextafter(limit, torch.full_like(limit, torch.inf))
    close = scores <= limit[:, None]
    undecided = (close.sum(dim=1) > 2) | (second - least <= 2 * margin)
    rows = undecided.nonzero()[:, 0]
    pairs, candidates = close[rows].nonzero().unbind(dim=1)
    squares = torch.full((len(rows), len(units)), torch.inf, dtype=torch.float64, device=x.device)
    squares[pairs, candidates] = _squared_distances(features, units, rows[pairs], candidates)
    # argmin takes the first of equal values.
    bmus[rows] = squares.argmin(dim=1)
    squares[torch.arange(len(rows), device=x.device), bmus[rows]] = torch.inf
    seconds[rows] = squares.argmin(dim=1)
    return bmus, seconds


def _rounding_margin(lengths: Tensor, norms: Tensor, n_features: int, dtype: torch.dtype) -> Tensor:
    """Return how far each sample's scores ‖w‖² − 2 x·w may be from exact ones.

    With unit roundoff u, a product of n terms, summed in any order, is wrong by n·u/(1 − n·u)
    times ‖x‖‖w‖ at most (Higham 2002, §3.1). Rounding x and w to `dtype`, the norm, and the last
    two operations add u a time, relative to the largest number there can be. Eight covers these,
    and 1.1 the terms in u² (for n·u < 0.09).
    """
    roundoff, tiny = torch.finfo(dtype).eps / 2, torch.finfo(dtype).tiny
    longest = norms.max().sqrt()
    largest = (2 * lengths + longest) * longest
    # Terms below the smallest normal number may be flushed to zero.
    return 1.1 * (n_features + 8) * (roundoff * largest + tiny)


def _squared_distances(features: Tensor, units: Tensor, rows: Tensor, chosen: Tensor) -> Tensor:
    """Return the squared distance of each pair (sample rows[i], unit chosen[i]), in float64."""
    size = max(1, PAIR_BYTES // (features.shape[1] * features.element_size()))
    parts = [
        torch.square(features[some] - units[others]).sum(dim=1)
        for some, others in zip(torch.split(rows, size), torch.split(chosen, size), strict=True)
    ]
    return torch.cat(parts) if parts else features.new_empty(0)
