"""Vectors in Parquet files that need not fit into memory: written and read some rows at a time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ..files.atomic import write_atomically
from ..files.errors import damaged, reason
from ..files.inputs import check_input
from ..files.tables import (
    PLACEHOLDER,
    column_head,
    content_hash,
    fill_in_checksum,
    metadata_to_write,
    verified_metadata,
    without_hidden,
)
from ..model.samples import Samples


def write_in_parts(
    path: Path | str,
    head: pa.Table,
    vectors: tuple[str, np.dtype[Any], int, Iterable[NDArray[Any]]],
    metadata: Mapping[str, str],
    *,
    kind: str,
    row_group_size: int,
) -> None:
    """Write a table whose last column, of vectors, need not be in memory at once.

    It is read like one of `tables.write_arrow`, and has the same checksum.

    Parameters
    ----------
    path, metadata, kind, row_group_size
        As in `write_arrow`.
    head : Table
        The other columns.
    vectors : (name, dtype, length, parts)
        The last column's name, its vectors' type and length, and an iterable of arrays of shape
        (n, length), with as many rows in all as `head`.

    Raises
    ------
    ValueError
        If the parts have more or fewer rows than `head`.
    """
    name, dtype, length, parts = vectors
    values = pa.from_numpy_dtype(dtype)
    field = pa.field(name, pa.list_(values, length))
    metadata = metadata_to_write(metadata, kind)
    content = content_hash(head, metadata)
    content.update(column_head(name, values, len(head), len(head) * length))
    position = 0
    with write_atomically(path) as temporary:
        with pq.ParquetWriter(
            temporary, head.schema.append(field), compression="zstd", write_page_checksum=True
        ) as writer:
            for rows in _in_groups(parts, row_group_size):
                content.update(rows.tobytes())
                column = pa.FixedSizeListArray.from_arrays(rows.ravel(), length)
                group = head.slice(position, len(rows)).append_column(field, column)
                writer.write_table(group, row_group_size=row_group_size)
                position += len(rows)
            if position != len(head):
                raise ValueError(f"{len(head)} rows were to be written, and {position} came.")
            checksums = {"file_checksum": PLACEHOLDER, "checksum": content.hexdigest()}
            writer.add_key_value_metadata(metadata | checksums)
        fill_in_checksum(temporary)


def _in_groups(parts: Iterable[NDArray[Any]], size: int) -> Iterator[NDArray[Any]]:
    """Yield the rows of all parts, `size` at a time, and those that are left at the end."""
    left: list[NDArray[Any]] = []
    for part in parts:
        left.append(part)
        if sum(map(len, left)) >= size:
            rows = np.concatenate(left)
            whole = len(rows) // size * size
            for start in range(0, whole, size):
                yield rows[start : start + size]
            left = [rows[whole:]]
    if sum(map(len, left)):
        yield np.concatenate(left)


class StoredSamples:
    """Samples that stay in a Parquet table: `model.samples.SamplesInGroups`.

    Parameters
    ----------
    path : Path
        A table whose last column has the samples. All its bytes and values are verified first.

    Attributes
    ----------
    shape : (n_samples, n_features)
    dtype : numpy.dtype
    schema : Schema
    head : Table
        The other columns.
    metadata : dict
    group_sizes : list of int
        How many samples each row group has.

    Raises
    ------
    DamagedFileError
        If the file's bytes, or the values decoded from them, are not those that were written.
    """

    def __init__(self, path: Path | str) -> None:
        check_input(path)
        self.path = path
        # It stays open, so that no other file of this name is read later.
        file = pa.OSFile(str(path))
        metadata = verified_metadata(path, file)
        self.metadata = without_hidden(metadata)
        try:
            file.seek(0)
            self.table = pq.ParquetFile(file, page_checksum_verification=True, pre_buffer=False)
            self.schema = self.table.schema_arrow
            self.name = self.schema.names[-1]
            self.head = self.table.read(self.schema.names[:-1], use_threads=False)
            kind = self.schema.types[-1]
            length = kind.list_size
            self.dtype = np.dtype(kind.value_type.to_pandas_dtype())
        except Exception as error:  # Of many kinds on damaged bytes.
            raise damaged(path, reason(error)) from error
        layout = self.table.metadata
        self.groups: Sequence[int] = range(layout.num_row_groups)
        self.group_sizes = [layout.row_group(group).num_rows for group in self.groups]
        self.shape = (layout.num_rows, length)
        content = content_hash(self.head, metadata)
        content.update(column_head(self.name, kind.value_type, len(self), len(self) * length))
        for group in self.groups:
            content.update(self.read([group]).tobytes())
        if metadata.get("checksum") != content.hexdigest():
            raise damaged(path, "its values do not match the checksum it carries")

    def __len__(self) -> int:
        return self.shape[0]

    def read(self, groups: Sequence[int]) -> Samples:
        """Return the samples of some groups, one group after the other.

        Raises
        ------
        DamagedFileError
            If a page does not match its checksum, or values are missing.
        """
        size = sum(self.group_sizes[group] for group in groups)
        samples: Samples = np.empty((size, self.shape[1]), self.dtype)
        start = 0
        for group in groups:
            try:
                table = self.table.read_row_group(
                    self.groups[group], columns=[self.name], use_threads=False
                )
                # Fails where a value is missing.
                values = table[0].combine_chunks().flatten().to_numpy()
            except MemoryError:
                raise
            except Exception as error:  # Of many kinds on damaged bytes.
                raise damaged(self.path, reason(error)) from error
            stop = start + self.group_sizes[group]
            samples[start:stop] = values.reshape(-1, self.shape[1])
            start = stop
        return samples

    def share(self, groups: slice) -> Self:
        """Return the samples of successive groups alone."""
        first = sum(self.group_sizes[: groups.start])
        share = copy(self)
        share.groups = self.groups[groups]
        share.group_sizes = self.group_sizes[groups]
        share.shape = (sum(share.group_sizes), self.shape[1])
        share.head = self.head.slice(first, len(share))
        return share
