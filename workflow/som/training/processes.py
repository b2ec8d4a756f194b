"""Several processes that share the samples of a training job by the batch rule.

Each has a share of the samples, in the order of their numbers. The first process trains: it sends
a codebook to the others, gathers the nearest units that they find, and adds up their sums. Sums of
bytes are whole numbers, so the codebook has the same bits for any number of processes; sums of
floating-point features are added in the order of the processes, and differ by their rounding
(relative 2⁻⁵³ per addition) from those of another number.

Messages go by `torch.distributed`: gloo between CPUs, NCCL between GPUs. Of one epoch they are the
codebook (units × features × 4 bytes) to each process, its sums (units × features × 8) and nearest
units (12 bytes per sample) back.
"""

import contextlib
import os
import signal
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import numpy as np
import torch
import torch.distributed as dist
from numpy.typing import NDArray

from ..engine.batch import feature_parts, sums_by_unit
from ..engine.online.rule import Report
from ..engine.search.nearest import Nearest
from ..files.errors import SomError
from ..model.lattice import Lattice
from ..model.samples import AnySamples, share_of
from .epoch import TrainingSettings
from .finders import Finder, finder_for

# What the first process tells the others to do next.
END, FIND, ADD_UP = range(3)


class Processes:
    """The processes of a job that `torchrun` started, of which this is one.

    Parameters
    ----------
    device : str
        "cpu" or "cuda".

    Attributes
    ----------
    rank, size : int
        This process's number, from 0, and how many there are.
    device : str
        The torch device of this process: of several on one machine each has a GPU of its own.
    """

    def __init__(self, device: str) -> None:
        if device == "cuda":
            device = f"cuda:{os.environ['LOCAL_RANK']}"
            torch.cuda.set_device(device)
        dist.init_process_group("nccl" if device.startswith("cuda") else "gloo")
        self.device, self.rank, self.size = device, dist.get_rank(), dist.get_world_size()

    def __enter__(self) -> Self:
        if self.rank > 0:  # The first process finishes its epoch, and then tells the others.
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if self.rank == 0:
            with contextlib.suppress(SomError):  # Nobody may be left to be told.
                self.tell(END)
        if kind is None or kind is SystemExit:
            dist.destroy_process_group()

    def share(self, samples: AnySamples) -> AnySamples:
        """Return this process's part of the samples."""
        return share_of(samples, self.rank, self.size)

    def tell(self, task: int) -> int:
        """Send the first process's task to all; return it."""
        message = torch.tensor([task], device=self.device)
        _talk(dist.broadcast, message, 0)
        return int(message.item())

    def send_to_all(self, array: NDArray[Any]) -> None:
        """Put the first process's array into that of all others."""
        message = self._on_device(array)
        _talk(dist.broadcast, message, 0)
        array[...] = message.cpu().numpy()

    def total(self, array: NDArray[Any]) -> NDArray[Any]:
        """Return the sum of an array over all processes, to the first; to others, their own."""
        message = self._on_device(array)
        if array.dtype == np.int64:  # Exact in any order.
            _talk(dist.reduce, message, 0)
            return message.cpu().numpy() if self.rank == 0 else array
        if self.rank > 0:
            _talk(dist.send, message, 0)
            return array
        total, other = array.copy(), torch.empty_like(message)
        for rank in range(1, self.size):
            _talk(dist.recv, other, rank)
            total += other.cpu().numpy()
        return total

    def joined(self, array: NDArray[Any]) -> NDArray[Any]:
        """Return the arrays of all processes one after the other, to the first."""
        lengths = np.zeros(self.size, np.int64)
        lengths[self.rank] = len(array)
        lengths = self.total(lengths)
        if self.rank > 0:
            _talk(dist.send, self._on_device(array), 0)
            return array
        parts = [array]
        for rank in range(1, self.size):
            other = torch.empty(lengths[rank], dtype=torch.from_numpy(array).dtype)
            other = other.to(self.device)
            _talk(dist.recv, other, rank)
            parts.append(other.cpu().numpy())
        return np.concatenate(parts)

    def _on_device(self, array: NDArray[Any]) -> torch.Tensor:
        return torch.from_numpy(np.ascontiguousarray(array)).to(self.device)


def _talk(operation: Callable[..., object], *arguments: object) -> None:
    """Send or receive something.

    Raises
    ------
    SomError
        If another process has ended.
    """
    try:
        operation(*arguments)
    except RuntimeError as error:  # Of gloo or NCCL, in their own words.
        raise SomError(
            "One of the processes that train together was killed or failed: run the same command "
            "again, and it goes on from the last finished epoch."
        ) from error


class SharedFinder:
    """Finds the units nearest to all samples, each process those of its share.

    The first process calls `find` and `total`; the others `help` until it is done.
    """

    def __init__(
        self,
        processes: Processes,
        samples: AnySamples,
        lattice: Lattice,
        settings: TrainingSettings,
    ) -> None:
        self.processes, self.samples, self.n_units = processes, samples, lattice.n_units
        self.own: Finder = finder_for(samples, lattice, settings)

    def find(self, codebook: NDArray[np.float32], report: Report | None = None) -> Nearest:
        """Return the nearest units of all samples; this process's share comes first."""
        self.processes.tell(FIND)
        return self._find(codebook.copy(), report and self._of_all(report))

    def _of_all(self, report: Report) -> Report:
        """Return a function that reports for all processes what it is told of this one."""
        return lambda n_samples: report(n_samples * self.processes.size)

    def _find(self, codebook: NDArray[np.float32], report: Report | None = None) -> Nearest:
        self.processes.send_to_all(codebook)
        found = self.own.find(codebook, report)
        return Nearest(*(self.processes.joined(column) for column in found))

    def begin_sums(self) -> None:
        """Have the other processes add up their samples, for the sums that follow."""
        self.processes.tell(ADD_UP)

    def help(self) -> None:
        """Do what the first process tells, until it ends."""
        total = self.processes.total
        codebook = np.empty((self.n_units, self.samples.shape[1]), np.float32)
        while (task := self.processes.tell(END)) != END:
            if task == FIND:
                bmus = self._find(codebook).bmus
                continue
            total(np.bincount(bmus, minlength=self.n_units))
            for part in feature_parts(codebook):
                total(sums_by_unit(self.samples, bmus, self.n_units, features=part))
