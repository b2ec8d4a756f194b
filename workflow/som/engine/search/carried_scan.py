"""The compiled parts of the search that carries bounds over: `som.engine.search.carried`."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .pruned_scan import _squared_distance

Array = NDArray[np.floating]
Indices = NDArray[np.integer]

# Units of a patch at most. That the compiler knows the number makes the loops twice as fast.
PATCH = 16
# A bound is lowered by some roundings of float32, and a distance that is compared with it raised.
DOWN, UP = np.float32(1 - 1e-6), 1 + 1e-6


class Tables(NamedTuple):
    """The units in principal axes, by patch.

    Attributes
    ----------
    parts : float32 array of shape (n_patches, n_axes, PATCH)
        w_p; patches of fewer units than places are filled up.
    squares : float32 array of shape (n_patches, PATCH)
        ‖w_p‖²; infinite where there is no unit.
    rests : float32 array of shape (n_patches, PATCH)
        ‖w_r‖ at most.
    units : int64 array of shape (n_patches, PATCH)
        The unit at each place, −1 for none.
    patches : int64 array of shape (n_units,)
        The patch of each unit.
    centre_squares, radii, greatest_rests : float32 arrays of shape (n_patches,)
        ‖c_p‖² of each patch's centre; how far at most a unit's w_p lies from it; the largest of its
        `rests`.
    """

    parts: Array
    squares: Array
    rests: Array
    units: Indices
    patches: Indices
    centre_squares: Array
    radii: Array
    greatest_rests: Array


@njit(cache=True, nogil=True)
def _write_features(sample: NDArray[np.generic], full: np.float32, x: Array) -> None:
    """Write a sample as features, as `as_features` does: `full` is 255 for bytes, or else 1."""
    for d in range(len(sample)):
        x[d] = np.float32(sample[d]) / full


@njit(cache=True, nogil=True, fastmath={"contract", "nnan", "nsz"})
def sweep(
    samples: NDArray[np.generic],
    full: np.float32,
    left: Array,
    codebook: Array,
    bounds: Array,
    drift: Array,
    bmus: Indices,
    second_bmus: Indices,
    squares: Array,
    numbers: Indices,
) -> int:
    """Measure the last two winners of some samples, and lower their bounds by the drift.

    Parameters
    ----------
    samples : array of shape (n_block, n_features)
    full : float32
        What a feature of 1 is in them: 255 for bytes, or else 1.
    left : float32 array of shape (n_block, n_features)
        Receives the features of samples that must be looked at closely, in its first rows.
    codebook : float32 array of shape (n_units, n_features)
    bounds : float32 array of shape (n_block, n_patches)
        Lowered.
    drift : float32 array of shape (n_patches,)
    bmus, second_bmus : int32 arrays of shape (n_block,)
        Exchanged where the second is the nearer one now.
    squares : float64 array of shape (n_block, 2)
        Receives the squared distances of both.
    numbers : int64 array of shape (n_block,)
        Receives the numbers of the samples in `left`.

    Returns
    -------
    int
        How many samples must be looked at.
    """
    n_left = 0
    x = np.empty(samples.shape[1], np.float32)
    for t in range(len(samples)):
        _write_features(samples[t], full, x)
        near = _squared_distance(x, codebook[bmus[t]])
        far = _squared_distance(x, codebook[second_bmus[t]])
        if far < near or (far == near and second_bmus[t] < bmus[t]):
            near, far = far, near
            bmus[t], second_bmus[t] = second_bmus[t], bmus[t]
        squares[t, 0], squares[t, 1] = near, far
        reach = np.float32(np.sqrt(far) * UP)
        row, least = bounds[t], np.float32(np.inf)
        for patch in range(len(row)):
            bound = (row[patch] - drift[patch]) * DOWN
            row[patch] = bound
            least = bound if bound < least else least
        if least <= reach:
            left[n_left] = x
            numbers[n_left] = t
            n_left += 1
    return n_left


@njit(cache=True, nogil=True, fastmath={"contract", "nnan", "nsz"})
def refine(
    numbers: Indices,
    x: Array,
    parts: Array,
    towards: Array,
    part_squares: Array,
    rests: Array,
    slack: np.float32,
    tables: Tables,
    codebook: Array,
    bounds: Array,
    bmus: Indices,
    second_bmus: Indices,
    squares: Array,
) -> None:
    """Find the two nearest units of samples whose bounds leave patches, and bound these again.

    Parameters
    ----------
    numbers : int64 array of shape (n_left,)
        The samples, by their numbers in the block.
    x : float32 array of shape (n_left or more, n_features)
    parts : float32 array of shape (n_left, n_axes)
        x_p.
    towards : float32 array of shape (n_left, n_patches)
        x_p·c_p; spoilt.
    part_squares, rests : float32 arrays of shape (n_left,)
        ‖x_p‖², and ‖x_r‖ at least.
    slack : float32
        What rounding may add to a squared bound.
    tables : Tables
    codebook, bounds, bmus, second_bmus, squares
        As in `sweep`; brought up to date.
    """
    n_patches, n_axes = tables.parts.shape[:2]
    zero, two, infinite = np.float32(0), np.float32(2), np.float32(np.inf)
    found = np.empty((n_patches, PATCH), np.float32)
    touched = np.empty(n_patches, np.int64)
    for i in range(len(numbers)):
        t = numbers[i]
        first_bmu, first_second = np.int64(bmus[t]), np.int64(second_bmus[t])
        near, far, bmu, second = squares[t, 0], squares[t, 1], first_bmu, first_second
        reach = np.float32(far * UP)
        length = np.sqrt(reach)
        square, rest, n_touched = part_squares[i] - slack, rests[i], 0
        of_patches = towards[i]
        for patch in range(n_patches):
            # No unit of a patch is nearer than its ball is.
            apart = square - two * of_patches[patch] + tables.centre_squares[patch]
            apart = np.sqrt(apart if apart > zero else zero) - tables.radii[patch]
            apart = apart if apart > zero else zero
            gap = rest - tables.greatest_rests[patch]
            gap = gap if gap > zero else zero
            bound = np.sqrt(apart * apart + gap * gap) * DOWN
            of_patches[patch] = bound if bound > bounds[t, patch] else bounds[t, patch]
        for patch in range(n_patches):
            bounds[t, patch] = of_patches[patch]
            if of_patches[patch] > length:
                continue
            touched[n_touched] = patch
            n_touched += 1
            row, table = found[patch], tables.parts[patch]
            row[:] = zero
            for axis in range(n_axes):
                part = parts[i, axis]
                for j in range(PATCH):
                    row[j] += part * table[axis, j]
            least = infinite
            for j in range(PATCH):
                gap = rest - tables.rests[patch, j]
                gap = gap if gap > zero else zero
                bound = square - two * row[j] + tables.squares[patch, j] + gap * gap
                row[j] = bound
                least = bound if bound < least else least
            if least > reach:
                continue
            for j in range(PATCH):
                unit = tables.units[patch, j]
                # Where there is no unit, the bound is infinite.
                if row[j] > reach or unit in (first_bmu, first_second):
                    continue
                distance = _squared_distance(x[i], codebook[unit])
                row[j] = np.float32(distance) * DOWN
                if distance < near or (distance == near and unit < bmu):
                    far, second = near, bmu
                    near, bmu = distance, unit
                elif distance < far or (distance == far and unit < second):
                    far, second = distance, unit
                reach = np.float32(far * UP)
                length = np.sqrt(reach)
        for k in range(n_touched):
            patch, least = touched[k], infinite
            for j in range(PATCH):
                unit = tables.units[patch, j]
                if unit not in (-1, bmu, second, first_bmu, first_second):
                    least = min(least, found[patch, j])
            bounds[t, patch] = np.sqrt(max(least, zero)) * DOWN
        # Those that were among the two nearest, and are not any more, count with their patches.
        for k in range(2):
            unit = first_second if k else first_bmu
            if unit != bmu and unit != second:
                patch = tables.patches[unit]
                distance = np.float32(np.sqrt(squares[t, k])) * DOWN
                bounds[t, patch] = min(bounds[t, patch], distance)
        bmus[t], second_bmus[t] = bmu, second
        squares[t, 0], squares[t, 1] = near, far
