"""How much memory training takes, and whether a map fits in this machine's."""

from ..config.experiments import Experiment
from ..files.errors import SomError
from ..provenance.environment import memory_bytes

# The codebook in float32 and float64, its copies, and what is computed from it: 17 bytes a weight
# were measured with 90,000 units of 784 features.
BYTES_A_WEIGHT = 24
# A block's inner products and updates, and the updates noted for a unit.
BYTES_A_UNIT = 2000


def bytes_of_training(n_units: int, n_features: int) -> int:
    """Return the bytes that training a map takes, next to its samples: in proportion to its units.

    Examples
    --------
    >>> bytes_of_training(2500, 784)
    52040000
    """
    return n_units * (BYTES_A_WEIGHT * n_features + BYTES_A_UNIT)


def check_memory(name: str, experiment: Experiment, n_features: int) -> None:
    """Refuse a map that cannot fit in this machine's memory.

    Raises
    ------
    SomError
    """
    lattice = experiment.lattice
    needed, there = bytes_of_training(lattice.n_units, n_features), memory_bytes()
    if needed > there:
        raise SomError(
            f"experiments.{name}: shape {list(lattice.shape)} makes {lattice.n_units:,} units of "
            f"{n_features:,} features, whose training needs {needed / 1e9:,.1f} GB of memory, and "
            f"this machine has {there / 1e9:,.1f} GB: choose fewer units."
        )
