"""The GPU's scan: its logic under Triton's interpreter, its compilation, and the scan on a GPU.

Triton reads TRITON_INTERPRET when it is imported, so `case_` functions run in a process of their
own. The interpreter accepts more than the compiler and uses only one thread. So another test
compiles the kernels for a GPU, which needs no GPU. Only a test on a GPU can show that the barriers
are sufficient.
"""

import os
import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest
import torch

from tests.project import ROOT
from workflow.som.engine.online import block_scan as scan
from workflow.som.model.kernels import neighbourhood_by_offset
from workflow.som.model.lattice import ByOffset, Lattice

pytestmark = pytest.mark.skipif(find_spec("triton") is None, reason="triton is not installed")


def run(*command, **environment):
    """Run Python in its own process, from the root; show its output if it fails."""
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_cases_under_tritons_interpreter():
    options = "-q", "-p", "no:cacheprovider", "-o", "python_functions=case_*"
    run("-m", "pytest", *options, __file__, TRITON_INTERPRET="1")


LATTICES = [
    Lattice("square", (5, 9)),
    Lattice("hexagonal", (7, 6)),
    Lattice("hexagonal_torus", (6, 5)),
    Lattice("ring", (37,)),
    Lattice("block", (3, 4, 5)),
]


def scan_on(device, products, gram, norms, steps):
    """Return updates and norms of the kernel on a device, as arrays."""
    from workflow.som.engine.online.triton_scan import scan_block, steps_on

    given = [torch.tensor(array, device=device) for array in (products, gram, norms)]
    updates = torch.full_like(given[0], torch.nan)
    scan_block(*given, steps_on(device, by_offset(steps)), updates)
    return updates.cpu().numpy(), given[2].cpu().numpy()


def by_offset(steps):
    return steps if isinstance(steps, ByOffset) else ByOffset.of_table(steps)


def scan_compiled(products, gram, norms, steps):
    """Return updates and norms of the CPU's scan."""
    given = [array.copy() for array in (products, gram, norms)]
    updates = np.empty_like(products)
    scan.scan_block(*given, by_offset(steps), updates, np.empty(len(updates), np.int32))
    return updates, given[2]


def scan_by_the_docstring(products, gram, norms, steps):
    """Return updates and norms by the formulae in the docstring of the module `rule`."""
    products, norms, updates = products.copy(), norms.copy(), []
    for t in range(len(products)):
        h = by_offset(steps).row(np.argmin(norms - 2 * products[t]))
        norms = (1 - h) ** 2 * norms + 2 * h * (1 - h) * products[t] + h**2 * gram[t, t]
        for s in range(t + 1, len(products)):
            products[s] = (1 - h) * products[s] + h * gram[t, s]
        updates.append(h)
    return np.array(updates), norms


def random_block(n_block, n_units, dtype, seed=0):
    """Return products, norms and steps of a random codebook; each row of steps shows the winner."""
    generator = np.random.default_rng([seed, n_block, n_units])
    samples = generator.standard_normal((n_block, 12)).astype(dtype)
    codebook = generator.standard_normal((n_units, 12)).astype(dtype)
    steps = (0.6 * generator.random((n_units, n_units))).astype(dtype)
    return samples @ codebook.T, samples @ samples.T, np.square(codebook).sum(axis=1), steps


def assert_equal_scans(found, expected):
    np.testing.assert_array_equal(found[0], expected[0])
    tolerance = 1e-5 if found[1].dtype == np.float32 else 1e-13
    np.testing.assert_allclose(found[1], expected[1], rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n_units", [1, 2, 3, 50, 520])
@pytest.mark.parametrize("n_block", [1, 2, 13])
def case_random_blocks(n_block, n_units, dtype):
    block = random_block(n_block, n_units, dtype)
    found = scan_on("cpu", *block)
    assert_equal_scans(found, scan_compiled(*block))
    assert_equal_scans(found, scan_by_the_docstring(*block))


@pytest.mark.parametrize("n_units", [63, 64, 65, 520])
def case_many_tiles(n_units, monkeypatch):
    from workflow.som.engine.online import triton_scan

    monkeypatch.setitem(triton_scan.MAX_TILE, torch.float64, 64)
    block = random_block(13, n_units, np.float64)
    assert_equal_scans(scan_on("cpu", *block), scan_by_the_docstring(*block))


@pytest.mark.parametrize("tile", [64, 1024])
@pytest.mark.parametrize("winners", [[7, 8], [63, 64], [9, 73], [3, 70, 199], range(200)])
def case_of_equal_scores_the_lowest_index_wins(winners, tile, monkeypatch):
    from workflow.som.engine.online import triton_scan

    monkeypatch.setitem(triton_scan.MAX_TILE, torch.float32, tile)
    products, gram, norms, steps = random_block(1, 200, np.float32)
    products[:], norms[:] = 0.25, 2
    products[0, list(winners)] = 0.5
    updates, _ = scan_on("cpu", products, gram, norms, steps)
    np.testing.assert_array_equal(updates[0], steps[min(winners)])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def case_after_a_step_of_one_all_units_are_equal_and_unit_0_wins(dtype):
    block = random_block(2, 70, dtype)
    # Multiples of 1/8, so that no addition rounds.
    products, gram, norms, steps = (np.round(8 * array) / 8 for array in block)
    norms[5], steps[5] = -1000, 1
    updates, _ = scan_on("cpu", products, gram, norms, steps)
    np.testing.assert_array_equal(updates, steps[[5, 0]])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("lattice", LATTICES, ids=lambda one: one.topology)
def case_steps_by_offset(lattice, dtype):
    products, gram, norms, _ = random_block(13, lattice.n_units, dtype)
    eta = neighbourhood_by_offset(lattice, 1.7, "mexican_hat")
    steps = eta._replace(values=(0.6 * eta.values).astype(dtype))
    found = scan_on("cpu", products, gram, norms, steps)
    assert_equal_scans(found, scan_compiled(products, gram, norms, steps))
    assert_equal_scans(found, scan_by_the_docstring(products, gram, norms, steps))


def case_rows_may_lie_apart_and_nothing_else_is_written():
    from workflow.som.engine.online.triton_scan import scan_block, steps_on

    products, gram, norms, steps = random_block(5, 37, np.float32)
    wide = torch.full((6, 60), 77.0)
    wide[:5, :37], wide[:5, 37:42] = torch.from_numpy(products), torch.from_numpy(gram)
    room = torch.full((8, 50), 77.0)
    lengths = torch.full((40,), 77.0)
    lengths[:37] = torch.from_numpy(norms)
    inner = (
        wide[:5, :37],
        wide[:5, 37:42],
        lengths[:37],
        steps_on("cpu", by_offset(steps)),
        room[:5, :37],
    )
    scan_block(*inner)
    found = inner[4].numpy(), inner[2].numpy()
    assert_equal_scans(found, scan_compiled(products, gram, norms, steps))
    room[:5, :37], lengths[:37] = 77, 77
    assert set(room.flatten().tolist()) == set(lengths.tolist()) == {77}
    assert set(wide[5].tolist()) == set(wide[:, 42:].flatten().tolist()) == {77}


COMPILE = """
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource, compile
from workflow.som.engine.online.cuda import (_gather_kernel, _update_kernel)
from workflow.som.engine.online.triton_scan import _scan_kernel

def check(kernel, types, warps, constants):
    names = kernel.arg_names
    source = ASTSource(
        fn=kernel,
        signature={name: types.get(name, "constexpr") for name in names},
        constexprs={(names.index(name),): value for name, value in constants.items()},
    )
    options = {"num_warps": warps, "num_stages": 1, "enable_fp_fusion": True}
    assert compile(source, GPUTarget("cuda", 90, 32), options).asm["cubin"]

for number in ("*fp32", "*fp64"):
    arrays = dict.fromkeys(["products", "gram", "norms", "steps", "updates"], number)
    strides = {name: 2500 for name in _scan_kernel.arg_names if name.endswith("stride")}
    scan = strides | {"n_units": 2500, "length": 50, "tile": 4096}
    arrays |= dict.fromkeys(["rows", "columns", "segments"], "*i64")
    check(_scan_kernel, arrays | {"n_block": "i32"}, 16, scan)
    arrays = dict.fromkeys(["state", "block", "updates", "norms"], number)
    update = {"n_units": 2500, "n_features": 784, "tile_units": 8, "tile_features": 512}
    check(_update_kernel, arrays | {"n_block": "i32"}, 4, update)
    for samples in ("*u8", "*fp32"):
        arrays = {"samples": samples, "levels": "*fp32", "offset": number, "block": number}
        arrays |= {"order": "*i64", "position": "*i64"}
        gather = {"n_features": 784, "are_bytes": samples == "*u8", "tile": 1024}
        check(_gather_kernel, arrays, 4, gather)
"""


def test_all_kernels_compile_for_an_h100_without_one(tmp_path):
    run("-c", COMPILE, TRITON_CACHE_DIR=str(tmp_path), TRITON_INTERPRET="0")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n_units", [1, 3, 520, 2500, 9000])
def test_scan_on_a_gpu_twice(n_units, dtype):
    block = random_block(16, n_units, dtype)
    first, second = scan_on("cuda", *block), scan_on("cuda", *block)
    assert [array.tobytes() for array in first] == [array.tobytes() for array in second]
    assert_equal_scans(first, scan_compiled(*block))
