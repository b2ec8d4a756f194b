"""`load`: a finished run of the workflow as a `SelfOrganizingMap`."""

import json
from pathlib import Path

import numpy as np

from ..data.classes import has_labels
from ..data.scaling import scaling_from
from ..files.checkpoints import load_checkpoint
from ..files.errors import SomError
from ..files.tables import read_table
from ..model.lattice import Lattice
from .self_organizing_map import SelfOrganizingMap


def load(run: Path | str, *, epoch: int | None = None) -> SelfOrganizingMap:
    """Return a finished run as a fitted map, to map new samples.

    Parameters
    ----------
    run : path
        The folder of a run, such as `results/article/seed_0`.
    epoch : int, optional
        The last one by default.

    Returns
    -------
    SelfOrganizingMap
        Fitted. Pixels are given as bytes, or as numbers from 0 to 1; features of a table as they
        stand in the table: they are scaled as the training part was. `classes_` and `unit_classes_`
        are those of the training set.

    Raises
    ------
    SomError
        If there is no such run or epoch, or a file of it is damaged.
    """
    folder = Path(run)
    checkpoints = sorted((folder / "checkpoints").glob("epoch_*.safetensors"))
    if epoch is not None:
        checkpoints = [path for path in checkpoints if path.stem == f"epoch_{epoch:03d}"]
    if not checkpoints:
        of = "" if epoch is None else f" of epoch {epoch}"
        raise SomError(f"{folder} holds no checkpoint{of}: name a run such as results/NAME/seed_0.")
    codebook, metadata = load_checkpoint(checkpoints[-1])
    lattice = Lattice.from_json(metadata["lattice"])
    som = SelfOrganizingMap(shape=lattice.shape, topology=lattice.topology)
    som.codebook_, som.lattice_, som.shape_ = codebook, lattice, lattice.shape
    som.n_features_in_, som.n_iter_ = codebook.shape[1], int(metadata["epoch"])
    som._seed = int(metadata["seed"])
    scaling = scaling_from(metadata)
    som._takes_pixels = scaling["kind"] == "bytes"
    som._scaling = None if som._takes_pixels else scaling
    if "missing" in metadata:
        som._for_missing = np.array(json.loads(metadata["missing"])["values"])
    if "feature_names" in metadata:
        som.feature_names_in_ = np.array(json.loads(metadata["feature_names"]), dtype=object)
    _add_training_samples(som, folder / f"training_activations/{checkpoints[-1].stem}.parquet")
    return som


def _add_training_samples(som: SelfOrganizingMap, path: Path) -> None:
    """Add what the run's training samples say of the units."""
    frame, metadata = read_table(path)
    som.labels_ = frame["bmu"].to_numpy(np.int32)
    som.scale_ = float(np.square(frame["distance"].to_numpy(np.float64)).mean())
    if "class_names" in metadata:
        names = np.array(json.loads(metadata["class_names"]))
        som._name_units(names[frame["label"].to_numpy()], None)
    elif has_labels(metadata):
        som._name_units(frame["label"].to_numpy(), None)
