"""A small map, 3 rows and 4 columns, on which some digits are missing and two units are dead."""

import numpy as np
import pytest

from workflow.som.figures.drawing.style import house_style, new_figure
from workflow.som.model.lattice import Lattice

# One small lattice of each kind, and those of a single unit.
LATTICES = [
    Lattice("square", (3, 4)),
    Lattice("hexagonal", (3, 4)),
    Lattice("torus", (4, 3)),
    Lattice("hexagonal_torus", (4, 3)),
    Lattice("line", (7,)),
    Lattice("line", (23,)),
    Lattice("ring", (12,)),
    Lattice("ring", (2,)),
    Lattice("block", (12,)),
    Lattice("block", (3, 4)),
    Lattice("block", (7, 2, 3)),
    Lattice("block", (2, 3, 2, 2)),
    Lattice("block", (3, 2, 2, 2, 2)),
    Lattice("block", (2,) * 6),
    Lattice("block", (2,) * 7),
    Lattice("block", (2,) * 8),
    Lattice("line", (1,)),
    Lattice("ring", (1,)),
    Lattice("block", (1, 1, 1)),
]


def describe(value):
    if isinstance(value, Lattice):
        return "-".join([value.topology, *map(str, value.shape)])
    return None


def pytest_generate_tests(metafunc):
    """Run each test that asks for `any_lattice` on all of them."""
    if "any_lattice" in metafunc.fixturenames:
        metafunc.parametrize("any_lattice", LATTICES, ids=describe)


PALETTE = [f"#{digit}{digit}0080" for digit in range(10)]


@pytest.fixture
def palette():
    return PALETTE


@pytest.fixture
def lattices():
    return LATTICES


@pytest.fixture
def lattice():
    return Lattice("square", (3, 4))


@pytest.fixture
def counts():
    counts = np.zeros((12, 10), dtype=np.int64)
    counts[0, 3] = 5
    counts[1, [3, 8]] = 3, 1
    counts[2, [3, 5, 8]] = 2, 2, 2
    counts[4:12, 1] = np.arange(1, 9)
    counts[11] = 0
    return counts


@pytest.fixture
def majority_digits(counts):
    return np.where(counts.any(axis=1), counts.argmax(axis=1), np.nan)


@pytest.fixture
def purity(counts):
    hits = counts.sum(axis=1)
    return np.where(hits > 0, counts.max(axis=1) / np.maximum(hits, 1), np.nan)


@pytest.fixture
def summary(counts):
    histogram = np.bincount((counts > 0).sum(axis=1), minlength=11).tolist()
    return {
        "epoch": 7,
        "n_units": 12,
        "n_samples": int(counts.sum()),
        "active_units": 12 - histogram[0],
        "dead_units": histogram[0],
        "single_digit_units": histogram[1],
        "single_digit_share": histogram[1] / 12,
        "histogram": histogram,
        "map_purity": 0.9,
        "label_accuracy": 0.934,
        "permuted_single_digit_units": {"mean": 4.5, "low": 3.0, "high": 6.0},
    }


@pytest.fixture
def figure():
    with house_style():
        yield new_figure(7, 4, 60)
