"""A training job: its epochs, each kept as soon as it is finished, then published together."""

import json
import logging
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workflow.som.config.experiments import Experiment
from workflow.som.data.datasets import Images
from workflow.som.engine.search.find import find_two_nearest
from workflow.som.engine.search.nearest import Nearest
from workflow.som.files.checkpoints import Checkpoint, fingerprint, load_checkpoint, save_checkpoint
from workflow.som.files.errors import SomError, damaged
from workflow.som.files.logs import Progress
from workflow.som.files.tables import write_table
from workflow.som.mapping.activations import activations_table
from workflow.som.mapping.map_errors import map_errors
from workflow.som.model.initialisation import starting_codebook
from workflow.som.model.lattice import HEXAGONAL, Lattice
from workflow.som.provenance.environment import describe_machine, describe_versions, memory_bytes
from workflow.som.training.devices import resolve_device
from workflow.som.training.epoch import train_one_epoch
from workflow.som.training.resume import TERMINATED, ResumeFolder, StopRequest

logger = logging.getLogger(__name__)
# A number for each pair of units, and what is made of it at the same time.
BYTES_A_PAIR = 16


def own_or(own: int | None, seed: int) -> int:
    """Return the seed that an experiment fixes for one purpose, or else the run's."""
    return seed if own is None else own


def check_memory(name: str, experiment: Experiment) -> None:
    """Refuse a map whose neighbourhood cannot fit in this machine's memory.

    Raises
    ------
    SomError
        If a table of all pairs of units is too large. (The batch rule with a Gaussian on straight
        axes needs one an axis, the printed formula none.)
    """
    if experiment.kernel == "printed":
        return
    is_product = experiment.kernel == "gaussian" and experiment.topology not in HEXAGONAL
    tables = experiment.shape if is_product and experiment.rule == "batch" else [experiment.n_units]
    needed, there = BYTES_A_PAIR * sum(n_units**2 for n_units in tables), memory_bytes()
    if needed > there:
        raise SomError(
            f"experiments.{name}: shape {list(experiment.shape)} makes {experiment.n_units:,} "
            f"units, whose neighbourhood needs {needed / 1e9:,.1f} GB of memory, and this machine "
            f"has {there / 1e9:,.1f} GB: choose fewer units, or rule batch with kernel gaussian."
        )


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
        What determines the codebook (`config.to_fingerprint`, code), but for seed and data.
    images : Images
        The training set.
    folder : Path
        Where finished epochs are kept (see `ResumeFolder`).
    """

    def __init__(
        self,
        name: str,
        experiment: Experiment,
        seed: int,
        settings: Mapping[str, Any],
        images: Images,
        folder: Path,
        threads: int,
    ) -> None:
        check_memory(name, experiment)
        self.name, self.experiment, self.seed = name, experiment, seed
        self.images, self.threads = images, threads
        self.lattice = Lattice(experiment.topology, experiment.shape)
        self.schedule = experiment.to_schedule()
        self.fingerprint = fingerprint({**settings, "seed": seed}, images.metadata["checksum"])
        self.kept = ResumeFolder(folder, self.fingerprint)
        self.device = resolve_device(experiment.device, experiment.precision)
        # For the manifest. Not in checkpoints, which have the same bytes on any number of threads.
        self.made_with = {"device": str(self.device), "threads": threads}
        self.made_with |= describe_machine() | describe_versions()
        # Of the codebook trained last, and how long they took to find: a batch epoch starts there.
        self.nearest: Nearest | None = None
        self.seconds_of_search = 0.0

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
        codebook = None if previous is None else self._start(previous, epochs[0] - 1)
        with self.kept.only_one(stop=stop.__bool__), self._progress(epochs) as progress:
            reused: list[int] = []
            for epoch in epochs:
                found = self.kept.find(epoch)
                if found is None:
                    report_reused(reused)
                    if stop:
                        logger.info("Stopped before epoch %d; it will go on from there.", epoch)
                        sys.exit(TERMINATED)
                    codebook = self._train_epoch(codebook, epoch, progress)
                else:
                    codebook, self.nearest = found.codebook, None
                    self.seconds_of_search = 0.0
                    logger.debug("Epoch %d was finished before: used again.", epoch)
                    reused.append(epoch)
                    progress.initial += len(self.images.labels)
                    progress.update(len(self.images.labels))
            report_reused(reused)
            for epoch, (checkpoint, table) in zip(epochs, outputs, strict=True):
                self.kept.publish(epoch, checkpoint, table)

    def _start(self, previous: Path, epoch: int) -> Any:
        checkpoint: Checkpoint = load_checkpoint(previous)
        if checkpoint.metadata["fingerprint"] != self.fingerprint:
            raise SomError(
                f"{previous} comes from other data, settings or code than this run: delete it and "
                "run the same command again to have it trained anew."
            )
        if checkpoint.metadata["epoch"] != str(epoch):
            raise damaged(previous, f"it is of epoch {checkpoint.metadata['epoch']}, not {epoch}")
        logger.info("Going on from epoch %d on %s.", epoch, self.device)
        return checkpoint.codebook

    def _progress(self, epochs: Sequence[int]) -> Progress:
        total = len(self.images.labels) * (self.experiment.epochs - max(epochs[0], 1) + 1)
        return Progress(total=total, unit_scale=True, desc=f"{self.name} {self.seed}")

    def _train_epoch(self, codebook: Any, epoch: int, progress: Progress) -> Any:
        pixels, settings = self.images.pixels, self.experiment
        row: dict[str, float | int | None] = {"epoch": epoch}
        if epoch == 0:
            seed = own_or(settings.initialisation_seed, self.seed)
            codebook = starting_codebook(settings.initialisation, seed, pixels, self.lattice)
        else:
            is_online = settings.rule == "online"
            rate, radius = self.schedule.learning_rate(epoch), self.schedule.radius(epoch)
            row |= {"learning_rate": rate if is_online else None, "radius": radius}
            progress.set_description(
                f"{self.name} {self.seed}  epoch {epoch}/{settings.epochs}  R {radius:.3g}",
                refresh=False,
            )
            started = time.perf_counter()
            codebook = train_one_epoch(
                codebook,
                pixels,
                self.lattice,
                rule=settings.rule,
                kernel=settings.kernel,
                seed=own_or(settings.order_seed, self.seed),
                epoch=epoch,
                learning_rate=rate,
                radius=radius,
                precision=settings.precision,
                device=self.device,
                threads=self.threads,
                bmus=self.nearest.bmus if self.nearest else None,
                report=progress.update,
            )
            seconds = time.perf_counter() - started
            if not is_online:
                seconds += self.seconds_of_search
            row |= {"seconds": seconds, "samples_per_second": len(pixels) / seconds}
        nearest = self._find_nearest(codebook)
        row |= map_errors(nearest, self.lattice)._asdict()
        self._keep(epoch, codebook, nearest, row)
        # For the log file: in the terminal the live line is enough.
        logger.debug(
            "Epoch %d: quantization error %.4f, topographic error %s, %s samples/s",
            epoch,
            row["quantization_error"],
            "undefined" if row["topographic_error"] is None else f"{row['topographic_error']:.3f}",
            f"{row['samples_per_second']:,.0f}" if epoch else "-",
        )
        return codebook

    def _find_nearest(self, codebook: Any) -> Nearest:
        started = time.perf_counter()
        pixels = self.images.pixels
        nearest = find_two_nearest(pixels, codebook, threads=self.threads, device=self.device)
        self.nearest, self.seconds_of_search = nearest, time.perf_counter() - started
        return nearest

    def _keep(self, epoch: int, codebook: Any, nearest: Any, row: Mapping[str, Any]) -> None:
        metadata = {
            "experiment": self.name,
            "seed": str(self.seed),
            "epoch": str(epoch),
            "lattice": self.lattice.to_json(),
            "learning_rate": str(row.get("learning_rate") or ""),
            "radius": str(row.get("radius") or ""),
            "fingerprint": self.fingerprint,
            "dataset": self.experiment.dataset,
            "image_shape": self.images.metadata["image_shape"],
        }
        checkpoint, table = self.kept.paths(epoch)
        frame = activations_table(self.images.sample, self.images.labels, nearest, self.lattice)
        # The checkpoint comes last: where it is, the table is.
        history = {"history": json.dumps(row), "made_with": json.dumps(self.made_with)}
        write_table(table, frame, metadata | history, kind="training_activations")
        save_checkpoint(checkpoint, codebook, metadata)
