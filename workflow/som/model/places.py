"""Where units lie on the lattice, as columns of a table."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .lattice import Lattice


def place_columns(lattice: Lattice, units: NDArray[np.integer]) -> dict[str, Any]:
    """Return `row` and `column` of each unit; on lattices without, nulls and `position`.

    `position` holds the coordinates in grid steps, a list for each unit.

    Examples
    --------
    >>> place_columns(Lattice("square", (2, 3)), np.array([4]))
    {'row': array([1], dtype=int32), 'column': array([1], dtype=int32)}
    """
    if lattice.has_rows_and_columns:
        row, column = np.unravel_index(units, lattice.shape)
        return {"row": row.astype(np.int32), "column": column.astype(np.int32)}
    nothing = pd.array([pd.NA] * len(units), dtype="Int32")
    position = list(lattice.positions[units].astype(np.float32))
    return {"row": nothing, "column": nothing.copy(), "position": position}
