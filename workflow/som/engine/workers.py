"""Threads that share work in a way that leaves no trace of their number in the result."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self, TypeVar

import torch

T = TypeVar("T")


class Workers:
    """The calling thread and others, which share the parts of a task.

    A part is the same for any number of threads, and so are the bits of its result.
    """

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self.pool = ThreadPoolExecutor(max(1, threads - 1), initializer=_prepare_thread)

    def __enter__(self) -> Self:
        self.before = torch.get_num_threads()
        _prepare_thread()
        return self

    def __exit__(self, *_: object) -> None:
        self.pool.shutdown()
        torch.set_num_threads(self.before)
        torch.set_flush_denormal(False)

    def on_parts(self, task: Callable[..., None], parts: Sequence[slice], *arguments: Any) -> None:
        """Call `task(part, *arguments)` for every part."""

        def share(first: int) -> None:
            for part in parts[first :: self.threads]:
                task(part, *arguments)

        others = [self.pool.submit(share, first) for first in range(1, self.threads)]
        share(0)
        for other in others:
            other.result()

    def ahead(self, task: Callable[..., T], *arguments: Any) -> Callable[[], T]:
        """Start a task on another thread, if there is one; return a function for its result."""
        if self.threads == 1:
            return lambda: task(*arguments)
        return self.pool.submit(task, *arguments).result


def _prepare_thread() -> None:
    """Keep a thread's products to itself, and its arithmetic clear of denormal numbers.

    Far from the BMU α·η falls below 10⁻³⁸, where a processor is a hundred times slower and nothing
    in the map would change.
    """
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)


def cut(length: int, n_parts: int) -> list[slice]:
    """Cut a length into parts of about equal size."""
    size = max(1, -(-length // n_parts))
    return [slice(start, min(start + size, length)) for start in range(0, length, size)]
