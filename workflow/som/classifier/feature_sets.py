"""The sets of features by name: the map's, and the controls'."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..config.classifier_settings import Settings
from ..config.feature_set_names import FEATURE_SETS
from ..engine.search.find import find_bmus
from ..model.lattice import Lattice
from ..model.samples import Samples, as_features
from ..statistics.prototypes import fit_mini_batch_k_means, take_shuffled_images
from .features import (
    Array,
    Prototypes,
    Respond,
    check_widths,
    nearest_scale,
    one_hot,
    projected_responses,
)
from .heads import Features


class FeaturePair(NamedTuple):
    """Features of the training and of the test set."""

    training: Features
    test: Features


def make_features(
    name: str,
    training: Samples,
    test: Samples,
    codebook: Array,
    lattice: Lattice,
    settings: Settings,
    *,
    report: Callable[[int], None] | None = None,
) -> FeaturePair:
    """Return one of `FEATURE_SETS`, from which classifiers learn; labels are not needed.

    One-hot rows stay as they are, sparse; all others become scaled principal components.

    Parameters
    ----------
    name : str
        A key of `FEATURE_SETS`.
    training, test : arrays of shape (n_samples, n_features)
    codebook : float32 array of shape (n_units, n_features)
        Of the map; controls have as many prototypes.
    lattice : Lattice
    settings : Settings
    report : callable, optional
        Called with the number of samples as they are done.

    Raises
    ------
    SomError
        If the widths mean nothing on this map (see `check_widths`).
    """
    origin, kind = FEATURE_SETS[name]
    if kind == "one_hot":
        pairs = [
            one_hot(find_bmus(part, codebook, threads=1), len(codebook))
            for part in (training, test)
        ]
        return FeaturePair(*pairs)
    respond: Respond = _pixels
    if kind != "pixels":
        # One scale for all, the map's: widths are then the same distances.
        scale = nearest_scale(training, codebook)
        if kind in ("softmax", "rbf"):
            check_widths(training, settings.widths, scale)
        vectors = codebook
        if origin == "k_means":
            vectors = fit_mini_batch_k_means(training, len(codebook), seed=settings.seed)
        if origin == "random":
            vectors = take_shuffled_images(training, len(codebook), seed=settings.seed)
        respond = Prototypes(
            vectors=vectors, widths=settings.widths, positions=lattice.positions, scale=scale
        ).respond(kind)
    return FeaturePair(
        *projected_responses(
            respond, training, (test,), settings.components, seed=settings.seed, report=report
        )
    )


def _pixels(samples: Samples) -> Array:
    return np.asarray(as_features(samples), dtype=np.float32)
