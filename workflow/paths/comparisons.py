"""Which runs a comparison sets side by side, and which files it makes of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workflow.paths.runs import Runs
from workflow.som.config.experiments import Experiment


@dataclass(frozen=True)
class Comparison:
    """How experiments are set side by side.

    Parameters
    ----------
    folder : str
        Where its table and figures lie below `results/`: the name of the target that makes them.
    every_epoch : bool
        Whether each evaluated epoch of a run is a row, or the last one alone.
    figure : str
        What draws its table: the rule `plot_…`.
    """

    folder: str
    every_epoch: bool = False
    figure: str = "comparison"


COMPARISONS = {
    "topologies": Comparison("topologies"),
    "kernels": Comparison("topologies"),
    "starts": Comparison("topologies"),
    "replicates": Comparison("replicates"),
    "trade_off": Comparison("trade_off", every_epoch=True, figure="trade_off"),
}
COMPARISON_FOLDERS = {name: comparison.folder for name, comparison in COMPARISONS.items()}


@dataclass(frozen=True)
class ComparedRuns:
    """The comparisons of a configuration.

    Parameters
    ----------
    runs : Runs
    compared : mapping
        The names of the experiments that each comparison sets side by side.
    """

    runs: Runs
    compared: Mapping[str, Sequence[str]]

    def inputs(self, comparison: str, pattern: str) -> list[str]:
        """Return a path per row of a comparison."""
        names = self.compared[comparison]
        if COMPARISONS[comparison].every_epoch:
            return self.runs.in_evaluated_epochs(names, pattern)
        return self.runs.in_last_epoch(names, pattern)

    def files(self, target: str) -> list[str]:
        """Return the tables and figures of all comparisons that a target makes."""
        return [
            f"results/{target}/{path}"
            for name, comparison in COMPARISONS.items()
            if comparison.folder == target
            for path in (f"{name}.parquet", f"figures/{name}.png", f"figures/{name}.svg")
        ]

    def settings(self, comparison: str) -> dict[str, dict[str, object]]:
        """Return the settings of all experiments of a comparison."""
        return self.runs.settings_of(self.compared[comparison])

    def replicated(self) -> dict[str, Experiment]:
        """Return the experiments among the replicates that have several seeds."""
        named = {name: self.runs.experiments[name] for name in self.compared["replicates"]}
        return {name: experiment for name, experiment in named.items() if len(experiment.seeds) > 1}


def drawn_as(figure: str) -> str:
    """Return the regular expression of the comparisons that one kind of figure draws."""
    return "|".join(name for name, entry in COMPARISONS.items() if entry.figure == figure)
