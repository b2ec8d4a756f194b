"""The directions in which a codebook extends most, by which distances are bounded.

With orthonormal axes V a vector is split into v_p = Vᵀv and a rest of length ‖v_r‖, and
‖x − w‖² ≥ ‖x_p − w_p‖² + max(0, ‖x_r‖ − ‖w_r‖)²: a product as wide as there are axes bounds all
distances. The bound holds for any axes; it is tight where a codebook hardly leaves them.
"""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

# Roundings of the largest squared norms that a squared distance, and a squared length, may be off
# by, several times over: a sum of D products, in the 16 lanes of a processor, is off by some D/16.
SLACK, LENGTH_SLACK = 256, 64
TURNS, SPARE = 3, 8


class Projected(NamedTuple):
    """Vectors in principal axes.

    Attributes
    ----------
    parts : Tensor of shape (n, n_axes)
        v_p.
    squares : Tensor of shape (n,)
        ‖v_p‖².
    least_rests, greatest_rests : Tensors of shape (n,)
        Between these lies ‖v_r‖: what is left of ‖v‖² − ‖v_p‖² is mostly rounding where v hardly
        leaves the axes.
    longest : float
        The largest ‖v‖².
    """

    parts: Tensor
    squares: Tensor
    least_rests: Tensor
    greatest_rests: Tensor
    longest: float


def project(vectors: Tensor, axes: Tensor | None) -> Projected:
    """Split vectors (n, n_features) by axes (n_features, n_axes); by None there is no rest."""
    whole = torch.linalg.vecdot(vectors, vectors)
    longest = float(whole.max()) if len(whole) else 0.0
    if axes is None:
        nothing = torch.zeros_like(whole)
        return Projected(vectors, whole, nothing, nothing, longest)
    parts = vectors @ axes
    squares = torch.linalg.vecdot(parts, parts)
    rest = whole - squares
    rounding = LENGTH_SLACK * torch.finfo(vectors.dtype).eps * whole
    least = (rest - rounding).clamp_(min=0).sqrt_()
    greatest = (rest.clamp_(min=0) + rounding).sqrt_()
    return Projected(parts, squares, least, greatest, longest)


def principal_axes(vectors: Tensor, n_axes: int) -> Tensor:
    """Return orthonormal directions that carry most of `vectors`, most first.

    They come from a few turns of subspace iteration: a tenth of the work of eigenvectors, and tight
    enough for bounds.

    Parameters
    ----------
    vectors : Tensor of shape (n_vectors, n_features)
        Centred, float32 or float64.
    n_axes : int

    Returns
    -------
    Tensor of shape (n_features, min(n_axes, n_features))
    """
    n_features = vectors.shape[1]
    width = min(n_axes + SPARE, n_features)
    random = np.random.default_rng(0).standard_normal((n_features, width))
    axes, _ = torch.linalg.qr(torch.from_numpy(random).to(vectors.dtype))
    for _ in range(TURNS):
        axes, _ = torch.linalg.qr(vectors.T @ (vectors @ axes))
    projected = vectors @ axes
    # In float32 LAPACK's search did not end for some codebooks of one repeated vector.
    _, order = torch.linalg.eigh((projected.T @ projected).double())
    return (axes @ order.flip(1).to(axes.dtype))[:, :n_axes].contiguous()
