"""The same seed gives the same bits on one machine, and nearly the same values on another."""

import logging
import os
import subprocess
import sys

import numpy as np
import pytest
from safetensors.numpy import load_file

from tests.project import PURITY, ROOT

logger = logging.getLogger(__name__)
# As on an older processor: the libraries are told not to use newer instructions.
OLDER = {
    "ATEN_CPU_CAPABILITY": "default",
    "MKL_CBWR": "COMPATIBLE",
    "ONEDNN_MAX_CPU_ISA": "SSE41",
    "OPENBLAS_CORETYPE": "Nehalem",
    "NUMBA_CPU_NAME": "nehalem",
    "NUMBA_CPU_FEATURES": "+sse4.2",
}
# Trains all epochs from the first codebook, and each epoch from the finished run's codebook before.
PROGRAM = """
import sys
from pathlib import Path
import numpy as np, torch
from workflow.som.files.checkpoints import load_checkpoint
from workflow.som.data.datasets import read_images
from workflow.som.model.lattice import Lattice
from workflow.som.training.epoch import Epoch, TrainingSettings, train_one_epoch

run, images, out, precision, capability = sys.argv[1:]
assert capability in ("any", torch.backends.cpu.get_cpu_capability())
pixels = read_images(images).pixels
states = [load_checkpoint(p) for p in sorted(Path(run, "checkpoints").glob("*.safetensors"))]
lattice = Lattice.from_json(states[0].metadata["lattice"])
found, own = {}, states[0].codebook
settings = TrainingSettings(
    rule="online", kernel="gaussian", order_seed=0, precision=precision
)
for epoch, state in enumerate(states[1:], 1):
    of_state = (float(state.metadata[key]) for key in ("learning_rate", "radius"))
    how = settings, Epoch(epoch, *of_state)
    own = train_one_epoch(own, pixels, lattice, *how)
    found[f"own_{epoch}"] = own
    before = states[epoch - 1].codebook
    found[f"next_{epoch}"] = train_one_epoch(before, pixels, lattice, *how)
np.savez(out, **found)
"""


@pytest.mark.parametrize("cores", ["1", "4"])
def test_the_number_of_cores_changes_no_bit(project, finished, cores):
    project.snakemake(PURITY, "--cores", cores)
    expected = finished.artifacts()
    found = project.artifacts()
    assert len(found) == 16
    assert {name: expected[name] for name in found} == found


@pytest.mark.parametrize(("precision", "tolerance"), [("float32", 1e-6), ("float64", 1e-12)])
def test_an_older_processor_stays_within_the_tolerance(finished, tmp_path, precision, tolerance):
    """The tolerances of workflow/README.md: shares of the codebook's norm, after each epoch."""
    here = train(finished, tmp_path / "here.npz", precision, "any", {})
    own_cache = {"NUMBA_CACHE_DIR": str(tmp_path)}
    older = train(finished, tmp_path / "older.npz", precision, "DEFAULT", OLDER | own_cache)
    differences = {
        name: np.linalg.norm(older[name] - here[name]) / np.linalg.norm(here[name]) for name in here
    }
    from_common_state = [differences[f"next_{epoch}"] for epoch in range(1, 7)]
    # Rounding may decide one near tie differently, and then that epoch has another map.
    assert sum(difference > tolerance for difference in from_common_state) <= 1, differences
    assert differences["own_1"] < tolerance
    if precision == "float32":  # On this machine the program gives what the workflow has trained.
        for epoch in range(1, 7):
            path = finished.run / f"checkpoints/epoch_{epoch:03d}.safetensors"
            assert np.array_equal(here[f"next_{epoch}"], load_file(path)["codebook"])
    logger.info("%s: at most %.1e of the norm", precision, max(differences.values()))


def train(finished, out, precision, capability, environment):
    """Train the finished run's epochs in a process of its own; return the codebooks by name."""
    images = finished.folder / "results/datasets/mnist_5000/train.parquet"
    arguments = [str(finished.run), str(images), str(out), precision, capability]
    environment = os.environ | {"PYTHONPATH": str(ROOT)} | environment
    subprocess.run([sys.executable, "-c", PROGRAM, *arguments], env=environment, check=True)
    return np.load(out)
