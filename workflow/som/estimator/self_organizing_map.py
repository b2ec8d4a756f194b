"""`SelfOrganizingMap`: the engine behind scikit-learn's interface."""

import os
from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import (
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    ClusterMixin,
    TransformerMixin,
)
from sklearn.metrics.pairwise import euclidean_distances
from sklearn.utils import check_random_state
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import (
    _check_sample_weight,
    check_consistent_length,
    check_is_fitted,
    column_or_1d,
    validate_data,
)
from tqdm import tqdm

from ..config.experiments import natural_radius
from ..data.scaling import apply_scaling
from ..engine.batch import update_batch
from ..engine.search.find import find_bmus, find_two_nearest
from ..engine.search.nearest import Nearest
from ..files.errors import SomError
from ..mapping.map_errors import map_errors
from ..model.initialisation import INITIALISATIONS, n_components_for, starting_codebook
from ..model.kernels import KERNELS, ONLINE_ONLY, neighbourhood_factors
from ..model.lattice import TOPOLOGIES, Lattice
from ..model.map_size import natural_shape
from ..model.samples import Samples, as_features
from ..model.schedule import SCHEDULES, Schedule
from ..statistics.u_matrix import u_matrix
from ..training.devices import resolve_device
from ..training.epoch import Epoch, TrainingSettings, train_one_epoch

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RULES = ("batch", "online")
RESPONSES = ("distance", "rbf")
PRECISIONS = ("float32", "float64")
NO_CLASS = -1


def _is_online(estimator: "SelfOrganizingMap") -> bool:
    """Return whether the rule takes samples one by one."""
    return estimator.rule == "online"


class SelfOrganizingMap(
    ClassNamePrefixFeaturesOutMixin, TransformerMixin, ClusterMixin, BaseEstimator
):
    """A self-organizing map (Kohonen 1982), trained exactly.

    Bytes (uint8) are taken as pixels and used as x / 255, as the workflow does. All other samples
    are used as they are, in float32: bring features to one scale first, for instance by
    `StandardScaler`.

    Parameters
    ----------
    shape : tuple of int or "auto", default="auto"
        Units along each axis of the lattice. "auto": 5·√n units, with sides in the ratio of the
        samples' standard deviations along their two largest principal components.
    topology : str, default="square"
        "square", "hexagonal", "torus", "hexagonal_torus", "line", "ring" or "block".
    kernel : str, default="gaussian"
        "gaussian", "cut_gaussian", "bubble", or by the online rule also "mexican_hat".
    rule : {"batch", "online"}, default="batch"
        One update per epoch from all samples, or one per sample.
    initialisation : {"pca", "sample", "random"}, optional
        The first codebook: a plane through the largest principal components, samples drawn at
        random, or uniform numbers from 0 to 1. By default "pca", and "sample" where there are fewer
        features than that needs.
    radius : float, optional
        R of the first epoch, in grid steps. By default the longest side, half of it on closed
        lattices.
    final_radius : float, default=0.5
        R of the last epoch. Not used with schedule "exponential".
    learning_rate, final_learning_rate : float, default=0.5 and 0.005
        α of the first and of the last epoch, by the online rule.
    schedule : {"to_final", "linear", "exponential"}, default="to_final"
        How α and R fall: by a constant factor to the final values, on a straight line to them, or
        by the factor `decay`.
    decay : float, default=0.95
        The factor per epoch with schedule "exponential".
    epochs : int, default=20
        Passes over the samples.
    response : {"distance", "rbf"}, default="distance"
        What `transform` returns: distances d to all units, or exp(−d² / 2s²), where s² is the mean
        squared distance of the training samples to their nearest unit. A linear classifier learns
        more from the latter.
    precision : {"float32", "float64"}, default="float32"
        Of the state within an online epoch. The codebook is float32.
    device : {"cpu", "cuda", "mps", "auto"}, default="cpu"
        Where it trains.
    n_jobs : int, optional
        CPU threads: 1 by default, −1 for all. The result has the same bits with any number.
    random_state : int, RandomState or None, default=None
        Of the first codebook and the order of samples. An int gives what the workflow gives with
        that seed.
    verbose : bool, default=False
        Whether to show progress.

    Attributes
    ----------
    codebook_ : float32 array of shape (n_units, n_features)
        Units row-major over the lattice.
    shape_, lattice_ : tuple and Lattice
    labels_ : int32 array of shape (n_samples,)
        The BMU of each training sample.
    n_iter_ : int
        Epochs trained.
    classes_, unit_classes_ : arrays of shape (n_classes,) and (n_units,)
        If `fit` was given labels: the classes, and for each unit the index of the commonest one
        among its training samples (of equals the first; −1 where there are none).
    scale_ : float
        s² of `response="rbf"`.
    n_features_in_, feature_names_in_
        As usual in scikit-learn.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> X, y = load_digits(return_X_y=True)
    >>> som = SelfOrganizingMap(shape=(12, 12), epochs=10, random_state=0).fit(X / 16, y)
    >>> som.predict(X[:1] / 16).shape, som.transform(X[:2] / 16).shape
    ((1,), (2, 144))
    >>> bool(som.score(X / 16, y) > 0.9)
    True
    """

    # `load` sets these: that pixels are expected, or how a run's data set is scaled.
    _takes_pixels = False
    _scaling: Mapping[str, Any] | None = None
    # What a run puts in the place of missing values; None: they are refused.
    _for_missing: NDArray[np.float64] | None = None

    def __init__(
        self,
        shape: Sequence[int] | str = "auto",
        *,
        topology: str = "square",
        kernel: str = "gaussian",
        rule: str = "batch",
        initialisation: str | None = None,
        radius: float | None = None,
        final_radius: float = 0.5,
        learning_rate: float = 0.5,
        final_learning_rate: float = 0.005,
        schedule: str = "to_final",
        decay: float = 0.95,
        epochs: int = 20,
        response: str = "distance",
        precision: str = "float32",
        device: str = "cpu",
        n_jobs: int | None = None,
        random_state: Any = None,
        verbose: bool = False,
    ) -> None:
        self.shape = shape
        self.topology = topology
        self.kernel = kernel
        self.rule = rule
        self.initialisation = initialisation
        self.radius = radius
        self.final_radius = final_radius
        self.learning_rate = learning_rate
        self.final_learning_rate = final_learning_rate
        self.schedule = schedule
        self.decay = decay
        self.epochs = epochs
        self.response = response
        self.precision = precision
        self.device = device
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.verbose = verbose

    def fit(
        self, X: ArrayLike, y: ArrayLike | None = None, sample_weight: ArrayLike | None = None
    ) -> Self:
        """Train a new map.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
        y : array of shape (n_samples,), optional
            Classes, which name the units; training does not see them.
        sample_weight : array of shape (n_samples,), optional
            How often each sample counts, by the batch rule.

        Raises
        ------
        ValueError
            If a parameter or the samples cannot be used.
        """
        samples = self._samples(X, reset=True)
        weights = None
        if sample_weight is not None:
            if self.rule != "batch":
                raise ValueError("sample_weight needs rule='batch'.")
            weights = _check_sample_weight(sample_weight, samples, dtype=np.float64)
            if not weights.any() or (weights < 0).any():
                raise ValueError("sample_weight must be 0 or more, and not all 0.")
        settings, schedule = self._begin(samples, weights)
        for number in tqdm(
            range(1, self.epochs + 1), desc="train the map", unit=" epochs",
            disable=not self.verbose, ncols=80,
        ):  # fmt: skip
            epoch = Epoch(number, schedule.learning_rate(number), schedule.radius(number))
            if weights is None:
                self.codebook_ = self._trained(samples, settings, epoch)
            else:
                factors = neighbourhood_factors(self.lattice_, epoch.radius, self.kernel)
                bmus = self._bmus(samples)
                self.codebook_ = update_batch(self.codebook_, samples, bmus, factors, weights)
            self.n_iter_ = number
        return self._end(samples, y, weights)

    @available_if(_is_online)
    def partial_fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Present samples once, in their order, by the online rule; the first call starts a map.

        Each call counts as an epoch, so α and R fall as in `fit`, and stay at their last values
        after `epochs` calls. Only with `rule="online"`.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
        y : array of shape (n_samples,), optional
            Classes, by which these samples name the units again.
        """
        is_first = not hasattr(self, "codebook_")
        samples = self._samples(X, reset=is_first)
        settings, schedule = self._begin(samples) if is_first else self._settings()
        number = min(self.n_iter_ + 1, self.epochs)
        epoch = Epoch(number, schedule.learning_rate(number), schedule.radius(number))
        order = np.arange(len(samples))
        self.codebook_ = self._trained(samples, settings, epoch, order)
        self.n_iter_ += 1
        return self._end(samples, y, None)

    def predict(self, X: ArrayLike) -> NDArray[np.int32]:
        """Return the BMU of each sample, (n_samples,): the nearest unit, the lowest of equals."""
        check_is_fitted(self)
        return self._bmus(self._samples(X))

    def transform(self, X: ArrayLike) -> NDArray[np.floating]:
        """Return the responses of all units, of shape (n_samples, n_units); see `response`."""
        check_is_fitted(self)
        samples = self._samples(X)
        distances = euclidean_distances(
            as_features(samples, np.float64), self.codebook_.astype(np.float64)
        )
        if self.response == "rbf":
            distances = np.exp(np.square(distances) / (-2 * max(self.scale_, np.finfo(float).tiny)))
        is_single = getattr(X, "dtype", None) == np.float32
        return distances.astype(np.float32 if is_single else np.float64, copy=False)

    def quantization_error(self, X: ArrayLike) -> float:
        """Return the mean Euclidean distance of samples to their BMUs."""
        return float(self._nearest(X).distances.mean(dtype=np.float64))

    def topographic_error(self, X: ArrayLike) -> float:
        """Return the share of samples whose two nearest units are not adjacent (Kiviluoto 1996).

        NaN on a map of one unit.
        """
        error = map_errors(self._nearest(X), self.lattice_).topographic_error
        return float("nan") if error is None else error

    def score(self, X: ArrayLike, y: ArrayLike | None = None) -> float:
        """Return the share of samples whose BMU has their class; without `y`, −quantization error.

        Raises
        ------
        ValueError
            If `y` is given here and was not in `fit`.
        """
        if y is None:
            return -self.quantization_error(X)
        check_is_fitted(self)
        if not hasattr(self, "unit_classes_"):
            raise ValueError("score(X, y) needs a map whose units have classes: call fit(X, y).")
        found, y = self.unit_classes_[self.predict(X)], column_or_1d(y)
        check_consistent_length(found, y)
        named = np.append(self.classes_, self.classes_[:1])[found]
        return float(((named == y) & (found != NO_CLASS)).mean())

    def u_matrix(self) -> NDArray[np.float64]:
        """Return the mean distance of each unit to its neighbours (Ultsch 1990), as the lattice."""
        check_is_fitted(self)
        return u_matrix(self.codebook_, self.lattice_).reshape(self.shape_)

    def plot(self) -> "Figure":
        """Return the map as a figure: the classes of units if there are any, else the U-matrix."""
        from .plot import plot_classes, plot_u_matrix  # Matplotlib takes a second.

        check_is_fitted(self)
        if hasattr(self, "unit_classes_"):
            return plot_classes(self.lattice_, self.classes_, self.unit_classes_)
        return plot_u_matrix(self.lattice_, self.u_matrix().ravel(), self.n_iter_)

    @property
    def _n_features_out(self) -> int:
        """Number of columns that `transform` returns."""
        return len(self.codebook_)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    def _samples(self, X: ArrayLike, *, reset: bool = False) -> Samples:
        """Return samples as bytes or float32, checked."""
        dtypes = set(getattr(X, "dtypes", [getattr(X, "dtype", None)]))  # Of a table, by column.
        are_bytes = dtypes == {np.dtype(np.uint8)} and self._scaling is None
        dtype = np.uint8 if are_bytes else np.float64 if self._scaling else np.float32
        finite = True if self._for_missing is None else "allow-nan"
        checked: Samples = validate_data(
            self, X, dtype=dtype, reset=reset, order="C", ensure_all_finite=finite
        )
        if self._for_missing is not None:
            checked = np.where(np.isnan(checked), self._for_missing, checked)
        if reset:
            self._takes_pixels = are_bytes
        if self._takes_pixels and not are_bytes and checked.max(initial=0) > 1:
            raise ValueError(
                "This map learnt from pixels: give bytes (uint8) from 0 to 255, or numbers from 0 "
                f"to 1; these go up to {checked.max():g}."
            )
        return checked if self._scaling is None else apply_scaling(checked, self._scaling)

    def _begin(
        self, samples: Samples, weights: NDArray[np.float64] | None = None
    ) -> tuple[TrainingSettings, Schedule]:
        """Check the parameters and make the first codebook."""
        self._check_parameters()
        try:
            is_auto = isinstance(self.shape, str)  # Nothing else is text by now.
            shape = natural_shape(samples, self.topology) if is_auto else self.shape
            self.lattice_ = Lattice(self.topology, tuple(int(length) for length in shape))
            self.shape_ = self.lattice_.shape
            self._seed = self._draw_seed()
            initialisation = self.initialisation
            if initialisation is None:
                fits = n_components_for(self.lattice_) <= samples.shape[1]
                initialisation = "pca" if fits else "sample"
            self.codebook_ = starting_codebook(
                initialisation, self._seed, samples, self.lattice_, weights
            )
        except SomError as error:
            raise ValueError(str(error)) from None
        self.n_iter_ = 0
        return self._settings()

    def _check_parameters(self) -> None:
        for name, known in (
            ("topology", TOPOLOGIES),
            ("kernel", tuple(kernel for kernel in KERNELS if kernel != "printed")),
            ("rule", RULES),
            ("initialisation", (None, *INITIALISATIONS)),
            ("schedule", SCHEDULES),
            ("response", RESPONSES),
            ("precision", PRECISIONS),
        ):
            value = getattr(self, name)
            if value not in known:
                listed = ", ".join(map(repr, known))
                raise ValueError(f"{name} is {value!r}: choose one of {listed}.")
        if self.rule == "batch" and self.kernel in ONLINE_ONLY:
            raise ValueError(f"kernel {self.kernel!r} needs rule='online'.")
        is_auto = isinstance(self.shape, str) and self.shape == "auto"
        if not is_auto and (isinstance(self.shape, str) or not np.iterable(self.shape)):
            raise ValueError(f"shape is {self.shape!r}: give lengths such as (10, 10), or 'auto'.")
        if not is_auto and not all(
            isinstance(length, Integral) and length > 0 for length in self.shape
        ):
            raise ValueError(f"shape is {self.shape!r}: all lengths must be whole and above 0.")
        if not isinstance(self.epochs, Integral) or self.epochs < 1:
            raise ValueError(f"epochs is {self.epochs!r}: it must be a whole number above 0.")
        for name in ("radius", "final_radius"):
            value = getattr(self, name)
            if value is None or isinstance(value, Real) and 0 < value < np.inf:
                continue
            raise ValueError(f"{name} is {value!r}: it must be a number above 0.")
        for name in ("learning_rate", "final_learning_rate", "decay"):
            if not 0 < getattr(self, name) <= 1:
                raise ValueError(f"{name} is {getattr(self, name)!r}: it must lie in (0, 1].")

    def _draw_seed(self) -> int:
        """Return the seed: a whole `random_state` itself, or a number drawn from it."""
        if isinstance(self.random_state, Integral):
            return int(self.random_state)
        return int(check_random_state(self.random_state).randint(2**31))

    def _settings(self) -> tuple[TrainingSettings, Schedule]:
        radius = self.radius
        if radius is None:
            radius = natural_radius(self.topology, self.shape_)
        # A map of a few units may start below the final radius.
        final_radius = min(self.final_radius, radius)
        schedule = Schedule(
            self.schedule,
            self.learning_rate,
            float(radius),
            self.decay,
            min(self.final_learning_rate, self.learning_rate),
            final_radius,
            self.epochs,
        )
        try:
            device = resolve_device(self.device, self.precision)
        except SomError as error:
            raise ValueError(str(error)) from None
        settings = TrainingSettings(
            rule=self.rule,
            kernel=self.kernel,
            order_seed=self._seed,
            precision=self.precision,
            device=device,
            threads=self._threads,
        )
        return settings, schedule

    @property
    def _threads(self) -> int:
        if self.n_jobs is None:
            return 1
        return self.n_jobs if self.n_jobs > 0 else len(os.sched_getaffinity(0))

    def _trained(
        self,
        samples: Samples,
        settings: TrainingSettings,
        epoch: Epoch,
        order: NDArray[np.int64] | None = None,
    ) -> NDArray[np.float32]:
        try:
            return train_one_epoch(
                self.codebook_, samples, self.lattice_, settings, epoch, order=order
            )
        except SomError as error:
            raise ValueError(str(error)) from None

    def _end(
        self, samples: Samples, y: ArrayLike | None, weights: NDArray[np.float64] | None
    ) -> Self:
        """Measure what the training samples say of the units."""
        nearest = find_two_nearest(samples, self.codebook_, threads=self._threads)
        self.labels_ = nearest.bmus
        squares = np.square(nearest.distances, dtype=np.float64)
        self.scale_ = float(np.average(squares, weights=weights))
        for name in ("classes_", "unit_classes_"):
            if hasattr(self, name):
                delattr(self, name)
        if y is not None and type_of_target(y) in ("binary", "multiclass"):
            self._name_units(column_or_1d(y), weights)
        return self

    def _name_units(self, y: NDArray[Any], weights: NDArray[np.float64] | None) -> None:
        """Give each unit the commonest class of its training samples."""
        self.classes_, labels = np.unique(y, return_inverse=True)
        cells = self.labels_.astype(np.int64) * len(self.classes_) + labels
        occupied, place = np.unique(cells, return_inverse=True)
        counts = np.bincount(place, weights)
        units, classes = np.divmod(occupied, len(self.classes_))
        self.unit_classes_ = np.full(len(self.codebook_), NO_CLASS)
        # In order of increasing counts, of equals the first class last: the last one stays.
        for cell in np.lexsort((-classes, counts)):
            if counts[cell] > 0:
                self.unit_classes_[units[cell]] = classes[cell]

    def _bmus(self, samples: Samples) -> NDArray[np.int32]:
        return find_bmus(samples, self.codebook_, threads=self._threads)

    def _nearest(self, X: ArrayLike) -> Nearest:
        check_is_fitted(self)
        return find_two_nearest(self._samples(X), self.codebook_, threads=self._threads)
