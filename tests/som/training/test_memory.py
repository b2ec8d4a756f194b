"""A map that cannot fit in memory is refused before it is trained."""

import pytest

from workflow.som.files.errors import SomError
from workflow.som.training.memory import check_memory


def test_more_units_than_memory_are_refused(make_experiment, monkeypatch):
    monkeypatch.setattr("workflow.som.training.memory.memory_bytes", lambda: 10**9)
    many = {"shape": (100, 80), "radius": 9.0}
    with pytest.raises(SomError, match="experiments.huge: shape .* needs 1.0 GB"):
        check_memory("huge", make_experiment(**many))
    check_memory("fine", make_experiment(**many, rule="batch"))
    check_memory("fine", make_experiment(**many, kernel="printed"))
    check_memory("fine", make_experiment())
