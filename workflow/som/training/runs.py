"""A training job: its epochs, each kept as soon as it is finished, then published together."""

import json
import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..config.experiments import Experiment
from ..config.refusals import ConfigError
from ..data.datasets import Images
from ..files.checkpoints import fingerprint, load_checkpoint, save_checkpoint
from ..files.errors import SomError, damaged
from ..files.logs import Progress
from ..files.tables import write_table
from ..mapping.activations import activations_table
from ..model.initialisation import starting_codebook
from ..model.samples import AnySamples
from ..provenance.environment import describe_machine, describe_versions
from .devices import resolve_device
from .epoch import Epoch, TrainingSettings
from .finders import Finder, finder_for
from .measured_epochs import (
    MeasuredEpoch,
    Search,
    measure_start,
    train_measured_epoch,
)
from .memory import check_memory
from .processes import Processes, SharedFinder
from .resume import TERMINATED, ResumeFolder, StopRequest

# What tables and codebooks say of the samples that they come from.
DATA_KEYS = (*("image_shape", "class_names", "feature_names", "scaling", "missing", "pixel_range"),)

logger = logging.getLogger(__name__)


def own_or(own: int | None, seed: int) -> int:
    """Return the seed that an experiment fixes for one purpose, or else the run's."""
    return seed if own is None else own


def sized(name: str, experiment: Experiment, samples: AnySamples) -> Experiment:
    """Return an experiment with the shape that its samples ask for, if it has none of its own.

    Raises
    ------
    SomError
        If its other settings contradict that shape.
    """
    if experiment.shape is not None:
        return experiment
    try:
        sized = experiment.for_samples(samples)
    except ConfigError as error:
        raise SomError(f"experiments.{name}: {error}") from None
    size = "×".join(map(str, sized.lattice.shape))
    logger.info("Shape auto: %s units for %s samples.", size, f"{len(samples):,}")
    return sized


def report_reused(epochs: list[int]) -> None:
    """Say once up to which epoch all was finished before, and forget them."""
    if epochs:
        logger.info("Epochs up to %d were finished before: used again.", epochs[-1])
        epochs.clear()


class Run:
    """One seed of one experiment, trained in jobs of several epochs.

    Parameters
    ----------
    name : str
        The experiment's name.
    settings : mapping
        What determines the codebook (`experiments.to_fingerprint`, code), but for seed and data.
    images : Images
        The training set.
    folder : Path
        Where finished epochs are kept (see `ResumeFolder`).
    threads : int
        Of each process.
    processes : Processes, optional
        That share the samples: the first one has to `train`, and the others to `help`.
    """

    def __init__(
        self,
        name: str,
        experiment: Experiment,
        seed: int,
        settings: Mapping[str, Any],
        images: Images[AnySamples],
        folder: Path,
        threads: int,
        processes: Processes | None = None,
    ) -> None:
        experiment = sized(name, experiment, images.pixels)
        check_memory(name, experiment, images.pixels.shape[1])
        self.name, self.experiment, self.seed = name, experiment, seed
        self.images = images
        self.lattice = experiment.lattice
        self.schedule = experiment.to_schedule()
        self.fingerprint = fingerprint({**settings, "seed": seed}, images.metadata["checksum"])
        self.kept = ResumeFolder(folder, self.fingerprint)
        device = resolve_device(experiment.device, experiment.precision)
        self.device = processes.device if processes else device
        self.settings = TrainingSettings(
            rule=experiment.rule,
            kernel=experiment.kernel,
            order_seed=own_or(experiment.order_seed, seed),
            precision=experiment.precision,
            device=self.device,
            threads=threads,
        )
        # For the manifest. Not in checkpoints, which have the same bytes on any number of threads.
        self.made_with = {"device": self.device, "threads": threads}
        self.made_with |= describe_machine() | describe_versions()
        self.samples = images.pixels
        self.finder: Finder
        self.shared = None
        if processes:
            self.samples = processes.share(images.pixels)
            self.made_with["processes"] = processes.size
            self.shared = SharedFinder(processes, self.samples, self.lattice, self.settings)
        self.finder = self.shared or finder_for(self.samples, self.lattice, self.settings)

    def help(self) -> None:
        """Help the first of several processes until it has trained."""
        assert self.shared
        self.shared.help()

    def train(
        self, epochs: Sequence[int], previous: Path | None, outputs: Sequence[tuple[Path, Path]]
    ) -> None:
        """Train `epochs` (0 is the initial codebook) and publish each as (checkpoint, table).

        Raises
        ------
        SystemExit
            With status 143 if asked to stop: the epochs finished so far are kept.
        """
        stop = StopRequest()
        codebook = None if previous is None else self._load(previous, epochs[0] - 1)
        search = None
        with self.kept.only_one(stop=stop.__bool__), self._progress(epochs) as progress:
            reused: list[int] = []
            for epoch in epochs:
                found = self.kept.find(epoch)
                if found is not None:
                    codebook, search = found.codebook, None
                    logger.debug("Epoch %d was finished before: used again.", epoch)
                    reused.append(epoch)
                    progress.initial += len(self.images.labels)
                    progress.update(len(self.images.labels))
                    continue
                report_reused(reused)
                if stop:
                    logger.info("Stopped before epoch %d; it will go on from there.", epoch)
                    sys.exit(TERMINATED)
                if codebook is None:
                    made = self._make_start(progress)
                else:
                    made = self._train_epoch(codebook, search, epoch, progress)
                self._keep(epoch, made)
                codebook, search = made.codebook, made.search
            report_reused(reused)
            for epoch, (checkpoint, table) in zip(epochs, outputs, strict=True):
                self.kept.publish(epoch, checkpoint, table)

    def _load(self, previous: Path, epoch: int) -> NDArray[np.float32]:
        """Return the codebook of the epoch before the job's first one."""
        checkpoint = load_checkpoint(previous)
        if checkpoint.metadata["fingerprint"] != self.fingerprint:
            raise SomError(
                f"{previous} comes from other data, settings or code than this run: delete it, and "
                "the same command trains it again."
            )
        if checkpoint.metadata["epoch"] != str(epoch):
            raise damaged(previous, f"it is of epoch {checkpoint.metadata['epoch']}, not {epoch}")
        logger.info("Going on from epoch %d on %s.", epoch, self.device)
        return checkpoint.codebook

    def _progress(self, epochs: Sequence[int]) -> Progress:
        total = len(self.images.labels) * (self.experiment.epochs - max(epochs[0], 1) + 1)
        return Progress(total=total, unit_scale=True, desc=f"{self.name} {self.seed}")

    def _make_start(self, progress: Progress) -> MeasuredEpoch:
        """Return epoch 0: the initial codebook."""
        seed = own_or(self.experiment.initialisation_seed, self.seed)
        pixels = self.images.pixels
        codebook = starting_codebook(self.experiment.initialisation, seed, pixels, self.lattice)
        found = self._searching(progress, 0)
        return measure_start(codebook, self.lattice, self.finder, found)

    def _searching(self, progress: Progress, number: int) -> Callable[[int], None]:
        """Return a function that says in the live line how far the search after an epoch is."""
        n_found, n_samples = 0, len(self.images.labels)

        def found(n_more: int) -> None:
            nonlocal n_found
            n_found += n_more
            done = f"{n_found / n_samples:.0%}"
            progress.say(f"{self.name} {self.seed}  epoch {number}, searching {done}")

        return found

    def _train_epoch(
        self,
        codebook: NDArray[np.float32],
        search: Search | None,
        number: int,
        progress: Progress,
    ) -> MeasuredEpoch:
        """Return an epoch, trained from the codebook before it (see `train_measured_epoch`)."""
        rate, radius = self.schedule.learning_rate(number), self.schedule.radius(number)
        progress.set_description(
            f"{self.name} {self.seed}  epoch {number}/{self.experiment.epochs}  R {radius:.3g}",
            refresh=False,
        )
        n_samples = len(self.images.labels)
        return train_measured_epoch(
            codebook,
            self.samples,
            self.lattice,
            self.settings,
            Epoch(number, rate, radius),
            finder=self.finder,
            search=search,
            report=(lambda _: progress.update(n_samples)) if self.shared else progress.update,
            found=self._searching(progress, number),
        )

    def _keep(self, epoch: int, made: MeasuredEpoch) -> None:
        """Write an epoch's checkpoint and table to the resume folder, and a line to the log."""
        row = made.row
        metadata = {
            "experiment": self.name,
            "seed": str(self.seed),
            "epoch": str(epoch),
            "lattice": self.lattice.to_json(),
            "learning_rate": str(row.get("learning_rate") or ""),
            "radius": str(row.get("radius") or ""),
            "fingerprint": self.fingerprint,
            "dataset": self.experiment.dataset,
            **{key: self.images.metadata[key] for key in DATA_KEYS if key in self.images.metadata},
        }
        checkpoint, table = self.kept.paths(epoch)
        images, nearest = self.images, made.search.nearest
        frame = activations_table(images.sample, images.label_column, nearest, self.lattice)
        # The checkpoint comes last: where it is, the table is.
        history = {"history": json.dumps(row), "made_with": json.dumps(self.made_with)}
        write_table(table, frame, metadata | history, kind="training_activations")
        save_checkpoint(checkpoint, made.codebook, metadata)
        # For the log file: in the terminal the live line is enough.
        logger.debug(
            "Epoch %d: quantization error %.4f, topographic error %s, %s samples/s",
            epoch,
            row["quantization_error"],
            "undefined" if row["topographic_error"] is None else f"{row['topographic_error']:.3f}",
            f"{row['samples_per_second']:,.0f}" if epoch else "-",
        )
