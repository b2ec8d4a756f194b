"""Checkpoints: one codebook and the settings that determined it, as safetensors.

The file opens anywhere with `safetensors.numpy.load_file(path)["codebook"]`. Equal checkpoints are
equal byte for byte.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load, save

from .atomic import read_whole, write_atomically
from .errors import damaged, reason
from .jobs import current_recipe


class Checkpoint(NamedTuple):
    """A codebook of shape (n_units, n_features), float32, and its metadata."""

    codebook: NDArray[np.float32]
    metadata: dict[str, str]


def fingerprint(settings: Mapping[str, Any], data_checksum: str) -> str:
    """Return the SHA-256 of all that determines the codebook: settings, seed, code and data."""
    text = json.dumps({**settings, "data": data_checksum}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def checksum(codebook: NDArray[np.float32], metadata: Mapping[str, str]) -> str:
    """Return the SHA-256 of a codebook and its metadata."""
    content = hashlib.sha256(repr(codebook.shape).encode())
    for key in sorted(metadata.keys() - {"checksum"}):
        content.update(f"{key}={metadata[key]}\n".encode())
    content.update(np.ascontiguousarray(codebook, dtype="<f4").data)
    return content.hexdigest()


def save_checkpoint(
    path: Path | str,
    codebook: NDArray[np.float32],
    metadata: Mapping[str, str],
    *,
    kind: str = "checkpoint",
) -> None:
    """Write a checkpoint; `metadata` maps text to text and gains a `kind` and a `checksum`.

    It also gains the `recipe` of the job that writes it, if that has one (see `jobs`).
    """
    metadata = {**metadata, "kind": kind, **current_recipe()}
    metadata = {**metadata, "checksum": checksum(codebook, metadata)}
    content = save({"codebook": np.ascontiguousarray(codebook)}, metadata=metadata)
    with write_atomically(path) as temporary:
        temporary.write_bytes(_with_sorted_header(content))


def load_checkpoint(path: Path | str) -> Checkpoint:
    """Read a checkpoint written by `save_checkpoint`.

    Raises
    ------
    DamagedFileError
        If the file cannot be decoded or its content was altered.
    """
    content = read_whole(path)
    try:
        codebook = load(content)["codebook"]
        header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
        metadata = dict(sorted(header.get("__metadata__", {}).items()))
        found = checksum(codebook, metadata)
        shape = _implied_shape(codebook, metadata)
    except MemoryError:
        raise
    except Exception as error:  # safetensors raises its own kind, and others on damaged headers.
        raise damaged(path, reason(error)) from error
    if metadata.get("checksum") != found:
        raise damaged(path, "its codebook does not match the checksum it carries")
    if codebook.dtype != np.float32 or codebook.shape != shape:
        raise damaged(path, f"its codebook is {codebook.dtype} of shape {codebook.shape}")
    if not np.isfinite(codebook).all():
        raise damaged(path, "its codebook has values that are no numbers, or infinite")
    return Checkpoint(codebook, metadata)


def _implied_shape(codebook: NDArray[np.float32], metadata: Mapping[str, str]) -> tuple[int, ...]:
    """Return the shape that lattice and images of the metadata give; where they do not, its own."""
    shape = [*codebook.shape, 0, 0][:2]
    if "lattice" in metadata:
        shape[0] = math.prod(json.loads(metadata["lattice"])["shape"])
    if "image_shape" in metadata:
        shape[1] = math.prod(json.loads(metadata["image_shape"]))
    return tuple(shape)


def _with_sorted_header(content: bytes) -> bytes:
    """Sort the header's keys: safetensors writes them in an order that differs at each call."""
    end = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:end])
    text = json.dumps(header, sort_keys=True, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # The tensors that follow start at a multiple of 8 bytes.
    return len(text).to_bytes(8, "little") + text + content[end:]
