"""What the Snakefile sees to before any job: damaged inputs, causes of reruns."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from snakemake.persistence.file import FilePersistence
from snakemake.settings.enums import RerunTrigger

from workflow.records import Records
from workflow.som.config import Experiment
from workflow.som.errors import DamagedFileError, SomError, damaged
from workflow.som.files import digest
from workflow.som.tsp.instances import Instance

RESULTS = Path("results")


def use_code_hashes_and_resume(workflow: Any) -> None:
    """Set what would otherwise have to be typed at each call.

    Every rule carries the hash of its code as a parameter, so that Snakemake's own trigger (the
    script file's time, which a fresh checkout changes) is not needed; and every job can be started
    anew after it was cut off (`--rerun-incomplete`), because its outputs are written whole or not
    at all.
    """

    class Resuming(type(workflow)):  # type: ignore[misc]
        """A workflow that adjusts its settings when Snakemake hands them over, after parsing."""

        @property
        def dag_settings(self) -> Any:
            return self.__dict__.get("dag_settings")

        @dag_settings.setter
        def dag_settings(self, settings: Any) -> None:
            if settings is not None:
                if set(settings.rerun_triggers) == set(RerunTrigger.all()):
                    settings.rerun_triggers = frozenset(RerunTrigger.all()) - {RerunTrigger.CODE}
                settings.force_incomplete = True
            self.__dict__["dag_settings"] = settings

        @property
        def _persistence(self) -> Any:
            return self.__dict__.get("_persistence")

        @_persistence.setter
        def _persistence(self, persistence: Any) -> None:
            if type(persistence) is FilePersistence:
                persistence.__class__ = Records
                persistence.keep_beside_results()
            self.__dict__["_persistence"] = persistence

    workflow.__class__ = Resuming


def find_damaged_input(experiments: Mapping[str, Experiment]) -> str | None:
    """Return a sentence about the first changed and damaged artifact, or None.

    Before a job starts, Snakemake deletes what it made earlier. So inputs that changed since are
    verified before any job: nothing complete is lost to a damaged one.
    """
    try:
        for dataset in {experiment.dataset for experiment in experiments.values()}:
            _verify_sources(RESULTS / "raw" / dataset, RESULTS / "datasets" / dataset)
            for table in (RESULTS / "datasets" / dataset).glob("t*.parquet"):
                users = (name for name, e in experiments.items() if e.dataset == dataset)
                products = [p for name in users for p in RESULTS.glob(f"{name}/seed_*/checkpoints")]
                if any(_is_newer(table, product) for product in products):
                    _verify(table)
        for name in experiments:
            for checkpoint in sorted(RESULTS.glob(f"{name}/seed_*/checkpoints/*.safetensors")):
                run = checkpoint.parent.parent
                if _is_newer(checkpoint, run / "activations" / f"{checkpoint.stem}.parquet"):
                    _verify(checkpoint)
            for table in sorted(RESULTS.glob(f"{name}/seed_*/*activations/*.parquet")):
                if _is_newer(table, table.parent.parent / "purity" / table.name):
                    _verify(table)
    except DamagedFileError as error:
        return str(error)
    return None


def find_damaged_cities(instances: Mapping[str, Instance]) -> str | None:
    """Return a sentence about the first file of cities that cannot be read, or None.

    Only files that are newer than their table are looked at; the others have been read.
    """
    try:
        for name, instance in instances.items():
            table = RESULTS / "tsp" / name / "cities.parquet"
            for path in map(Path, instance.file):
                if not table.exists() or _is_newer(path, table):
                    from workflow.som.tsp.cities import read_tsplib

                    read_tsplib(path)
    except SomError as error:
        return str(error)
    return None


def _verify(path: Path) -> None:
    """Read a table or checkpoint, which raises if it is damaged."""
    # Imported only here: pandas and Arrow would take most of the time of a run with nothing to do.
    if path.suffix == ".parquet":
        from workflow.som.tables import read_arrow

        read_arrow(path)
    else:
        from workflow.som.checkpoints import load_checkpoint

        load_checkpoint(path)


def _verify_sources(raw: Path, tables: Path) -> None:
    """Compare original files that are newer than their table with the checksums it carries."""
    table = tables / "train.parquet"
    sources = [path for path in raw.glob("*.gz") if _is_newer(path, table)]
    if sources:
        from workflow.som.tables import read_arrow

        expected = json.loads(read_arrow(table)[1]["sources_md5"])
        for path in sources:
            if digest(path, "md5") != expected.get(path.name):
                raise damaged(path, "its md5 sum is not the original's")


def _is_newer(path: Path, product: Path) -> bool:
    """Whether `product` exists and is not newer than `path`."""
    try:
        return path.stat().st_mtime_ns >= product.stat().st_mtime_ns
    except FileNotFoundError:
        return False
