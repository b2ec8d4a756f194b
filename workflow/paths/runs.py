"""Which files belong to a run of an experiment, epoch by epoch.

Methods whose name starts with `of_` are functions for rules, or return such: Snakemake calls these
with the wildcards of a job.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workflow.som.config.experiments import Experiment, to_fingerprint

RUN = "results/{experiment}/seed_{seed}"
CHECKPOINT = "checkpoints/epoch_{epoch}.safetensors"
# Figures of every run, and the formats in which each is drawn.
FIGURES = {
    "mnist_samples": ["png"],
    "activation_maps": ["png", "svg"],
    "combined_map": ["png", "svg"],
    "combined_map_epoch_001": ["png", "svg"],
    "training_curves": ["png", "svg"],
    "u_matrix": ["png", "svg"],
    "prototypes": ["png"],
    "hit_map": ["png", "svg"],
    "component_planes": ["png", "svg"],
    "evolution": ["png", "gif"],
    "clusters": ["png", "svg"],
}
# Of data sets of the user's own: figures that need images, those that need classes, and those that
# are for samples without classes.
OF_IMAGES = ("mnist_samples", "explorer")
OF_CLASSES = ("activation_maps", "combined_map", "combined_map_epoch_001", "evolution", "explorer")
OF_NO_CLASSES = ("clusters",)
Paths = Callable[[Any], list[str]]


def spread(epochs: Sequence[int], most: int = 12) -> list[int]:
    """Return some epochs: the first, the last, and more at the start, where maps change most.

    Examples
    --------
    >>> spread(range(91))
    [0, 1, 2, 4, 6, 9, 15, 23, 37, 57, 90]
    >>> spread([0, 1, 3])
    [0, 1, 3]
    """
    last = max(epochs[-1], 1)
    wanted = [last ** (step / (most - 2)) for step in range(most - 1)]
    nearest = {min(epochs, key=lambda epoch: abs(epoch - one)) for one in wanted}
    return sorted({epochs[0], epochs[-1]} | nearest)


@dataclass(frozen=True)
class Runs:
    """The runs of all experiments.

    Parameters
    ----------
    experiments : mapping
        By name.
    training_code : str
        Hash of the code that determines codebooks.
    kinds : mapping
        Of the data sets of the user's own, by name: whether they have images, and labels.
    """

    experiments: Mapping[str, Experiment]
    training_code: str
    kinds: Mapping[str, tuple[bool, bool]] = field(default_factory=dict)

    def settings(self, name: str) -> dict[str, Any]:
        """Return all that determines an experiment's codebooks, but for the data and the seed."""
        return to_fingerprint(self.experiments[name]) | {"code": self.training_code}

    def settings_of(self, names: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Return the settings of several experiments, by name."""
        return {name: self.settings(name) for name in names}

    def segments(self, name: str) -> list[list[int]]:
        """Return the epochs of each training job; the first one also makes epoch 0.

        Epoch 0 is the initial codebook.
        """
        experiment = self.experiments[name]
        starts = range(0, experiment.epochs, experiment.segment)
        ends = [min(start + experiment.segment, experiment.epochs) for start in starts]
        return [
            list(range(start + 1 if start else 0, end + 1))
            for start, end in zip(starts, ends, strict=True)
        ]

    def evaluated(self, name: str, epochs: Iterable[int] | None = None) -> list[int]:
        """Return the epochs (of all, or of `epochs`) on whose codebook the test set is mapped."""
        experiment = self.experiments[name]
        always = (0, 1, experiment.epochs)
        return [
            epoch
            for epoch in (range(experiment.epochs + 1) if epochs is None else epochs)
            if epoch in always or epoch % experiment.evaluate_every == 0
        ]

    def in_epochs(self, name: str, pattern: str, epochs: Iterable[int]) -> list[str]:
        """Return a path per epoch below an experiment's folder; the seed stays a wildcard."""
        return [
            f"results/{name}/seed_{{seed}}/{pattern.format(epoch=f'{epoch:03d}')}"
            for epoch in epochs
        ]

    def in_last_epoch(self, names: Iterable[str], pattern: str) -> list[str]:
        """Return a path per experiment and seed, in the experiment's last epoch."""
        return [
            path
            for name in names
            for path in self._with_seeds(
                name, self.in_epochs(name, pattern, [self.experiments[name].epochs])
            )
        ]

    def in_evaluated_epochs(self, names: Iterable[str], pattern: str) -> list[str]:
        """Return a path per experiment, seed and trained epoch on which the test set is mapped."""
        return [
            path
            for name in names
            for path in self._with_seeds(
                name, self.in_epochs(name, pattern, self.evaluated(name)[1:])
            )
        ]

    def checkpoints_before(self, name: str, epochs: Iterable[int]) -> list[str]:
        """Return the checkpoints from which epochs start, of an experiment's first seed."""
        experiment = self.experiments[name]
        starts = [epoch - 1 for epoch in epochs if epoch <= experiment.epochs]
        paths = self.in_epochs(name, CHECKPOINT, starts)
        return [path.format(seed=experiment.seeds[0]) for path in paths]

    def figures(self, name: str) -> list[str]:
        """Return all figures of an experiment."""
        return self._with_seeds(name, self._figure_paths(name))

    def everything(self, name: str) -> list[str]:
        """Return all files of an experiment: its tables of data, its runs, and their manifests."""
        dataset = self.experiments[name].dataset
        tables = [f"results/datasets/{dataset}/{split}.parquet" for split in ("train", "test")]
        manifest = f"results/{name}/seed_{{seed}}/manifest.json"
        return tables + self._with_seeds(name, [*self._artifacts(name), manifest])

    # Input functions.

    def of_settings(self, wildcards: Any) -> dict[str, Any]:
        """Return the settings of a job's run: every rule downstream of training carries them.

        Without them a table of an earlier run would look up to date after a change of settings and
        a failure in between.
        """
        return self.settings(wildcards.experiment)

    def of_table(self, split: str) -> Callable[[Any], str]:
        """Return the input function for the training or test table of the experiment's data set."""

        def path(wildcards: Any) -> str:
            dataset = self.experiments[wildcards.experiment].dataset
            return f"results/datasets/{dataset}/{split}.parquet"

        return path

    def of_last_epoch(self, pattern: str) -> Callable[[Any], str]:
        """Return the input function for a path of the run's last epoch."""

        def path(wildcards: Any) -> str:
            last = [self.experiments[wildcards.experiment].epochs]
            return self._in_run(wildcards, pattern, last)[0]

        return path

    def of_clusters(self, wildcards: Any) -> list[str]:
        """Return the table of a run's clusters of units, if it has one."""
        if not self._suits(wildcards.experiment, "clusters"):
            return []
        return [self.of_last_epoch("clusters/epoch_{epoch}.parquet")(wildcards)]

    def of_evaluated_epochs(self, pattern: str) -> Paths:
        """Return the input function for the paths of all epochs on which the test set is mapped."""

        def paths(wildcards: Any) -> list[str]:
            return self._in_run(wildcards, pattern, self.evaluated(wildcards.experiment))

        return paths

    def of_shown_epochs(self, pattern: str) -> Paths:
        """Return the input function for the paths of the epochs that the explorer shows."""

        def paths(wildcards: Any) -> list[str]:
            return self._in_run(wildcards, pattern, spread(self.evaluated(wildcards.experiment)))

        return paths

    def of_trained_epochs(self, pattern: str) -> Paths:
        """Return the input function for the paths of all epochs but the initial one."""

        def paths(wildcards: Any) -> list[str]:
            epochs = range(1, self.experiments[wildcards.experiment].epochs + 1)
            return self._in_run(wildcards, pattern, epochs)

        return paths

    def of_artifacts(self, wildcards: Any) -> list[str]:
        """Return all files of a job's run, its manifest apart."""
        return [path.format(seed=wildcards.seed) for path in self._artifacts(wildcards.experiment)]

    def _in_run(self, wildcards: Any, pattern: str, epochs: Iterable[int]) -> list[str]:
        paths = self.in_epochs(wildcards.experiment, pattern, epochs)
        return [path.format(seed=wildcards.seed) for path in paths]

    def _with_seeds(self, name: str, paths: Iterable[str]) -> list[str]:
        seeds = self.experiments[name].seeds
        return [path.format(seed=seed) for path in paths for seed in seeds]

    def _figure_paths(self, name: str) -> list[str]:
        return [
            f"results/{name}/seed_{{seed}}/figures/{figure}.{kind}"
            for figure, kinds in FIGURES.items()
            if self._suits(name, figure)
            for kind in kinds
        ]

    def _suits(self, name: str, figure: str) -> bool:
        """Return whether an experiment's samples are such that a figure can be drawn of them."""
        has_images, has_labels = self.kinds.get(self.experiments[name].dataset, (True, True))
        return (
            (has_images or figure not in OF_IMAGES)
            and (has_labels or figure not in OF_CLASSES)
            and (not has_labels or figure not in OF_NO_CLASSES)
        )

    def _artifacts(self, name: str) -> list[str]:
        """Return all files of a run but its manifest; the seed stays a wildcard.

        Intermediate files are listed, too. Otherwise, after a failure, an old figure would hide
        that they are missing.
        """
        last = self.experiments[name].epochs
        measured = self.evaluated(name)
        by_epoch: dict[str, Iterable[int]] = {
            CHECKPOINT: range(last + 1),
            "training_activations/epoch_{epoch}.parquet": range(last + 1),
            "activations/epoch_{epoch}.parquet": measured,
            "purity/epoch_{epoch}.parquet": measured,
            "purity/epoch_{epoch}.json": measured,
            "u_matrix/epoch_{epoch}.parquet": [last],
            "history.parquet": [last],
            **(
                {"clusters/epoch_{epoch}.parquet": [last], "clusters/epoch_{epoch}.json": [last]}
                if self._suits(name, "clusters")
                else {}
            ),
            **({"explorer.html": [last]} if self._suits(name, "explorer") else {}),
        }
        paths = [
            path
            for pattern, epochs in by_epoch.items()
            for path in self.in_epochs(name, pattern, epochs)
        ]
        return paths + self._figure_paths(name)
