"""What several tests share: small experiments, small tables of images, and ways to do harm."""

import random
import resource
import signal
from contextlib import contextmanager

import numpy as np
import pytest

from workflow.som.config import Experiment
from workflow.som.datasets import read_images, write_images


@pytest.fixture(autouse=True)
def _signal_handlers():
    """A trainer listens to SIGTERM; the test's own process must not after it."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def make_experiment():
    """A small experiment; keywords replace its values."""

    def make(**changes):
        values = {
            "dataset": "mnist",
            "seeds": (0,),
            "topology": "square",
            "shape": (3, 4),
            "kernel": "gaussian",
            "rule": "online",
            "initialisation": "random",
            "initialisation_seed": None,
            "order_seed": None,
            "learning_rate": 0.5,
            "radius": 3.0,
            "schedule": "exponential",
            "decay": 0.8,
            "final_learning_rate": 0.01,
            "final_radius": 0.5,
            "epochs": 4,
            "precision": "float32",
            "device": "cpu",
            "segment": 2,
            "evaluate_every": 1,
            "permutations": 20,
        }
        return Experiment(**{**values, **changes})

    return make


@pytest.fixture
def make_images():
    """Write a table of 4 × 4 images, each a noisy picture of its class, and read it."""

    def make(path, n_samples=300, seed=0):
        generator = np.random.default_rng(seed)
        classes = np.random.default_rng(99).integers(0, 206, (10, 4, 4))
        labels = generator.integers(0, 10, n_samples).astype(np.uint8)
        images = classes[labels] + generator.integers(0, 50, (n_samples, 4, 4))
        sample = np.arange(n_samples, dtype=np.int32)
        write_images(path, sample, images.astype(np.uint8), labels, {"dataset": "mnist"})
        return read_images(path)

    return make


@pytest.fixture
def damages():
    """Yield a file's content cut short at many places, then with single bits flipped."""

    def damage(content, *, flips, seed=0):
        for length in {0, 1, 7, 8, 9, len(content) // 2, len(content) - 1}:
            yield f"cut to {length} bytes", content[:length]
        generator = random.Random(seed)
        bits = range(8 * len(content))
        for bit in generator.sample(bits, min(flips, len(bits))):
            changed = bytearray(content)
            changed[bit // 8] ^= 1 << bit % 8
            yield f"bit {bit % 8} of byte {bit // 8} flipped", bytes(changed)

    return damage


@pytest.fixture
def largest_file():
    """Within the context, the system refuses to let a file grow beyond a number of bytes."""

    @contextmanager
    def limit(size):
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    return limit
