"""Whatever the jobs of a run will read is verified before the first of them starts.

Before a job starts, Snakemake deletes what it made earlier. A job that finds its input damaged
would lose that, and so would the jobs after it, which had nothing to do with the damage.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from workflow.som.files.atomic import check_appendable
from workflow.som.files.errors import DamagedFileError, SomError, damaged, reason
from workflow.som.files.inputs import check_input
from workflow.som.files.jobs import recipe_of

RESULTS = Path("results")
# What lies where: the kind of each table, summary and checkpoint. A name in braces stands for what
# the file says of itself under that name. The first place that fits counts.
PLACES = {
    "datasets/{dataset}/{split}.parquet": "images",
    "tsp/{instance}/seed_{seed}/{kind}.parquet": "",
    "tsp/{instance}/{kind}.parquet": "",
    "{experiment}/seed_{seed}/checkpoints/epoch_{epoch}.safetensors": "checkpoint",
    "{experiment}/seed_{seed}/{kind}/epoch_{epoch}.parquet": "",
    "{experiment}/seed_{seed}/mapped/{file}.parquet": "mapped",
    "{experiment}/seed_{seed}/{kind}/epoch_{epoch}.json": "",
    "{experiment}/seed_{seed}/{kind}.parquet": "",
    "{experiment}/seed_{seed}/{kind}.json": "",
    "topologies/{comparison}.parquet": "comparison",
    "replicates/{comparison}.parquet": "comparison",
    "replicates/stability/{experiment}.json": "stability",
    "trade_off/{comparison}.parquet": "comparison",
    "worth/codebooks/{codebook}.safetensors": "prototypes",
    "worth/bmus/{codebook}.parquet": "bmus",
    "classifier/features/{features}_scores.parquet": "feature_scores",
    "classifier/features/{features}_predictions.parquet": "feature_predictions",
    "classifier/features/{features}_learning_curve.parquet": "feature_learning_curve",
}
SUFFIXES = (".parquet", ".json", ".safetensors")
# Made by training, whose jobs are cut into segments: a fingerprint says how they were made.
TRAINED = ("checkpoint", "training_activations")


def find_damaged_input(dag: Any, settings: Mapping[str, Mapping[str, Any]]) -> str | None:
    """Return a sentence about the first damaged file that a job would read, or None.

    Parameters
    ----------
    dag
        Snakemake's plan. What its jobs make themselves is not looked at.
    settings : mapping
        What determines each experiment's codebooks, but for data and seed.
    """
    jobs = list(dag.needrun_jobs())
    made = {str(path) for job in jobs for path in job.output}
    read = {str(path): None for job in jobs for path in job.input if str(path) not in made}
    logs = {str(path): list(job.log) for job in dag.jobs for path in job.output}
    recipes = {str(path): _recipe(job) for job in dag.jobs for path in job.output}
    try:
        for job in jobs:
            # Snakemake and the jobs would write to where a link leads.
            for path in [*job.log, *([job.benchmark] if job.benchmark else [])]:
                check_appendable(path)
        verify([Path(path) for path in read if Path(path).exists()], settings, made, recipes)
        for job in jobs:
            for manifest in (path for path in job.output if Path(path).name == "manifest.json"):
                sources = [str(path) for path in job.input if str(path) in read]
                _verify_listed(Path(manifest), {path: logs.get(path, []) for path in sources})
    except SomError as error:
        return str(error)
    return None


def verify(
    paths: Iterable[Path],
    settings: Mapping[str, Mapping[str, Any]],
    made: Iterable[str] = (),
    recipes: Mapping[str, str] | None = None,
) -> None:
    """Read artifacts and raise an error about the first that is damaged or in a wrong place.

    Parameters
    ----------
    paths, settings
        As in `find_damaged_input`.
    made : iterable
        Files that are about to be made again, so nothing is compared with them.
    recipes : mapping, optional
        The hash of the settings with which each file is made now.
    """
    known = _Known(settings, set(made))
    for path in paths:
        if path.parts[:1] == (RESULTS.name,):
            try:
                check_input(path)
            except OSError as error:
                raise damaged(path, reason(error)) from None
        if path.parts[:2] == (RESULTS.name, "raw"):
            _verify_original(path, path.parts[2])
        elif path.suffix == ".tsp":
            from workflow.som.tsp.tsplib import read_tsplib

            read_tsplib(path)
        elif path.suffix in SUFFIXES and path.parts[:1] == (RESULTS.name,):
            found = _read(path)
            _verify_place(path, found, known)
            if found["kind"] not in TRAINED and found.get("recipe") != (recipes or {}).get(
                str(path), found.get("recipe")
            ):
                raise damaged(path, "it was made with other settings than this run's")


def _recipe(job: Any) -> str:
    """Return the hash of a job's settings."""
    return recipe_of(getattr(job.params, "given", {}))


def _read(path: Path) -> Mapping[str, Any]:
    """Read a table, summary or checkpoint; return its metadata."""
    # Imported only here: Arrow would take most of the time of a run with nothing to do.
    if path.suffix == ".safetensors":
        from workflow.som.files.checkpoints import load_checkpoint

        return load_checkpoint(path).metadata
    if path.suffix == ".json":
        from workflow.som.files.summaries import read_summary

        return read_summary(path)
    if path.parts[:2] == (RESULTS.name, "datasets"):
        from workflow.som.data.datasets import open_images

        return open_images(path).metadata
    from workflow.som.files.tables import read_arrow

    table, metadata = read_arrow(path)
    if "bmu" in table.column_names and "lattice" in metadata:
        from workflow.som.mapping.activations import find_fault

        if fault := find_fault(table, metadata):
            raise damaged(path, fault)
    return metadata


def _verify_place(path: Path, found: Mapping[str, Any], known: "_Known") -> None:
    """Compare a file's metadata with its path."""
    expected = implied_by(path)
    if {"experiment", "seed"} <= expected.keys():
        expected["fingerprint"] = known.of(expected["experiment"], expected["seed"])
    if "instance" in expected and expected["kind"] != "cities":
        expected["cities"] = known.cities(expected["instance"])
    for key, value in expected.items():
        held = str(found.get(key, "nothing"))
        if not value or held == value:
            continue
        if key == "kind" and key not in found:
            raise damaged(path, "an older version of the workflow made it: it has no kind")
        if key == "fingerprint":
            raise damaged(path, "it comes from other data, settings or code than this run")
        if key == "cities":
            raise damaged(path, "its tours visit other cities than this instance's")
        raise damaged(path, f"its {key} is {held}, not {value}")


def implied_by(path: Path) -> dict[str, str]:
    """Return the metadata that a table, summary or checkpoint must have in its place.

    Where no place fits, a file's own name is its kind.

    Examples
    --------
    >>> implied_by(Path("results/article/seed_3/purity/epoch_090.json"))
    {'kind': 'purity', 'experiment': 'article', 'seed': '3', 'epoch': '90'}
    >>> implied_by(Path("results/datasets/mnist/test.parquet"))
    {'kind': 'images', 'dataset': 'mnist', 'split': 'test'}
    >>> implied_by(Path("results/benchmark/peers.parquet"))
    {'kind': 'peers'}
    """
    for place, kind in PLACES.items():
        pattern = re.escape(f"{RESULTS}/{place}").replace(r"\{", "(?P<").replace(r"\}", ">[^/]+)")
        if match := re.fullmatch(pattern, path.as_posix()):
            implied = {"kind": kind} | match.groupdict()
            if "epoch" in implied:
                implied["epoch"] = str(int(implied["epoch"]))
            return implied
    return {"kind": path.stem}


class _Known:
    """What files must say of themselves, given the settings and the data that are there."""

    def __init__(self, settings: Mapping[str, Mapping[str, Any]], made: set[str]) -> None:
        self.settings, self.made = settings, made
        self.data: dict[str, str] = {}

    def of(self, name: str, seed: str) -> str:
        """Return the fingerprint of a run; "" where that cannot be known."""
        settings = self.settings.get(name)
        if settings is None:
            return ""
        data = self._checksum(RESULTS / "datasets" / settings["dataset"] / "train.parquet")
        if not data:
            return ""
        from workflow.som.files.checkpoints import fingerprint

        return fingerprint({**settings, "seed": int(seed)}, data)

    def cities(self, instance: str) -> str:
        """Return the checksum of an instance's cities; "" where that cannot be known."""
        return self._checksum(RESULTS / "tsp" / instance / "cities.parquet")

    def _checksum(self, table: Path) -> str:
        """Return the checksum of a table's content; "" if it is not there or made again."""
        if str(table) in self.made or not table.exists():
            return ""
        if str(table) not in self.data:
            self.data[str(table)] = _read(table)["checksum"]
        return self.data[str(table)]


def _verify_original(path: Path, dataset: str) -> None:
    from workflow.som.data.datasets import read_idx
    from workflow.som.data.downloads import sources
    from workflow.som.files.atomic import digest, read_whole

    read_whole(path)
    published = {source.name: source.md5 for source in sources(dataset)}
    if path.name not in published:  # EMNIST's archive has a published sum, its files have not.
        read_idx(path)
    elif digest(path, "md5") != published[path.name]:
        raise damaged(path, "its md5 sum is not the original's")


def _verify_listed(manifest: Path, logs: Mapping[str, Iterable[str]]) -> None:
    """Refuse to list again, in a manifest, a file that changed although no job made it since.

    Pictures and pages carry no checksum; the manifest that is there has one of each.

    Parameters
    ----------
    logs : mapping
        The files to list that no job is about to make, and the log of the job that made each. Its
        time says when that was: the file's own time changes with any damage.
    """
    from workflow.som.files.atomic import digest
    from workflow.som.files.summaries import read_summary

    try:
        listed = read_summary(manifest)["artifacts"]
    except (FileNotFoundError, DamagedFileError, KeyError):
        return
    listed_at = manifest.stat().st_mtime_ns
    for path in map(Path, logs):
        if manifest.parent not in path.parents or not path.exists():
            continue
        entry = listed.get(path.relative_to(manifest.parent).as_posix())
        written = [Path(log).stat().st_mtime_ns for log in logs[str(path)] if Path(log).exists()]
        is_older = bool(written) and max(written) < listed_at
        if entry and is_older and digest(path, "sha256") != entry["sha256"]:
            raise damaged(path, "its SHA-256 is not what the run's manifest lists")
