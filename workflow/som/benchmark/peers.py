"""Ask libraries for the same epochs, each in a process of its own, and compare their codebooks."""

import logging
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..engine.batch import update_batch
from ..engine.online.rule import train_epoch
from ..engine.search.carried import carried_search
from ..engine.search.find import find_bmus
from ..files.checkpoints import Checkpoint
from ..files.errors import SomError
from ..model.kernels import neighbourhood_by_offset, neighbourhood_factors
from ..model.lattice import Lattice
from ..model.schedule import exponential_decay
from ..training.epoch import presentation_order

logger = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[3]
# See `run.py`: otherwise some peers are at the mercy of the heap's layout.
HEAP = {"MALLOC_TRIM_THRESHOLD_": "1000000000", "MALLOC_MMAP_THRESHOLD_": "33554432"}
# Repeats in a process: the first is cold.
REPEATS = 2
# Relative difference from our float64 codebook that rounding in float32 explains. Peers that search
# in float32 decide some near ties of a batch epoch otherwise, which moves single samples.
TOLERANCES = {"online": 2e-6, "batch": 1e-4}


class Start(NamedTuple):
    """What an epoch of a run starts from.

    Attributes
    ----------
    codebook : float32 array of shape (n_units, n_features)
    lattice : Lattice
    seed : int
    earlier : float32 array of shape (n_earlier, n_units, n_features)
        The codebooks of the epochs before, whose searches make the next one shorter.
    """

    codebook: NDArray[np.float32]
    lattice: Lattice
    seed: int
    earlier: NDArray[np.float32]


class Task(NamedTuple):
    """An epoch to train: samples, their order, and the codebook to start from.

    Attributes
    ----------
    epoch : int
        The epoch whose schedule it has.
    codebook : float32 array of shape (n_units, n_features)
        Before the epoch.
    earlier : float32 array of shape (n_earlier, n_units, n_features)
        As in `Start`.
    samples : uint8 array of shape (n_samples, n_features)
        In the order of presentation.
    """

    rule: str
    epoch: int
    learning_rate: float
    radius: float
    codebook: NDArray[np.float32]
    earlier: NDArray[np.float32]
    samples: NDArray[np.uint8]
    lattice: Lattice

    def request(self, peer: str, threads: int) -> dict[str, Any]:
        """Return the request for `run.py`."""
        return {
            "peer": peer,
            "rule": self.rule,
            "samples": self.samples,
            "codebook": self.codebook,
            "earlier": self.earlier,
            "shape": self.lattice.shape,
            "learning_rates": [self.learning_rate],
            "radii": [self.radius],
            "orders": np.arange(len(self.samples))[None],
            "threads": threads,
            "repeats": REPEATS,
        }

    def reference(self, threads: int) -> NDArray[np.float32]:
        """Return the codebook after the epoch, by our engine in float64."""
        if self.rule == "batch":
            bmus = find_bmus(self.samples, self.codebook, threads=threads)
            factors = neighbourhood_factors(self.lattice, self.radius)
            return update_batch(self.codebook, self.samples, bmus, factors)
        return train_epoch(
            self.codebook, self.samples, np.arange(len(self.samples)),
            neighbourhood_by_offset(self.lattice, self.radius), self.learning_rate,
            precision="float64", form="block", threads=threads,
        )  # fmt: skip


def those_installed(
    libraries: Sequence[Mapping[str, Any]], versions: str
) -> list[Mapping[str, Any]]:
    """Return the libraries that `versions` (as `pip freeze` writes it) names, and ours."""
    installed = versions.replace("-", "_").casefold()
    there = [one for one in libraries if one["name"] == "ours" or f"{one['name']}==" in installed]
    for name in sorted({one["name"] for one in libraries} - {one["name"] for one in there}):
        logger.warning("%s is not installed: it is left out of the comparison.", name)
    return there


def start_from(checkpoint: Checkpoint) -> Start:
    """Return the start of the epoch after a checkpoint."""
    codebook, metadata = checkpoint
    earlier = np.empty((0, *codebook.shape), np.float32)
    return Start(codebook, Lattice.from_json(metadata["lattice"]), int(metadata["seed"]), earlier)


def start_in_training(
    checkpoint: Checkpoint,
    epoch: int,
    pixels: NDArray[np.uint8],
    schedule: Mapping[str, float],
    threads: int,
) -> Start:
    """Return the start of an epoch of the batch rule, trained there from an earlier checkpoint."""
    start = start_from(checkpoint)
    search = carried_search(pixels, start.lattice, threads)
    codebooks = [start.codebook]
    for number in range(int(checkpoint.metadata["epoch"]) + 1, epoch):
        radius = exponential_decay(schedule["radius"], schedule["decay"], number)
        bmus = search.find(codebooks[-1]).bmus
        factors = neighbourhood_factors(start.lattice, radius)
        codebooks.append(update_batch(codebooks[-1], pixels, bmus, factors))
    return start._replace(codebook=codebooks[-1], earlier=np.stack(codebooks)[:-1])


def task_from(
    library: Mapping[str, Any],
    epoch: int,
    start: Start,
    pixels: NDArray[np.uint8],
    schedule: Mapping[str, float],
) -> Task:
    """Return the request to a library for an epoch of a run."""
    order = presentation_order(start.seed, epoch, len(pixels))
    return Task(
        library["rule"],
        epoch,
        exponential_decay(schedule["learning_rate"], schedule["decay"], epoch),
        exponential_decay(schedule["radius"], schedule["decay"], epoch),
        start.codebook,
        start.earlier,
        pixels[order[: library["samples"]]],
        start.lattice,
    )


def ask(python: Path, request: Mapping[str, Any]) -> dict[str, Any]:
    """Train as `request` says with an interpreter; return the answer of `run.py`.

    Raises
    ------
    SomError
        If the library fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        paths = Path(folder, "request.npz"), Path(folder, "result.npz")
        np.savez(paths[0], **request)
        done = subprocess.run(
            [python, "-m", "workflow.peers.run", *paths],
            cwd=ROOT,
            env=os.environ | HEAP,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise SomError(
                f"{request['peer']} could not be measured ({last}): delete the peers' environment "
                "and run the same command again to have it installed again."
            )
        with np.load(paths[1]) as result:
            return dict(result)


def check(task: Task, result: Mapping[str, Any], peer: str, threads: int) -> float:
    """Return how far a result is from our float64 codebook, relative to the codebook's norm.

    Raises
    ------
    SomError
        If the library claims the same rule and gives another codebook: its times would mean
        nothing.
    """
    expected = task.reference(threads)
    norm = np.linalg.norm(expected)
    difference = float(np.linalg.norm(result["codebook"] - expected) / norm)
    # Another rule would be off by about as much as the epoch changes: far more than rounding.
    assert np.linalg.norm(expected - task.codebook) / norm > 100 * TOLERANCES[task.rule]
    is_same_rule = str(result["rule"]) == task.rule and not str(result["note"])
    if is_same_rule and difference > TOLERANCES[task.rule]:
        raise SomError(
            f"{peer} gives another codebook than this project's engine (by {difference:.1e}, "
            "relatively): mend its adapter in workflow/peers/ before its times are compared."
        )
    return difference


def measure(
    task: Task, peer: str, python: Path, *, n_checked: int, threads: int, number: int
) -> Iterator[dict[str, Any]]:
    """Measure a library at a task and yield a row for each repeat.

    Its codebook is checked after the first `n_checked` samples: over a whole epoch of the online
    rule even engines that both compute it part, at a near tie.
    """
    result = ask(python, task.request(peer, threads))
    if n_checked < len(task.samples):
        part = task._replace(samples=task.samples[:n_checked])
        difference = check(part, ask(python, part.request(peer, threads)), peer, threads)
    else:
        difference = check(task, result, peer, threads)
    for repeat, seconds in enumerate(result["seconds"][:, 0]):
        yield {
            "library": peer,
            "version": str(result["version"]),
            "rule": str(result["rule"]),
            "epoch": task.epoch,
            "radius": task.radius,
            "n_samples": len(task.samples),
            "n_units": len(task.codebook),
            "n_features": task.codebook.shape[1],
            "threads": threads,
            "round": number,
            "is_cold": repeat == 0,
            "seconds": float(seconds),
            "microseconds_per_sample": 1e6 * float(seconds) / len(task.samples),
            "peak_rss_mb": float(result["peak_rss_bytes"]) / 1e6,
            "relative_difference": difference,
            "note": str(result["note"]),
        }
