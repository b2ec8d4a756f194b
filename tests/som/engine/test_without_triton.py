"""Without Triton, training and search still work, also on a map of three units."""

import subprocess
import sys

import numpy as np

from tests.project import ROOT
from workflow.som.engine.search.find import find_two_nearest
from workflow.som.model.initialisation import random_codebook
from workflow.som.model.lattice import Lattice
from workflow.som.training.epoch import Epoch, TrainingSettings, train_one_epoch

SETTINGS = {"kernel": "gaussian", "order_seed": 3, "precision": "float64", "threads": 2}
EPOCH = (1, 0.5, 2.0)

SCRIPT = """
import sys
sys.modules["triton"] = None  # Importing it fails as if it were not installed.
import numpy as np
from workflow.som.engine.online import rule as online
from workflow.som.engine.search import find as search
from workflow.som.model.lattice import Lattice
from workflow.som.model.initialisation import random_codebook
from workflow.som.training.epoch import Epoch, TrainingSettings, train_one_epoch
assert online.train_blocks_on_cuda is None
samples = np.random.default_rng(0).random((120, 9), dtype=np.float32)
codebook = random_codebook(3, 3, 9)
for rule in ("online", "batch"):
    settings = TrainingSettings(rule=rule, **{settings!r})
    lattice = Lattice("square", (1, 3))
    codebook = train_one_epoch(codebook, samples, lattice, settings, Epoch(*{epoch!r}))
nearest = search.find_two_nearest(samples, codebook)
np.savez({path!r}, codebook, *nearest)
"""


def test_a_map_of_three_units_without_triton(tmp_path):
    path = str(tmp_path / "result.npz")
    script = SCRIPT.format(settings=SETTINGS, epoch=EPOCH, path=path)
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    samples = np.random.default_rng(0).random((120, 9), dtype=np.float32)
    expected = random_codebook(3, 3, 9)
    for rule in ("online", "batch"):
        settings = TrainingSettings(rule=rule, **SETTINGS)
        lattice = Lattice("square", (1, 3))
        expected = train_one_epoch(expected, samples, lattice, settings, Epoch(*EPOCH))
    with np.load(path) as found:
        np.testing.assert_allclose(found["arr_0"], expected, rtol=1e-6)
        for number, column in enumerate(find_two_nearest(samples, found["arr_0"]), start=1):
            np.testing.assert_array_equal(found[f"arr_{number}"], column)
