"""How long the engine takes: its forms over a schedule, against sizes, and next to its floors."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..engine.batch import update_batch
from ..engine.online.forms import choose_block_size
from ..engine.online.rule import train_epoch
from ..engine.search.dense import find_two_nearest_densely
from ..engine.search.find import find_bmus, find_two_nearest
from ..engine.workers import Workers, cut
from ..model.initialisation import random_codebook
from ..model.kernels import neighbourhood_by_offset, neighbourhood_factors
from ..model.lattice import Lattice
from ..model.samples import Samples

Row = dict[str, Any]

# Rows and columns of the map, unless these are varied.
SIDE = 50
# Blocks of which the floor is the median.
N_BLOCKS = 40


def time_products(
    n_units: int, n_features: int, block_size: int, threads: int, *, n_blocks: int = N_BLOCKS
) -> float:
    """Return the seconds a sample of the two matrix products of a block: X·Wᵀ and Cᵀ·X.

    They are cut and shared among threads as the block form does: its floor, and that of any engine
    that multiplies with the whole codebook.
    """
    generator = np.random.default_rng(0)

    def random(*shape: int) -> torch.Tensor:
        return torch.from_numpy(generator.random(shape, dtype=np.float32))

    state, x, shares = (
        random(n_units, n_features), random(block_size, n_features), random(n_units, block_size)
    )  # fmt: skip
    shares *= 1e-6
    products = torch.empty(block_size, n_units)

    def multiply(chunk: slice) -> None:
        state[chunk].addmm_(shares[chunk], x)
        torch.mm(x, state[chunk].T, out=products[:, chunk])

    seconds = []
    with Workers(threads) as workers:
        chunks = cut(n_units, 2 * threads)
        for _ in range(n_blocks):
            started = time.perf_counter()
            workers.on_parts(multiply, chunks)
            seconds.append(time.perf_counter() - started)
    return float(np.median(seconds)) / block_size


def time_online(
    codebook: NDArray[np.float32],
    samples: Samples,
    order: NDArray[np.integer],
    lattice: Lattice,
    learning_rate: float,
    radius: float,
    threads: int,
    *,
    with_start: bool,
    **options: Any,
) -> float:
    """Return the seconds a sample of an epoch, or a part of one, in a form of the online rule.

    What an epoch takes before its first block (the table of α·η, the choice of virtual units) is
    the same for few samples and for many: `with_start` says whether it counts.
    """
    done: list[tuple[float, int]] = []
    started = time.perf_counter()
    eta = neighbourhood_by_offset(lattice, radius)
    train_epoch(
        codebook, samples, order, eta, learning_rate, shape=lattice.shape, threads=threads,
        report=lambda n_samples: done.append((time.perf_counter(), n_samples)), **options,
    )  # fmt: skip
    ended = time.perf_counter()
    if with_start or len(done) == 1:
        return (ended - started) / len(order)
    first, n_first = done[0]
    return (ended - first) / (len(order) - n_first)


def time_batch(
    codebook: NDArray[np.float32], samples: Samples, lattice: Lattice, radius: float, threads: int
) -> float:
    """Return the seconds per sample of a batch epoch: search, sums and smoothing."""
    started = time.perf_counter()
    bmus = find_bmus(samples, codebook, threads=threads)
    update_batch(codebook, samples, bmus, neighbourhood_factors(lattice, radius))
    return (time.perf_counter() - started) / len(samples)


def time_search(find: Callable[..., Any], codebook: NDArray[np.float32], samples: Samples) -> float:
    """Return the seconds per sample of a search for the two nearest units."""
    started = time.perf_counter()
    find(samples, codebook)
    return (time.perf_counter() - started) / len(samples)


def schedule_rows(
    epoch: int,
    codebook: NDArray[np.float32],
    samples: Samples,
    order: NDArray[np.integer],
    lattice: Lattice,
    learning_rate: float,
    radius: float,
    *,
    threads: int,
    rounds: int,
    n_samples: int,
) -> Iterator[Row]:
    """Time the forms at one epoch of a schedule, in turn, and yield a row a measurement.

    Parameters
    ----------
    codebook : float32 array of shape (n_units, n_features)
        Before the epoch.
    order : integer array of shape (n_presented,)
        The epoch's; "as chosen" runs through all of it, single forms through `n_samples`.
    """
    size = choose_block_size(len(codebook), codebook.shape[1], codebook.itemsize)
    forms = {"as chosen": len(order)} | dict.fromkeys(("block", "virtual", "lazy"), n_samples)
    if radius > 6:
        del forms["lazy"]  # It would touch all units, one by one.
    if radius < 4:
        del forms["virtual"]  # All units would be nodes.
    for number in range(-1, rounds):
        for form, n_presented in forms.items():
            # The round before the first compiles and fills the caches.
            some = order[: n_presented if number >= 0 else 512]
            name = None if form == "as chosen" else form
            seconds = time_online(
                codebook, samples, some, lattice, learning_rate, radius, threads,
                with_start=name is None, form=name,
            )  # fmt: skip
            yield _row(epoch, radius, learning_rate, form, len(some), number, seconds)
        seconds = time_products(len(codebook), codebook.shape[1], size, threads)
        yield _row(epoch, radius, learning_rate, "products", N_BLOCKS * size, number, seconds)


def _row(
    epoch: int, radius: float, rate: float, form: str, n_samples: int, number: int, seconds: float
) -> Row:
    return {
        "epoch": epoch,
        "radius": radius,
        "learning_rate": rate,
        "form": form,
        "n_samples": n_samples,
        "round": number,
        "microseconds_per_sample": 1e6 * seconds,
    }


def scaling_rows(
    samples: NDArray[np.uint8], *, threads: int, rounds: int, sizes: dict[str, Sequence[int]]
) -> Iterator[Row]:
    """Time the engine against units, features, samples and block size; yield a row a measurement.

    Parameters
    ----------
    samples : uint8 array of shape (n_samples, n_features)
        Features are taken from its columns, again from the first where it has too few,
        in a fixed random order.
    sizes : dict
        For each of "units" (squares of whole numbers), "features", "samples" and "block size" the
        values; the other sizes are the article's.
    """
    for axis, values in sizes.items():
        for value in values:
            side = round(value**0.5) if axis == "units" else SIDE
            n_features = value if axis == "features" else samples.shape[1]
            n_samples = value if axis == "samples" else min(len(samples), 16_384)
            # Shuffled: the first pixels of an image are its border, black in all.
            shuffled = np.random.default_rng(0).permutation(samples.shape[1])
            columns = shuffled[np.arange(n_features) % samples.shape[1]]
            some = np.ascontiguousarray(samples[:n_samples, columns])
            yield from _rows_of_size(
                axis, value, some, Lattice("square", (side, side)), threads, rounds
            )


def _rows_of_size(
    axis: str, value: int, samples: NDArray[np.uint8], lattice: Lattice, threads: int, rounds: int
) -> Iterator[Row]:
    n_units, n_features = lattice.n_units, samples.shape[1]
    wide, narrow = lattice.shape[0] / 4, 1.0
    codebook = random_codebook(0, n_units, n_features)
    # A map as it is in mid-training; a random codebook is like none.
    for radius in (lattice.shape[0] / 2, wide):
        bmus = find_bmus(samples, codebook, threads=threads)
        codebook = update_batch(codebook, samples, bmus, neighbourhood_factors(lattice, radius))
    size = value if axis == "block size" else None
    block_size = size or choose_block_size(n_units, n_features, 4)
    few = np.arange(min(len(samples), 8192))

    def online(form: str, learning_rate: float, radius: float) -> Callable[[], float]:
        return lambda: time_online(
            codebook, samples, few, lattice, learning_rate, radius, threads,
            with_start=False, form=form, block_size=size,
        )  # fmt: skip

    whats: dict[str, Callable[[], float]] = {
        "block": online("block", 0.1, wide),
        "virtual": online("virtual", 0.1, wide),
        "lazy": online("lazy", 0.01, narrow),
        "products": lambda: time_products(n_units, n_features, block_size, threads),
    }
    if axis != "block size":
        whats |= {
            "batch epoch": lambda: time_batch(codebook, samples, lattice, wide, threads),
            "pruned search": lambda: time_search(find_two_nearest, codebook, samples),
            "dense search": lambda: time_search(find_two_nearest_densely, codebook, samples[:4096]),
        }
    for number in range(-1, rounds):
        for what, measure in whats.items():
            yield {
                "axis": axis,
                "value": value,
                "what": what,
                "round": number,
                "microseconds_per_sample": 1e6 * measure(),
                "n_units": n_units,
                "n_features": n_features,
                "n_samples": len(samples),
                "block_size": block_size,
            }
