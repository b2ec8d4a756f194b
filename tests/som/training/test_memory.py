"""A map that cannot fit in memory is refused before it is trained."""

import pytest

from workflow.som.files.errors import SomError
from workflow.som.training.memory import bytes_of_training, check_memory


def test_more_units_than_memory_are_refused(make_experiment, monkeypatch):
    monkeypatch.setattr("workflow.som.training.memory.memory_bytes", lambda: 10**8)
    many = {"shape": (100, 80), "radius": 9.0}
    with pytest.raises(SomError, match="experiments.huge: shape .* needs 0.2 GB"):
        check_memory("huge", make_experiment(**many), 784)
    check_memory("fine", make_experiment(**many), 100)
    check_memory("fine", make_experiment(), 784)


def test_memory_grows_with_the_units_and_not_with_their_square():
    assert bytes_of_training(90_000, 784) == 36 * bytes_of_training(2500, 784) < 4e9
