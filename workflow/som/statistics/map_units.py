"""The units of one map, as its tables describe them, for figures and pages."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..data.classes import names_of
from ..data.pictures import colours_of, grey, image_shape_of
from ..data.scaling import scaling_from, undo_scaling
from ..files.tables import read_table
from ..model.lattice import Lattice

# Of columns per class; `digit_` for the data sets of digits.
PREFIXES = ("digit_", "class_")


@dataclass(frozen=True)
class MapUnits:
    """A table with one row per unit, the units' lattice, and the metadata of the table's file.

    Attributes
    ----------
    frame : DataFrame
        As in `purity/epoch_EEE.parquet` or `u_matrix/epoch_EEE.parquet`.
    lattice : Lattice
    metadata : dict
        Text by key: `experiment`, `epoch`, `dataset` and so on.
    """

    frame: pd.DataFrame
    lattice: Lattice
    metadata: dict[str, str]

    def values(self, column: str) -> NDArray[np.float64]:
        """Return a column as numbers of shape (n_units,); NaN where there is none."""
        return self.frame[column].to_numpy(np.float64, na_value=np.nan)

    @property
    def epoch(self) -> int:
        """The epoch after which the map was measured."""
        return int(self.metadata["epoch"])

    @property
    def image_shape(self) -> tuple[int, int]:
        """Height and width of the images that the map learnt from."""
        return image_shape_of(self.metadata)

    @property
    def feature_names(self) -> list[str]:
        """The names of the features of a table."""
        return list(json.loads(self.metadata["feature_names"]))

    @property
    def is_of_images(self) -> bool:
        """Whether the map learnt from images."""
        return "image_shape" in self.metadata

    @property
    def unit_of_distance(self) -> str:
        """In what distances are measured, for the axes of figures."""
        kind = scaling_from(self.metadata)["kind"]
        words = {"bytes": "pixels from 0 to 1", "none": "features as they are"}
        return f"Euclidean, {words.get(kind, 'scaled features')}"

    def in_own_units(self, codebook: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return a codebook in the units of the data's file, not as they were scaled."""
        return undo_scaling(codebook, scaling_from(self.metadata))

    def grey(self, codebook: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return a codebook of images with one number per pixel, see `pictures.grey`."""
        return grey(codebook, self.metadata)

    @property
    def n_colours(self) -> int:
        """Numbers per pixel: 1 for grey images, 3 for coloured ones."""
        return colours_of(self.metadata)

    @property
    def class_names(self) -> tuple[str, ...]:
        """The names of the classes; none where samples have no labels."""
        return names_of(self.metadata)

    @property
    def majority_digits(self) -> NDArray[np.float64]:
        """The commonest digit of each unit, of shape (n_units,); NaN where it is dead."""
        return self.values("majority_digit")

    @property
    def purity(self) -> NDArray[np.float64]:
        """The share of that digit among the unit's samples, of shape (n_units,)."""
        return self.values("purity")

    @property
    def counts(self) -> NDArray[np.int64]:
        """The samples of each digit on each unit, of shape (n_units, n_classes)."""
        columns = [name for name in self.frame.columns if name.startswith(PREFIXES)]
        return self.frame[columns].to_numpy(np.int64)

    @property
    def is_dead(self) -> NDArray[np.bool_]:
        """Whether no sample lights the unit up, of shape (n_units,)."""
        return self.frame["hits"].to_numpy() == 0

    @property
    def single_digit_units(self) -> int:
        """How many units are lit up by one digit alone."""
        return int((self.frame["n_digits"] == 1).sum())


def read_units(path: Path | str) -> MapUnits:
    """Read a table of units; raise `DamagedFileError` if it was altered."""
    frame, metadata = read_table(path)
    return MapUnits(frame, Lattice.from_json(metadata["lattice"]), metadata)
