"""New samples on a finished map: what is refused, and what is far."""

import json

import numpy as np
import pytest

from workflow.som.data.own_files import RawSamples
from workflow.som.files.errors import SomError
from workflow.som.mapping.new_samples import as_the_run_saw_them, map_samples
from workflow.som.model.lattice import Lattice

SCALED = {"scaling": json.dumps({"kind": "range", "offset": [1, 2], "factor": [2, 4]})}


def raw(values, image_shape=None):
    return RawSamples(np.array(values), None, None, image_shape)


def test_samples_are_scaled_and_completed_as_the_training_set():
    found = as_the_run_saw_them("a.csv", raw([[3.0, 2.0]]), SCALED)
    np.testing.assert_array_equal(found, np.float32([[1, 0]]))
    gaps = raw([[np.nan, 2.0]])
    with pytest.raises(SomError, match=r"a\.csv: row 1, column 1 is missing \(NaN\); fill it in\."):
        as_the_run_saw_them("a.csv", gaps, SCALED)
    known = SCALED | {"missing": json.dumps({"values": [5, 0]})}
    np.testing.assert_array_equal(as_the_run_saw_them("a.csv", gaps, known), [[2, 0]])


def test_samples_of_another_kind_are_refused():
    with pytest.raises(SomError, match="it has 3 features, but the run learnt from 2"):
        as_the_run_saw_them("a.csv", raw([[1.0, 2, 3]]), SCALED)
    with pytest.raises(SomError, match="the run learnt from bytes"):
        as_the_run_saw_them("a.npz", raw([[0.5, 1]]), {"image_shape": "[1, 2]"})
    bytes_ = RawSamples(np.zeros((1, 6), np.uint8), None, None, (3, 2))
    with pytest.raises(
        SomError, match=r"its images are of shape \[3, 2\], but the run's of \[2, 3\]"
    ):
        as_the_run_saw_them("a.npz", bytes_, {"image_shape": "[2, 3]"})


def test_a_sample_is_far_beyond_99_of_100_training_distances():
    codebook = np.float32([[0], [10]])
    training = np.linspace(0, 1, 101)
    samples = np.float32([[0.98], [-1], [8.9]])
    found = map_samples(
        samples, codebook, Lattice("line", (2,)), training, {"name": np.array(["a", "b"])}
    )
    assert found["is_far"].tolist() == [False, True, True]
    assert found["name"].tolist() == ["a", "a", "b"]
    assert found["bmu"].tolist() == [0, 0, 1]
