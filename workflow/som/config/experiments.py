"""The configuration turned into experiments, once `config_schema` has passed it.

Bounds of single keys stand in the schema, rules between keys in `Experiment`, values in
`config/config.yaml` alone. Whatever is refused is refused in one sentence.
"""

import dataclasses
import difflib
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..data.sources import DATASETS
from ..model.kernels import ONLINE_ONLY
from ..model.lattice import WRAPPED, Lattice, shape_fault
from ..model.map_size import natural_shape
from ..model.samples import AnySamples
from ..model.schedule import Schedule
from .refusals import ConfigError, shown

DATASET_NAMES = tuple(DATASETS)

# Names that no experiment may have: its folder would be one of these others in results/, its name
# would read like another target, step or key, or Windows keeps it for a device. (`quickstart` is a
# target and an experiment, and builds itself.)
RESERVED = {
    *("raw", "datasets", "logs", "benchmarks", "reference", "results"),
    *("all", "figures", "topologies", "replicates", "classifier", "tsp", "trade_off"),
    *("benchmark", "worth", "verify"),
    *("train_som", "map_activations", "measure_purity", "download", "preprocess"),
    *("default", "defaults", "experiments", "comparisons", "mirror", "cities", "config"),
    *("con", "prn", "aux", "nul"),
    *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)),
}

# Training was tried up to 90,000 units.
MOST_UNITS = 100_000
# A radius that reaches ten times as far as the lattice moves all units alike: no map comes of it.
MOST_DIAGONALS = 10
# The neighbourhood divides by the radius squared, which must stay a normal float64.
SMALLEST_RADIUS = 1e-100
# The printed formula divides in the precision of the state, and must not by zero in float32.
SMALLEST_PRINTED_RADIUS = 1e-15

# What stands for a shape or radius that follows from the data.
AUTO = "auto"

FINGERPRINT_KEYS = (
    "dataset",
    "topology",
    "shape",
    "kernel",
    "rule",
    "initialisation",
    "initialisation_seed",
    "order_seed",
    "learning_rate",
    "radius",
    "schedule",
    "precision",
)
# A schedule that ends at final values depends on how many epochs there are; the other never does.
SCHEDULE_KEYS = {
    "exponential": ("decay",),
    "to_final": ("final_learning_rate", "final_radius", "epochs"),
    "linear": ("final_learning_rate", "final_radius", "epochs"),
}


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """What one experiment trains, maps and measures; config/README.md explains the fields.

    `shape` is None where the data decide it (`for_samples`), and then `radius` may be None, too.

    Raises
    ------
    ConfigError
        If a value contradicts another one. Bounds of single values are the schema's.
    """

    dataset: str
    seeds: tuple[int, ...]
    topology: str
    shape: tuple[int, ...] | None
    kernel: str
    rule: str
    initialisation: str
    initialisation_seed: int | None
    order_seed: int | None
    learning_rate: float
    radius: float | None
    schedule: str
    decay: float
    final_learning_rate: float
    final_radius: float
    epochs: int
    precision: str
    device: str
    processes: int
    segment: int
    evaluate_every: int
    permutations: int

    def __post_init__(self) -> None:
        self._check_numbers()
        if len(set(self.seeds)) < len(self.seeds):
            raise ConfigError(
                f"seeds is {list(self.seeds)}, which has a seed twice; name each seed once."
            )
        self._check_lattice()
        self._check_schedule()
        if self.rule == "batch" and self.kernel in ONLINE_ONLY:
            raise ConfigError(
                f"kernel is {self.kernel}, which the batch rule cannot average by; "
                "set rule to online or kernel to gaussian, cut_gaussian or bubble."
            )
        if self.processes > 1 and self.rule == "online":
            raise ConfigError(
                f"processes is {self.processes}, but the online rule takes one sample after the "
                "other; set rule to batch or processes to 1."
            )
        if self.processes > 1 and self.device == "mps":
            raise ConfigError(
                f"processes is {self.processes}, but device mps is one for all; set device to cpu "
                "or processes to 1."
            )
        if self.kernel == "printed" and self.device in ("cuda", "mps"):
            raise ConfigError(
                f"device is {self.device}, but kernel printed trains on the CPU alone; "
                "set device to auto or cpu."
            )
        if self.device == "mps" and self.precision == "float64":
            raise ConfigError(
                "device is mps, which has no float64, but precision is float64; "
                "set precision to float32 or device to cpu."
            )

    @property
    def lattice(self) -> Lattice:
        """The lattice of units.

        Raises
        ------
        ConfigError
            If the data decide its shape, and they are not at hand here.
        """
        if self.shape is None:
            raise ConfigError(
                "shape is auto, but the number of units is needed before the data are read; "
                "set shape to a list such as [20, 20]."
            )
        return Lattice(self.topology, self.shape)

    @property
    def n_units(self) -> int:
        """Number of units; refused as `lattice` is."""
        return self.lattice.n_units

    def of_shape(self, shape: Sequence[int]) -> "Experiment":
        """Return this experiment with a shape, and the radius that follows from it.

        Raises
        ------
        ConfigError
            If other values contradict that shape.
        """
        return dataclasses.replace(self, shape=tuple(shape), radius=self._radius_on(shape))

    def for_samples(self, samples: AnySamples) -> "Experiment":
        """Return this experiment with the shape that suits these samples; see `of_shape`."""
        return self.of_shape(natural_shape(samples, self.topology))

    def _check_numbers(self) -> None:
        """Refuse true, .nan and .inf: numbers to Python, but hardly meant as such in YAML."""
        for key, value in dataclasses.asdict(self).items():
            for number in value if isinstance(value, tuple) else (value,):
                is_real = not isinstance(number, float) or math.isfinite(number)
                if isinstance(number, bool) or not is_real:
                    raise ConfigError(f"{key} is {shown(number)}; set it to a finite number.")

    def to_schedule(self) -> Schedule:
        """Return learning rate and radius of every epoch."""
        return Schedule(
            self.schedule,
            self.learning_rate,
            self._radius_on(self.lattice.shape),
            self.decay,
            self.final_learning_rate,
            self.final_radius,
            self.epochs,
        )

    def _radius_on(self, shape: Sequence[int]) -> float:
        return natural_radius(self.topology, shape) if self.radius is None else self.radius

    def _check_lattice(self) -> None:
        if self.shape is None:
            if self.topology == "block":
                raise ConfigError(
                    "shape is auto, but topology block has as many axes as you choose; "
                    "set shape to a list such as [10, 10, 10]."
                )
            return
        if fault := shape_fault(self.topology, self.shape):
            raise ConfigError(f"shape {list(self.shape)} {fault}; change one of the two.")
        if math.prod(self.shape) > MOST_UNITS:
            raise ConfigError(
                f"shape is {list(self.shape)}, which makes {math.prod(self.shape):,} units; "
                f"choose at most {MOST_UNITS:,}."
            )
        diagonal = math.hypot(*self.shape)
        if self.radius is not None and self.radius > MOST_DIAGONALS * diagonal:
            raise ConfigError(
                f"radius is {shown(self.radius)}, but shape {list(self.shape)} is only "
                f"{diagonal:.1f} grid steps across; set radius to about {max(self.shape)}, "
                f"and to at most {math.floor(MOST_DIAGONALS * diagonal)}."
            )

    def _check_schedule(self) -> None:
        """Refuse a radius that falls to zero, by which the neighbourhood would divide."""
        if self.schedule != "exponential":
            for key in ("learning_rate", "radius"):
                first, last = getattr(self, key), getattr(self, f"final_{key}")
                if first is not None and last > first:
                    raise ConfigError(
                        f"final_{key} is {shown(last)}, above {key} {shown(first)}; "
                        f"set final_{key} to at most that."
                    )
            return
        if self.radius is None:
            return
        smallest = SMALLEST_PRINTED_RADIUS if self.kernel == "printed" else SMALLEST_RADIUS
        if self.radius * self.decay ** (self.epochs - 1) >= smallest:
            return
        if self.radius < smallest:
            raise ConfigError(
                f"radius is {shown(self.radius)}, which is as good as zero; "
                f"set radius to {f'about {max(self.shape)}' if self.shape else AUTO}."
            )
        most = 1 + math.floor(math.log(smallest / self.radius) / math.log(self.decay))
        raise ConfigError(
            f"epochs is {self.epochs}, but with decay {shown(self.decay)} the radius "
            f"{shown(self.radius)} vanishes after epoch {most}; "
            "set epochs to at most that, or decay closer to 1."
        )


def canonical_dataset(name: str, own: Iterable[str] = (), *, key: str = "dataset") -> str:
    """Return the name by which the workflow knows a data set; `own` are those of the user.

    `key` is where the name stands in the configuration.

    Raises
    ------
    ConfigError
        If it is not known.

    Examples
    --------
    >>> canonical_dataset("FashionMNIST"), canonical_dataset("EMNIST digits")
    ('fashion_mnist', 'emnist_digits')
    """
    if name in own:
        return name
    known = {letters_of(canonical): canonical for canonical in (*DATASET_NAMES, *own)}
    if letters_of(name) in known:
        return known[letters_of(name)]
    close = difflib.get_close_matches(letters_of(name), known, n=1)
    names = ", ".join((*DATASET_NAMES, *own))
    remedy = f"the nearest of {names} is {known[close[0]]}" if close else f"choose one of {names}"
    raise ConfigError(f"{key} is {shown(name)}, which is not known; {remedy}.")


def letters_of(name: str) -> str:
    """Return a data set's name as it is compared: neither case nor spaces nor dashes count."""
    return re.sub(r"[\s_-]", "", name).casefold()


def experiments_from(config: Mapping[str, Any]) -> dict[str, Experiment]:
    """Return every experiment of a configuration that `validate_config` has passed.

    An experiment's values are the defaults, replaced key by key by its own.

    Raises
    ------
    ConfigError
        If a name cannot be used, or values contradict each other.
    """
    _check_names(config["experiments"])
    experiments = {}
    for name, own in config["experiments"].items():
        try:
            experiments[name] = _experiment(
                {**config["defaults"], **(own or {})}, tuple(config.get("datasets") or ())
            )
        except ConfigError as error:
            raise ConfigError(f"config: experiments.{name}: {error}") from None
    return experiments


def comparisons_from(config: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the experiments that each comparison sets side by side.

    Raises
    ------
    ConfigError
        If one of them is not there.
    """
    comparisons: dict[str, list[str]] = config["comparisons"]
    for comparison, names in comparisons.items():
        for place, name in enumerate(names):
            if name not in config["experiments"]:
                close = difflib.get_close_matches(name, config["experiments"], n=1)
                remedy = f"did you mean {close[0]}?" if close else "add it or remove it here."
                raise ConfigError(
                    f"config: comparisons.{comparison}[{place}] is {shown(name)}, which is no "
                    f"experiment; {remedy}"
                )
    replicates = comparisons["replicates"]
    if replicates and all(_n_seeds(config, name) < 2 for name in replicates):
        raise ConfigError(
            f"config: comparisons.replicates is {shown(replicates)}, of which none has two seeds; "
            "give one of them several, such as seeds: [0, 1]."
        )
    return comparisons


def _n_seeds(config: Mapping[str, Any], name: str) -> int:
    return len({**config["defaults"], **(config["experiments"][name] or {})}["seeds"])


def _check_names(names: Iterable[str]) -> None:
    earlier: dict[str, str] = {}
    for name in names:
        folded = name.casefold()
        if folded in RESERVED:
            raise ConfigError(
                f"config: experiments.{name} has a name that a target, a step, a key, a folder of "
                f"results or a device needs; rename it, for instance to my_{folded}."
            )
        if folded in earlier:
            raise ConfigError(
                f"config: experiments.{name} and experiments.{earlier[folded]} differ only by "
                "case and would share a folder on some file systems; rename one of them."
            )
        earlier[folded] = name


def _experiment(values: Mapping[str, Any], own: Sequence[str] = ()) -> Experiment:
    of_data = {key: None for key in ("shape", "radius") if values[key] == AUTO}
    values = {**values, **of_data}
    # `radius: 50` and `radius: 50.0` must give the same fingerprint.
    keys = ("learning_rate", "radius", "decay", "final_learning_rate", "final_radius")
    reals = {key: float(values[key]) for key in keys if values[key] is not None}
    lists = {key: tuple(values[key]) for key in ("seeds", "shape") if values[key] is not None}
    dataset = canonical_dataset(values["dataset"], own)
    experiment = Experiment(**{**values, **reals, **lists, "dataset": dataset})
    return experiment if experiment.shape is None else experiment.of_shape(experiment.shape)


def natural_radius(topology: str, shape: Sequence[int]) -> float:
    """Return the radius at which training starts unless another is given: the longest side.

    On closed lattices it is half of that, as no unit is farther away.

    Examples
    --------
    >>> natural_radius("square", (12, 30)), natural_radius("ring", (25,))
    (30.0, 12.5)
    """
    return max(shape) / (2 if topology in WRAPPED else 1)


def to_fingerprint(experiment: Experiment) -> dict[str, Any]:
    """Return the settings that determine the codebooks, as JSON; seed and data are not among them.

    Not among it: `epochs` of a schedule in which a later epoch never changes an earlier one, and
    all that only says where training runs or what is measured afterwards.
    """
    keys = (*FINGERPRINT_KEYS, *SCHEDULE_KEYS[experiment.schedule])
    values = {key: getattr(experiment, key) for key in keys}
    # Where the data decide, their checksum is part of the run's fingerprint already.
    return values | {"shape": AUTO if experiment.shape is None else list(experiment.shape)}
