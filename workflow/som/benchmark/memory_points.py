"""The peak memory of training, against units and against samples, each in its own process."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..data.datasets import Images, write_images_in_parts
from ..files.errors import SomError
from ..model.samples import Samples
from .memory_of_training import Request

Row = dict[str, Any]

ROOT = Path(__file__).resolve().parents[3]
RULES = ("online", "batch")
# The map of which the number of samples is varied.
SIDE = 50
# Of those held in memory while the units are varied.
N_SAMPLES = 60_000
# Samples that the online rule presents in an epoch, or of each window of it.
N_PRESENTED = 1000


class Point(NamedTuple):
    """A size at which the memory is measured.

    Attributes
    ----------
    axis : {"units", "samples"}
        What is varied, and has this `value`.
    side : int
        Rows and columns of the map.
    in_parts : bool
        Whether the samples stay in their file.
    """

    axis: str
    value: int
    side: int
    n_samples: int
    in_parts: bool


def points_of(sizes: Mapping[str, list[int]]) -> list[Point]:
    """Return the points at which memory is measured, those with as many samples together.

    Parameters
    ----------
    sizes : mapping
        Of "units" (squares of whole numbers) and "samples" the values.
    """
    of_samples = [
        Point("samples", value, SIDE, value, in_parts)
        for value in sizes["samples"]
        for in_parts in (False, True)
    ]
    of_units = [
        Point("units", value, round(value**0.5), N_SAMPLES, False) for value in sizes["units"]
    ]
    return of_samples + of_units


def rows_of_points(
    points: list[Point], images: Images[Samples], folder: Path, *, threads: int
) -> Iterator[list[Row]]:
    """Measure point after point; yield the rows of each, one a rule.

    Parameters
    ----------
    points : list of Point
    images : Images
        Of which the samples are made (see `write_repeated`).
    folder : Path
        Where the samples lie meanwhile.
    threads : int
    """
    alone = peak_of(None, threads)
    path, n_written = folder / "samples.parquet", 0
    for point in points:
        if n_written != point.n_samples:
            write_repeated(path, images, point.n_samples)
        requests = [
            Request(str(path), point.in_parts, rule, point.side, N_PRESENTED, threads)
            for rule in RULES
        ]
        if not n_written:  # The first ones compile, which takes memory, too.
            for request in requests:
                for in_parts in (False, True):
                    peak_of(request._replace(in_parts=in_parts), threads)
        n_written = point.n_samples
        yield [
            {
                "axis": point.axis,
                "value": point.value,
                "rule": request.rule,
                "in_parts": point.in_parts,
                "n_units": point.side**2,
                "n_features": images.pixels.shape[1],
                "n_samples": point.n_samples,
                "n_presented": N_PRESENTED,
                "peak_bytes": peak_of(request, threads),
                "library_bytes": alone,
            }
            for request in requests
        ]


def write_repeated(path: Path, images: Images[Samples], n_samples: int) -> None:
    """Write a table of so many images, again from the first one where there are too few.

    They are then moved by a pixel, so that no two are the same.
    """
    n_pixels = images.pixels.shape[1]

    def blocks() -> Iterator[NDArray[np.uint8]]:
        left, shift = n_samples, 0
        while left > 0:
            block = np.roll(images.pixels[:left], shift, axis=1).astype(np.uint8)
            yield block.reshape(-1, *images.image_shape)
            left, shift = left - len(block), shift + 1

    assert n_samples <= len(images.pixels) * n_pixels
    write_images_in_parts(
        path,
        np.arange(n_samples, dtype=np.int32),
        np.zeros(n_samples, np.uint8),
        images.image_shape,
        blocks(),
        {"dataset": "repeated"},
    )


def peak_of(request: Request | None, threads: int) -> int:
    """Return the bytes that a training takes at most; with None, those of loading the library.

    Raises
    ------
    SomError
        If it does not end well, as where memory does not suffice.
    """
    asked = json.dumps(request and request._asdict())
    done = subprocess.run(
        [sys.executable, "-m", f"{__package__}.memory_of_training", asked],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": str(threads)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1]
        what = f"training {request.side**2:,} units" if request else "loading the library"
        raise SomError(
            f"The memory of {what} could not be measured ({last}): run it where "
            "more memory is free, or take the largest of BENCHMARK_MEMORY out of "
            "workflow/rules/benchmark.smk."
        )
    return int(done.stdout)
