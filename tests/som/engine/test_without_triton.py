"""Where Triton cannot be imported everything works; so do maps of three units."""

import subprocess
import sys

import numpy as np

from tests.project import ROOT
from workflow.som.engine.search.find import find_two_nearest
from workflow.som.model.initialisation import random_codebook
from workflow.som.model.lattice import Lattice
from workflow.som.training.epoch import train_one_epoch

RUN = {"seed": 3, "epoch": 1, "learning_rate": 0.5, "radius": 2.0, "kernel": "gaussian"}
PLACE = {"precision": "float64", "device": "cpu", "threads": 2}

SCRIPT = """
import sys
sys.modules["triton"] = None  # Importing it fails as if it were not installed.
import numpy as np
from workflow.som.engine.online import rule as online
from workflow.som.engine.search import find as search
from workflow.som.model.lattice import Lattice
from workflow.som.model.initialisation import random_codebook
from workflow.som.training.epoch import train_one_epoch
assert online.train_blocks_on_cuda is None
samples = np.random.default_rng(0).random((120, 9), dtype=np.float32)
codebook = random_codebook(3, 3, 9)
for rule in ("online", "batch"):
    codebook = train_one_epoch(
        codebook, samples, Lattice("square", (1, 3)), rule=rule, **{run!r}, **{place!r}
    )
nearest = search.find_two_nearest(samples, codebook)
np.savez({path!r}, codebook, *nearest)
"""


def test_a_map_of_three_units_without_triton(tmp_path):
    path = str(tmp_path / "result.npz")
    script = SCRIPT.format(run=RUN, place=PLACE, path=path)
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    samples = np.random.default_rng(0).random((120, 9), dtype=np.float32)
    expected = random_codebook(3, 3, 9)
    for rule in ("online", "batch"):
        expected = train_one_epoch(
            expected, samples, Lattice("square", (1, 3)), rule=rule, **RUN, **PLACE
        )
    with np.load(path) as found:
        np.testing.assert_allclose(found["arr_0"], expected, rtol=1e-6)
        for number, column in enumerate(find_two_nearest(samples, found["arr_0"]), start=1):
            np.testing.assert_array_equal(found[f"arr_{number}"], column)
