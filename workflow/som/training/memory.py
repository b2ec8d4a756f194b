"""Whether a map fits in this machine's memory, before it is trained."""

from ..config.experiments import Experiment
from ..files.errors import SomError
from ..model.lattice import HEXAGONAL
from ..provenance.environment import memory_bytes

# Two numbers for each pair of units: the table, and a copy while it is made.
BYTES_A_PAIR = 16


def check_memory(name: str, experiment: Experiment) -> None:
    """Refuse a map whose neighbourhood cannot fit in this machine's memory.

    Raises
    ------
    SomError
        If a table of all pairs of units is too large. (The batch rule with a Gaussian on straight
        axes needs one for each axis, the printed formula none.)
    """
    if experiment.kernel == "printed":
        return
    is_product = experiment.kernel == "gaussian" and experiment.topology not in HEXAGONAL
    shape, n_units = experiment.lattice.shape, experiment.lattice.n_units
    tables = shape if is_product and experiment.rule == "batch" else [n_units]
    needed, there = BYTES_A_PAIR * sum(table**2 for table in tables), memory_bytes()
    if needed > there:
        raise SomError(
            f"experiments.{name}: shape {list(shape)} makes {n_units:,} "
            f"units, whose neighbourhood needs {needed / 1e9:,.1f} GB of memory, and this machine "
            f"has {there / 1e9:,.1f} GB: choose fewer units, or rule batch with kernel gaussian."
        )
