"""The ring as it closes in on the cities: tables of its units after some epochs."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..files.tables import read_table, write_table


class Snapshot(NamedTuple):
    """The ring after an epoch, in the coordinates of the cities, shape (n_units, 2)."""

    epoch: int
    radius: float  # In units of the full ring.
    ring: NDArray[np.float64]


def write_snapshots(path: Path, snapshots: Sequence[Snapshot], metadata: Mapping[str, str]) -> None:
    """Write one row per unit and snapshot: epoch, radius, unit, x, y (float32: they are drawn)."""
    frames = [
        pd.DataFrame(
            {
                "epoch": np.int32(snapshot.epoch),
                "radius": snapshot.radius,
                "unit": np.arange(len(snapshot.ring), dtype=np.int32),
                "x": snapshot.ring[:, 0].astype(np.float32),
                "y": snapshot.ring[:, 1].astype(np.float32),
            }
        )
        for snapshot in snapshots
    ]
    write_table(path, pd.concat(frames), metadata, kind="snapshots")


def read_snapshots(path: Path) -> list[Snapshot]:
    """Read the snapshots of `write_snapshots`, in the order of epochs."""
    return [
        Snapshot(
            int(str(epoch)),
            float(frame["radius"].iloc[0]),
            frame.sort_values("unit")[["x", "y"]].to_numpy(np.float64),
        )
        for epoch, frame in read_table(path).frame.groupby("epoch")
    ]
