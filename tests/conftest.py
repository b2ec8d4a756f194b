"""Fixtures that several tests share: checkouts, small experiments and tables, damaged files."""

import random
import resource
import shutil
import signal
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from tests.project import Project
from workflow.som.config.experiments import Experiment
from workflow.som.data.datasets import read_images, write_images


@pytest.fixture(autouse=True)
def _signal_handlers():
    """Restore the handler of SIGTERM, which a trainer in the test's own process replaces."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def pytest_addoption(parser):
    parser.addoption(
        "--all-faults", action="store_true", help="the long form of tests/faults: about an hour"
    )
    parser.addoption("--fault-seed", type=int, default=0, help="seed of the random faults")


def pytest_configure():
    # A shell's background job ignores Ctrl-C, and so would the processes that the tests start.
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def fault_seed(pytestconfig):
    """Seed of the random faults: `--fault-seed`."""
    return pytestconfig.getoption("--fault-seed")


@pytest.fixture(scope="session")
def how_many(pytestconfig):
    """Choose how many faults are tried: `how_many(short, long)` is `long` with `--all-faults`."""
    return lambda short, long: long if pytestconfig.getoption("--all-faults") else short


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A fresh checkout without results."""
    return Project(tmp_path / "project")


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A checkout with all results of the quickstart; tests only read it."""
    project = Project(tmp_path_factory.mktemp("finished") / "project")
    project.snakemake("quickstart")
    return project


@pytest.fixture
def copy_of_finished(finished: Project, tmp_path: Path) -> Project:
    """A copy of the finished checkout, with file times and Snakemake's records."""
    folder = tmp_path / "project"
    shutil.copytree(finished.folder, folder, symlinks=True)
    project = object.__new__(Project)
    project.folder = folder
    return project


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
            "processes": 1,
            "segment": 2,
            "evaluate_every": 1,
            "permutations": 20,
        }
        return Experiment(**{**values, **changes})

    return make


@pytest.fixture
def make_images():
    """Write a table of 4 × 4 images, each a noisy picture of its class; return what is read."""

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
    """Yield damaged copies of a file's content: some cut short, then some with one bit flipped."""

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
    """A context in which the system lets no file grow beyond a number of bytes."""

    @contextmanager
    def limit(size):
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    return limit
