"""Which device a training runs on."""

import torch

from ..files.errors import SomError


def resolve_device(name: str, precision: str) -> str:
    """Return the torch device for `auto`, `cpu`, `cuda` or `mps`.

    `auto` takes a GPU if there is one that keeps states in `precision`.

    Raises
    ------
    SomError
        If the device that was asked for is not there, or cannot do float64.
    """
    there = {
        "cpu": True,
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
    }
    if name == "auto":
        usable = ["cuda"] if precision == "float64" else ["cuda", "mps"]
        return next((device for device in usable if there[device]), "cpu")
    if not there[name]:
        raise SomError(
            f"device: {name} was asked for, but torch finds none on this machine: "
            "set device to auto or cpu in config/config.yaml, or run where there is one."
        )
    if name == "mps" and precision == "float64":
        raise SomError("device: mps knows no float64: set precision to float32, or device to cpu.")
    return name
