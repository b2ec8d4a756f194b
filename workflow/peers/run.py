"""Train one peer as a request file says, and write its codebook and times.

    python -m workflow.peers.run REQUEST.npz RESULT.npz

from the repository root, with the interpreter of the peers' environment.

The request holds `peer`, `rule` ("online" or "batch"), `samples` (n_samples, n_features) as float32
or as bytes (used as x / 255), `codebook` (n_units, n_features), `shape` (rows and columns, units
row-major), `learning_rates` and `radii` (n_epochs,), `orders` (n_epochs, n_presented; for the
online rule), `threads` and `repeats`. A radius is the R of exp(−d² / 2R²). It may hold `earlier`
(n_earlier, n_units, n_features), the codebooks before that of the first epoch, one epoch apart: a
library that carries something from epoch to epoch can then start as in training.

The result holds `codebook`, `seconds` (repeats, n_epochs), `peak_rss_bytes`, `version`, `rule` (the
one that the peer computes) and `note` (how that differs from the rule asked for). Every repeat
starts from the same codebook; the first is cold.

Peers that allocate arrays as large as the codebook for every sample are at the mercy of glibc: with
some layouts of the heap it gives the memory back to the system each time, and MiniSom takes twice
as long or more. Start this with MALLOC_TRIM_THRESHOLD_=1000000000 and
MALLOC_MMAP_THRESHOLD_=33554432 in the environment to measure the peer rather than that.
"""

import importlib
import os
import sys
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from workflow.som.benchmark.peak_memory import peak_memory_bytes

LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


class Epoch(NamedTuple):
    """One epoch of the schedule."""

    learning_rate: float
    radius: float
    order: NDArray[np.integer] | None  # (n_presented,); None: all samples, as they come


class Epochs:
    """The epochs of one repeat; `seconds` gets the time between handing out one and the next.

    Attributes
    ----------
    earlier : float32 array of shape (n_earlier, n_units, n_features)
        The codebooks before that of the first epoch, one epoch apart; there may be none.
    """

    def __init__(self, epochs: list[Epoch], earlier: NDArray[np.float32]) -> None:
        self.epochs, self.earlier = epochs, earlier
        self.seconds: list[float] = []

    def __iter__(self) -> Iterator[Epoch]:
        for epoch in self.epochs:
            self._not_training = 0.0
            start = time.perf_counter()
            yield epoch
            self.seconds.append(time.perf_counter() - start - self._not_training)

    def discount(self, seconds: float) -> None:
        """Take off time in which the peer did something else than train this epoch."""
        self._not_training += seconds


def limit_threads(threads: int) -> None:
    """Limit the libraries that are loaded, and through the environment those still to come."""
    os.environ.update(dict.fromkeys(LIMITS, str(threads)))
    threadpool_limits(threads)
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(threads)


def main(request: Path, result: Path) -> None:
    """Train as `request` says and write `result`."""
    asked = np.load(request)
    peer, rule, threads = str(asked["peer"]), str(asked["rule"]), int(asked["threads"])
    limit_threads(threads)
    adapter = importlib.import_module(f"workflow.peers.{peer}")
    limit_threads(threads)  # also what the import has loaded
    if rule not in adapter.RULES:
        raise ValueError(f"{peer} has no rule {rule!r}, only {', '.join(adapter.RULES)}.")
    computed, note = adapter.RULES[rule]

    samples, codebook = asked["samples"], asked["codebook"]
    if samples.dtype == np.uint8 and not getattr(adapter, "TAKES_BYTES", False):
        samples = samples / np.float32(255)
    shape = tuple(int(length) for length in asked["shape"])
    rates, radii = asked["learning_rates"].tolist(), asked["radii"].tolist()
    orders = asked["orders"] if rule == "online" else [None] * len(radii)
    schedule = list(map(Epoch, rates, radii, orders))
    earlier = asked["earlier"] if "earlier" in asked else np.empty((0, *codebook.shape), np.float32)
    seconds = []
    for _ in range(int(asked["repeats"])):
        epochs = Epochs(schedule, earlier)
        trained = adapter.train(rule, samples, codebook.copy(), shape, epochs, threads)
        seconds.append(epochs.seconds)
    trained = np.asarray(trained, dtype=np.float32).reshape(codebook.shape)
    if not np.isfinite(trained).all():
        raise ValueError(f"{peer} left a codebook that is not finite.")
    with result.open("wb") as file:
        np.savez(
            file,
            codebook=trained,
            seconds=np.array(seconds),
            peak_rss_bytes=peak_memory_bytes(),
            version=getattr(adapter, "VERSION", None) or version(peer),
            rule=computed,
            note=note,
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
