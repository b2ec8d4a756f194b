"""Times of the engine on a CUDA device, next to its floors: `sh tests/gpu.sh` calls it.

The samples are made up, as large as MNIST: 60,000 images of 784 bytes, in ten kinds.
"""

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from workflow.som.engine.online.cuda import choose_block_size
from workflow.som.engine.online.rule import train_epoch, train_epoch_plainly
from workflow.som.engine.search.find import find_two_nearest
from workflow.som.model.initialisation import random_codebook
from workflow.som.model.kernels import neighbourhood_by_offset
from workflow.som.model.lattice import Lattice

LATTICE = Lattice("square", (50, 50))
N_SAMPLES, N_FEATURES = 60_000, 784
RADII = (50.0, 10.0, 2.0, 0.6)
ROUNDS = 3


def made_up() -> NDArray[np.uint8]:
    """Return samples of ten kinds, each a smooth pattern that varies in a few directions."""
    generator = np.random.default_rng(0)
    x, y = np.meshgrid(np.linspace(0, 1, 28), np.linspace(0, 1, 28))
    waves = [np.sin(2 * np.pi * (a * x + b * y)).ravel() for a in range(5) for b in range(5)]
    kinds = generator.normal(size=(10, 25))
    weights = kinds[generator.integers(0, 10, N_SAMPLES)]
    weights = weights + 0.4 * generator.normal(size=(N_SAMPLES, 25))
    images = weights @ np.array(waves)
    return np.clip(60 * images, 0, 255).astype(np.uint8)


def seconds_of(run: Callable[[], Any]) -> tuple[float, Any]:
    """Return the seconds that a call takes on the device, and its result."""
    torch.cuda.synchronize()
    started = time.perf_counter()
    result = run()
    torch.cuda.synchronize()
    return time.perf_counter() - started, result


def best_of(run: Callable[[], Any]) -> float:
    return min(seconds_of(run)[0] for _ in range(ROUNDS))


def say(text: str) -> None:
    """Print a line at once, also into a pipe."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def line(what: str, radius: float | None, seconds: float, note: str = "") -> None:
    """Print a row of the table: microseconds per sample, and for 60,000 in seconds."""
    shown = "" if radius is None else f"{radius:g}"
    say(f"{what:<34}{shown:>6}{seconds * 1e6:>12.2f}{seconds * N_SAMPLES:>10.2f}  {note}")


def time_floor(precision: str) -> float:
    """Return the seconds per sample of a block's two matrix products alone."""
    dtype = getattr(torch, precision)
    size = choose_block_size(LATTICE.n_units, dtype)
    state, x, shares = (
        torch.rand(*shape, device="cuda", dtype=dtype)
        for shape in ((LATTICE.n_units, N_FEATURES), (size, N_FEATURES), (LATTICE.n_units, size))
    )

    def run() -> None:
        for _ in range(200):
            torch.mm(x, state.T)
            torch.addmm(state, shares, x, out=state)

    run()
    return best_of(run) / (200 * size)


def time_plain_loop(samples: NDArray[np.uint8], codebook: NDArray[np.float32]) -> float:
    """Return the seconds per sample of the rule as one writes it in torch operations."""
    state = torch.from_numpy(codebook).cuda()
    x = torch.from_numpy(samples[:300]).cuda().float() / 255
    table = torch.from_numpy(neighbourhood_by_offset(LATTICE, 10.0).table()).cuda().float()

    def run() -> None:
        for sample in x:
            bmu = torch.argmin((state - sample).square().sum(dim=1))
            state.add_(0.1 * table[bmu][:, None] * (sample - state))

    run()
    return best_of(run) / len(x)


def main() -> int:
    """Print the table; return 1 if bits or units differ from what they should be."""
    samples, faults = made_up(), 0
    codebook = random_codebook(0, LATTICE.n_units, N_FEATURES)
    order = np.random.default_rng(1).permutation(N_SAMPLES)
    name = torch.cuda.get_device_name()
    say(f"{name}, torch {torch.__version__}; 2,500 units, {N_SAMPLES:,} samples of {N_FEATURES}")
    say(f"{'':<34}{'R':>6}{'µs/sample':>12}{'s/epoch':>10}")
    for precision in ("float32", "float64"):
        state = codebook
        for radius in RADII:
            eta = neighbourhood_by_offset(LATTICE, radius)

            def epoch(
                state: NDArray[np.float32] = state, eta: Any = eta, precision: str = precision
            ) -> NDArray[np.float32]:
                return train_epoch(
                    state, samples, order, eta, 0.05, precision=precision, device="cuda"
                )

            first, made = seconds_of(epoch)
            times = [seconds_of(epoch) for _ in range(ROUNDS)]
            same = all((other == made).all() for _, other in times)
            few = order[:500]
            plain = train_epoch_plainly(state, samples, few, eta, 0.05)
            found = train_epoch(state, samples, few, eta, 0.05, precision=precision, device="cuda")
            error = np.linalg.norm(found - plain) / np.linalg.norm(plain)
            limit = 1e-5 if precision == "float32" else 1e-7
            faults += (not same) + (not error < limit)
            note = f"{'same bits' if same else 'OTHER BITS'}, {error:.0e} from the plain loop"
            best = min(seconds for seconds, _ in times)
            line(f"online, {precision}", radius, best / N_SAMPLES, note)
            if radius == RADII[0]:
                line("  the first, with compilation", None, first / N_SAMPLES)
            state = made
        line(f"  two products alone, {precision}", None, time_floor(precision))
    line("plain loop in torch on the device", None, time_plain_loop(samples, codebook))
    find_two_nearest(samples[:256], state, device="cuda")
    seconds, found = seconds_of(lambda: find_two_nearest(samples, state, device="cuda"))
    on_cpu = find_two_nearest(samples[:5000], state)
    same = (found.bmus[:5000] == on_cpu.bmus).all()
    faults += not same
    line("two nearest units", None, seconds / N_SAMPLES, "as on the CPU" if same else "OTHERS")
    say(f"{faults} faults" if faults else "all as it should be")
    return 1 if faults else 0


if __name__ == "__main__":
    if not torch.cuda.is_available():
        sys.exit("tests/gpu_times.py needs a CUDA device, and there is none here.")
    sys.exit(main())
