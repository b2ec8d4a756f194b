"""The device that is chosen on machines with and without a GPU."""

import pytest

from workflow.som.files.errors import SomError
from workflow.som.training.devices import resolve_device


@pytest.fixture
def machine(monkeypatch):
    def has(*devices):
        monkeypatch.setattr("torch.cuda.is_available", lambda: "cuda" in devices)
        monkeypatch.setattr("torch.backends.mps.is_available", lambda: "mps" in devices)

    return has


@pytest.mark.parametrize(
    ("devices", "precision", "expected"),
    [
        ((), "float32", "cpu"),
        ((), "float64", "cpu"),
        (("cuda",), "float32", "cuda"),
        (("cuda",), "float64", "cuda"),
        (("mps",), "float32", "mps"),
        (("mps",), "float64", "cpu"),  # Apple's GPUs have no float64.
        (("cuda", "mps"), "float32", "cuda"),
    ],
)
def test_auto_takes_a_gpu_that_keeps_the_precision(machine, devices, precision, expected):
    machine(*devices)
    assert resolve_device("auto", precision) == expected


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_cpu_is_taken_where_it_is_asked_for(machine, precision):
    machine("cuda", "mps")
    assert resolve_device("cpu", precision) == "cpu"


@pytest.mark.parametrize(("name", "there"), [("cuda", "mps"), ("mps", "cuda")])
def test_a_device_that_is_not_there_is_refused_and_never_replaced(machine, name, there):
    machine(there)
    with pytest.raises(SomError, match=f"device: {name} .*set device to auto or cpu"):
        resolve_device(name, "float32")
    machine(name)
    assert resolve_device(name, "float32") == name


def test_apples_gpu_with_float64_is_refused(machine):
    machine("mps")
    with pytest.raises(SomError, match="float64"):
        resolve_device("mps", "float64")
