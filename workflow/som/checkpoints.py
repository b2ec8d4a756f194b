"""Checkpoints: one codebook with what determined it, as safetensors.

The file opens anywhere with `safetensors.numpy.load_file(path)["codebook"]`. Equal checkpoints are
equal byte for byte.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.numpy import save

from workflow.som.errors import damaged, reason
from workflow.som.files import write_atomically


class Checkpoint(NamedTuple):
    """A codebook of shape (n_units, n_features), float32, and its metadata."""

    codebook: NDArray[np.float32]
    metadata: dict[str, str]


def checksum(codebook: NDArray[np.float32], metadata: Mapping[str, str]) -> str:
    """Return the SHA-256 of a codebook and its metadata."""
    content = hashlib.sha256(repr(codebook.shape).encode())
    for key in sorted(metadata.keys() - {"checksum"}):
        content.update(f"{key}={metadata[key]}\n".encode())
    content.update(np.ascontiguousarray(codebook, dtype="<f4").data)
    return content.hexdigest()


def save_checkpoint(
    path: Path | str, codebook: NDArray[np.float32], metadata: Mapping[str, str]
) -> None:
    """Write a checkpoint; `metadata` maps text to text and gains a `checksum`."""
    metadata = {**metadata, "checksum": checksum(codebook, metadata)}
    content = save({"codebook": np.ascontiguousarray(codebook)}, metadata=metadata)
    with write_atomically(path) as temporary:
        temporary.write_bytes(_with_sorted_header(content))


def load_checkpoint(path: Path | str) -> Checkpoint:
    """Read a checkpoint written by `save_checkpoint`.

    Raises
    ------
    DamagedFileError
        If the file cannot be decoded or its content is not what was written.
    """
    try:
        with safe_open(str(path), framework="numpy") as file:
            # safetensors gives them in an order that differs at each call.
            metadata = dict(sorted((file.metadata() or {}).items()))
            codebook = file.get_tensor("codebook")
        found = checksum(codebook, metadata)
    except (FileNotFoundError, PermissionError, MemoryError):
        raise
    except Exception as error:  # safetensors raises its own kind, and others on damaged headers.
        raise damaged(path, reason(error)) from error
    if metadata.get("checksum") != found:
        raise damaged(path, "its codebook does not match the checksum it carries")
    if not np.isfinite(codebook).all():
        raise damaged(path, "its codebook has values that are no numbers, or infinite")
    return Checkpoint(codebook, metadata)


def _with_sorted_header(content: bytes) -> bytes:
    """Sort the header's keys: safetensors writes them in an order that differs at each call."""
    end = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:end])
    text = json.dumps(header, sort_keys=True, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # The tensors that follow start at a multiple of 8 bytes.
    return len(text).to_bytes(8, "little") + text + content[end:]
