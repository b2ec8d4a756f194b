"""The epoch on a GPU: its steps under Triton's interpreter on the CPU, and the epoch on a GPU.

As in test_triton_scan.py, `case_` functions run in a process with the interpreter switched on.
"""

import os
import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest
import torch

from tests.project import ROOT
from workflow.som.engine.online.rule import steps_of, train_epoch_plainly
from workflow.som.model.kernels import neighbourhood
from workflow.som.model.lattice import ByOffset, Lattice
from workflow.som.model.samples import as_features

pytestmark = pytest.mark.skipif(find_spec("triton") is None, reason="triton is not installed")


def test_cases_under_tritons_interpreter():
    options = "-q", "-p", "no:cacheprovider", "-o", "python_functions=case_*"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, __file__],
        cwd=ROOT,
        env=os.environ | {"TRITON_INTERPRET": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def relative_error(found, expected):
    return np.linalg.norm(found - expected) / np.linalg.norm(expected)


def example(n_samples, n_features, shape, radius=2.0, seed=0):
    """Return bytes, a codebook, η and an order."""
    generator = np.random.default_rng(seed)
    lattice = Lattice("block", shape)
    samples = generator.integers(0, 256, (n_samples, n_features), dtype=np.uint8)
    codebook = generator.random((lattice.n_units, n_features), dtype=np.float32)
    return samples, codebook, neighbourhood(lattice, radius), generator.permutation(n_samples)


def train(
    samples, codebook, eta, order, learning_rate, precision="float64", device="cpu", **options
):
    """Train an epoch as `train_epoch` does; return the codebook and the numbers reported."""
    from workflow.som.engine.online.cuda import train_blocks_on_cuda

    dtype = getattr(torch, precision)
    mean = as_features(samples, np.float64).mean(axis=0)
    state = torch.from_numpy(codebook - mean).to(device, dtype)
    reports = list(
        train_blocks_on_cuda(
            state,
            steps_of(eta, learning_rate, precision),
            torch.from_numpy(samples).to(device),
            torch.from_numpy(mean).to(device, dtype),
            torch.from_numpy(order).to(device),
            **options,
        )
    )
    return (state.double().cpu().numpy() + mean).astype(np.float32), reports


@pytest.mark.parametrize(
    ("n_samples", "shape", "block_size", "as_bytes"),
    [
        (37, (6, 7), 16, True),  # two full blocks and a part
        (37, (6, 7), 16, False),
        (17, (1, 40), 8, True),  # one sample in the last block
        (16, (5, 5), 16, True),  # exactly one block
        (9, (4, 4), None, False),  # less than a block, of the size that is chosen
        (12, (1, 1), 5, True),  # one unit
        (12, (1, 3), 1, False),  # blocks of one
        (7, (20, 26), 4, True),  # 520 units
    ],
)
def case_an_epoch_equals_the_plain_loop(n_samples, shape, block_size, as_bytes):
    samples, codebook, eta, order = example(n_samples, 24, shape)
    samples = samples if as_bytes else as_features(samples)
    expected = train_epoch_plainly(codebook, samples, order, eta, 0.5)
    found, reports = train(samples, codebook, eta, order, 0.5, block_size=block_size)
    assert relative_error(found, expected) < 1e-7
    assert sum(reports) == n_samples
    found, _ = train(samples, codebook, eta, order, 0.5, "float32", block_size=block_size)
    assert relative_error(found, expected) < 1e-5


def case_more_features_than_a_tile(monkeypatch):
    from workflow.som.engine.online import cuda

    monkeypatch.setattr(cuda, "GATHER_TILE", 8)
    monkeypatch.setattr(cuda, "UPDATE_FEATURES", 16)
    samples, codebook, eta, order = example(20, 41, (3, 3))
    expected = train_epoch_plainly(codebook, samples, order, eta, 0.5)
    found, _ = train(samples, codebook, eta, order, 0.5, block_size=8)
    assert relative_error(found, expected) < 1e-7


def case_only_the_samples_in_order_are_presented():
    samples, codebook, eta, _ = example(50, 8, (4, 4))
    order = np.array([7, 7, 30])
    expected = train_epoch_plainly(codebook, samples, order, eta, 0.5)
    assert relative_error(train(samples, codebook, eta, order, 0.5)[0], expected) < 1e-7


def case_an_empty_order_changes_nothing():
    samples, codebook, eta, _ = example(5, 8, (4, 4))
    found, reports = train(samples, codebook, eta, np.empty(0, np.int64), 0.5)
    np.testing.assert_allclose(found, codebook, atol=1e-7)
    assert reports == []


def case_learning_rate_of_one_puts_every_unit_on_the_last_sample():
    samples, codebook, _, order = example(40, 10, (4, 4))
    found, _ = train(samples, codebook, np.ones((16, 16)), order, 1.0, "float32", block_size=16)
    last = as_features(samples[order[-1]])
    np.testing.assert_allclose(found, np.tile(last, (16, 1)), atol=1e-6)


def case_lowest_index_wins_an_exact_tie():
    _, _, eta, _ = example(1, 4, (2, 5), radius=0.2)
    codebook = np.full((10, 4), 0.5, dtype=np.float32)
    samples = np.array([[255, 0, 0, 0]], dtype=np.uint8)
    found, _ = train(samples, codebook, eta, np.array([0]), 0.5)
    moved = np.abs(found - codebook).sum(axis=1)
    assert moved.argmax() == 0
    assert moved[0] > 100 * moved[1:].max()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def case_a_sample_has_the_same_bits_as_on_the_cpu(dtype):
    """With learning rate 1, a unit becomes the sample, so every gathered byte can be compared."""
    from workflow.som.engine.online.cuda import train_blocks_on_cuda

    samples = np.arange(256, dtype=np.uint8)[None, :]
    offset = np.random.default_rng(0).random(256)
    state, offset = torch.zeros(1, 256, dtype=dtype), torch.from_numpy(offset).to(dtype)
    order = torch.zeros(1, dtype=torch.int64)
    list(
        train_blocks_on_cuda(
            state,
            ByOffset.of_table(np.ones((1, 1), state.numpy().dtype)),
            torch.from_numpy(samples),
            offset,
            order,
        )
    )
    expected = torch.from_numpy(as_features(samples)).to(dtype).sub_(offset)
    assert torch.equal(state, expected)


def case_progress_comes_in_parts(monkeypatch):
    from workflow.som.engine.online import cuda

    monkeypatch.setattr(cuda, "SAMPLES_PER_REPORT", 8)
    samples, codebook, eta, order = example(27, 6, (2, 2))
    _, reports = train(samples, codebook, eta, order, 0.5, block_size=4)
    assert reports == [8, 8, 8, 3]


def case_the_block_size_is_a_multiple_of_sixteen_within_its_bounds():
    from workflow.som.engine.online.cuda import choose_block_size

    sizes = {n: choose_block_size(n, torch.float32) for n in (1, 520, 1200, 2500, 40_000)}
    assert sizes == {1: 64, 520: 64, 1200: 32, 2500: 16, 40_000: 16}


gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here")


@gpu
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_two_runs_on_a_gpu_have_the_same_bits(precision):
    given = example(5000, 784, (50, 50), radius=5.0)
    first, reports = train(*given, 0.5, precision, "cuda")
    second, _ = train(*given, 0.5, precision, "cuda")
    assert first.tobytes() == second.tobytes()
    assert sum(reports) == 5000


@gpu
@pytest.mark.parametrize(("precision", "tolerance"), [("float32", 1e-5), ("float64", 1e-7)])
def test_an_epoch_on_a_gpu_equals_the_plain_loop(precision, tolerance):
    """At this radius, float32 on the CPU decides no near tie of these samples differently."""
    samples, codebook, eta, order = example(500, 64, (20, 26), radius=1.0)
    found, _ = train(samples, codebook, eta, order, 0.5, precision, "cuda")
    expected = train_epoch_plainly(codebook, samples, order, eta, 0.5)
    assert relative_error(found, expected) < tolerance
