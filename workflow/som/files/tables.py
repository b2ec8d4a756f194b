"""Parquet tables that carry checksums, so that damage is never read as data.

`checksum` is that of the decoded content: it says whether two tables are equal. `file_checksum` is
that of the file's bytes, and is verified before anything is decoded. Tables larger than the memory
are written and read in parts by `som.data.stored`.
"""

import hashlib
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from .atomic import read_whole, write_atomically
from .errors import damaged, reason
from .jobs import current_recipe

# What a file says of itself; it does not count as its content.
OWN_KEYS = {"checksum", "file_checksum", "recipe"}
# Stands in the file while its bytes are summed, and then gives way to the sum.
PLACEHOLDER = "0" * 64
# A file ends in its footer, the footer's length and a mark of four bytes.
TAIL_BYTES = 8
HASHED_AT_A_TIME = 2**20  # bytes


class Table(NamedTuple):
    """A table and the metadata of its file."""

    frame: pd.DataFrame
    metadata: dict[str, str]


def checksum(table: pa.Table, metadata: Mapping[str, str]) -> str:
    """Return the SHA-256 of a table's values, names, types and metadata.

    Parquet's own page checksums do not cover its footer, and row groups or encodings may differ
    between equal tables; so the decoded values are hashed.
    """
    return content_hash(table, metadata).hexdigest()


def content_hash(table: pa.Table, metadata: Mapping[str, str]) -> Any:
    """Return the hash of a table, to which another column may still be added."""
    content = hashlib.sha256()
    for key in sorted(metadata.keys() - OWN_KEYS):
        content.update(f"{key}={metadata[key]}\n".encode())
    for name, column in zip(table.column_names, table.columns, strict=True):
        values = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
        if pa.types.is_fixed_size_list(values.type):
            values = values.flatten()
        if pa.types.is_list(values.type):
            content.update(str(pc.list_value_length(values).to_pylist()).encode())
            values = values.flatten()
        content.update(column_head(name, values.type, len(column), len(values)))
        if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
            content.update(json.dumps(values.to_pylist()).encode())
            continue
        if values.null_count and not pa.types.is_null(values.type):
            content.update(pc.is_null(values).to_numpy(zero_copy_only=False).tobytes())
            values = pc.fill_null(values, 0)
        if not pa.types.is_null(values.type):
            content.update(values.to_numpy(zero_copy_only=False).tobytes())
    return content


def column_head(name: str, kind: pa.DataType, n_rows: int, n_values: int) -> bytes:
    """Return what goes into a table's hash before the values of a column."""
    return f"{name}:{kind}:{n_rows}:{n_values}\n".encode()


def write_arrow(
    path: Path | str,
    table: pa.Table,
    metadata: Mapping[str, str],
    *,
    kind: str,
    row_group_size: int = 2**20,
) -> None:
    """Write an Arrow table as zstd-compressed Parquet with `metadata` and its checksum.

    Its `kind`, such as "purity", goes into the metadata, in the place of an earlier file's, and the
    `recipe` of the job that writes it (see `jobs`).
    """
    metadata = metadata_to_write(metadata, kind)
    # Notes of pandas on types stay; metadata of an earlier file do not.
    if note := (table.schema.metadata or {}).get(b"pandas"):
        metadata = {**metadata, "pandas": note.decode()}
    metadata = {"file_checksum": PLACEHOLDER, **metadata, "checksum": checksum(table, metadata)}
    with write_atomically(path) as temporary:
        pq.write_table(
            table.replace_schema_metadata(metadata),
            temporary,
            compression="zstd",
            row_group_size=row_group_size,
            write_page_checksum=True,
        )
        fill_in_checksum(temporary)


def metadata_to_write(metadata: Mapping[str, str], kind: str) -> dict[str, str]:
    """Return a file's metadata without those of an earlier file, with its kind and its recipe."""
    kept = {key: text for key, text in metadata.items() if key not in OWN_KEYS}
    return kept | {"kind": kind} | current_recipe()


def read_arrow(path: Path | str) -> tuple[pa.Table, dict[str, str]]:
    """Read a table written by `write_arrow`.

    Raises
    ------
    DamagedFileError
        If the file's bytes, or the values decoded from them, are not those that were written.
    """
    content = read_whole(path)
    metadata = verified_metadata(path, io.BytesIO(content))
    try:
        table = pq.read_table(
            pa.BufferReader(content), page_checksum_verification=True, use_threads=False
        )
        found = checksum(table, metadata)
    except MemoryError:
        raise
    except Exception as error:  # Arrow raises OSError, ValueError, UnicodeError … on damaged bytes.
        raise damaged(path, reason(error)) from error
    if metadata.get("checksum") != found:
        raise damaged(path, "its values do not match the checksum it carries")
    return table, without_hidden(metadata)


def without_hidden(metadata: Mapping[str, str]) -> dict[str, str]:
    """Return a file's metadata without those that only the file itself needs."""
    hidden = {"pandas", "file_checksum"}
    return {key: text for key, text in metadata.items() if key not in hidden}


def write_table(
    path: Path | str, frame: pd.DataFrame, metadata: Mapping[str, str], *, kind: str
) -> None:
    """Write a data frame as Parquet with `metadata` (text to text), its kind and its checksum."""
    write_arrow(path, pa.Table.from_pandas(frame, preserve_index=False), metadata, kind=kind)


def read_table(path: Path | str) -> Table:
    """Read a table written by `write_table`; raise `DamagedFileError` if it was altered."""
    table, metadata = read_arrow(path)
    return Table(table.to_pandas(), metadata)


def fill_in_checksum(path: Path) -> None:
    """Put the SHA-256 of a file's bytes in the place of the placeholder in its footer."""
    with path.open("r+b") as file:
        start, footer = _read_footer(file)
        place = footer.index(PLACEHOLDER.encode(), footer.rindex(b"file_checksum"))
        file.seek(0)
        total = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(start + place)
        file.write(total.encode())


def _read_footer(file: BinaryIO) -> tuple[int, bytes]:
    """Return where the footer of a Parquet file begins, and all bytes from there on."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - TAIL_BYTES))
    start = size - TAIL_BYTES - int.from_bytes(file.read(4), "little")
    file.seek(max(0, start))
    return start, file.read()


def verified_metadata(path: Path | str, file: BinaryIO) -> dict[str, str]:
    """Return the footer's metadata, once all bytes of a file are verified.

    A file of an older version has no `file_checksum`; its content has a checksum still.

    Raises
    ------
    DamagedFileError
    """
    try:
        file.seek(0)
        found = pq.read_metadata(file).metadata or {}
        metadata = {
            key.decode(): text.decode() for key, text in found.items() if key != b"ARROW:schema"
        }
    except Exception as error:  # Of many kinds on damaged bytes, as in `read_arrow`.
        raise damaged(path, reason(error)) from error
    if "file_checksum" in metadata:
        written = metadata["file_checksum"].encode()
        start, footer = _read_footer(file)
        if footer.count(written) != 1 or _digest(file, start, footer, written) != written.decode():
            raise damaged(path, "its bytes do not match the checksum it carries")
    return metadata


def _digest(file: BinaryIO, start: int, footer: bytes, written: bytes) -> str:
    """Return the SHA-256 of a file whose footer carries the placeholder for its checksum."""
    content = hashlib.sha256()
    file.seek(0)
    for position in range(0, start, HASHED_AT_A_TIME):
        content.update(file.read(min(HASHED_AT_A_TIME, start - position)))
    content.update(footer.replace(written, PLACEHOLDER.encode()))
    return content.hexdigest()
