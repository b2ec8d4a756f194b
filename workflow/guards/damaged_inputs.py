"""Whatever the jobs of a run will read is verified before the first of them starts.

Before a job starts, Snakemake deletes what it made earlier. A job that finds its input damaged
would lose that, and so would the jobs after it, which had nothing to do with the damage.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from workflow.som.files.errors import DamagedFileError, SomError, damaged

RESULTS = Path("results")
# What a run's files hold, and what those of the same epoch that resemble them hold besides.
HOLDS = {
    "activations.parquet": ("bmu", "history"),
    "training_activations.parquet": ("history", None),
    "purity.parquet": ("majority_digit", None),
    "purity.json": ("map_purity", None),
    "u_matrix.parquet": ("u_matrix", None),
    "history.parquet": ("samples_per_second", None),
}


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
    try:
        verify([Path(path) for path in read if Path(path).exists()], settings, made)
        for job in jobs:
            if job.rule.name == "write_manifest":
                _verify_listed(job, read, dag.workflow.persistence)
    except SomError as error:
        return str(error)
    return None


def verify(
    paths: Iterable[Path],
    settings: Mapping[str, Mapping[str, Any]],
    made: Iterable[str] = (),
) -> None:
    """Read artifacts and raise an error about the first that is damaged or in a wrong place.

    `made` are files that are about to be made anew, so that they say nothing of what is right.
    """
    known = _Fingerprints(settings, set(made))
    for path in paths:
        if path.parts[:2] == (RESULTS.name, "raw"):
            _verify_original(path, path.parts[2])
        elif path.suffix == ".tsp":
            from workflow.som.tsp.cities import read_tsplib

            read_tsplib(path)
        elif path.suffix in (".parquet", ".json", ".safetensors"):
            _verify_place(path, _read(path), known)


def _read(path: Path) -> Mapping[str, Any]:
    """Read a table, summary or checkpoint; return what it says of itself."""
    # Imported only here: Arrow would take most of the time of a run with nothing to do.
    if path.suffix == ".safetensors":
        from workflow.som.files.checkpoints import load_checkpoint

        return load_checkpoint(path).metadata
    if path.suffix == ".json":
        from workflow.som.files.summaries import read_summary

        return read_summary(path)
    if path.parts[:2] == (RESULTS.name, "datasets"):
        from workflow.som.data.datasets import read_images

        return read_images(path).metadata
    from workflow.som.files.tables import read_arrow

    table, metadata = read_arrow(path)
    if "bmu" in table.column_names and "lattice" in metadata:
        from workflow.som.mapping.activations import find_fault

        if fault := find_fault(table, metadata["lattice"]):
            raise damaged(path, fault)
    return dict.fromkeys(table.column_names, "") | metadata


def _verify_place(path: Path, found: Mapping[str, Any], known: "_Fingerprints") -> None:
    """Compare what a file says of itself with what its path says of it."""
    expected = implied_by(path)
    if path.suffix != ".json" and {"experiment", "seed", "epoch"} <= expected.keys():
        expected["fingerprint"] = known.of(expected["experiment"], expected["seed"])
    kind = path.parent.name if "epoch" in expected else path.stem
    held, foreign = HOLDS.get(kind + path.suffix, (None, None))
    if "experiment" in expected and (held and held not in found or foreign and foreign in found):
        raise damaged(path, f"it is no table or summary of {kind}")
    for key, value in expected.items():
        if value and str(found.get(key, "nothing")) != value:
            if key == "fingerprint":
                raise damaged(path, "it comes from other data, settings or code than this run")
            raise damaged(path, f"its {key} is {found.get(key, 'nothing')}, not {value}")


def implied_by(path: Path) -> dict[str, str]:
    """Return what the place of a file says of it.

    Examples
    --------
    >>> implied_by(Path("results/article/seed_3/purity/epoch_090.json"))
    {'experiment': 'article', 'seed': '3', 'epoch': '90'}
    >>> implied_by(Path("results/datasets/mnist/test.parquet"))
    {'dataset': 'mnist', 'split': 'test'}
    """
    if path.parts[:1] != (RESULTS.name,) or len(path.parts) < 4:
        return {}
    first, second, third = path.parts[1:4]
    if first == "datasets":
        return {"dataset": second, "split": path.stem}
    if first == "tsp" and second != "figures":
        seed = {"seed": third.removeprefix("seed_")} if third.startswith("seed_") else {}
        return {"instance": second} | seed
    if not second.startswith("seed_"):
        return {}
    implied = {"experiment": first, "seed": second.removeprefix("seed_")}
    if path.stem.startswith("epoch_"):
        implied["epoch"] = str(int(path.stem.removeprefix("epoch_")))
    return implied


class _Fingerprints:
    """What each run's fingerprint must be, given the settings and the data that are there."""

    def __init__(self, settings: Mapping[str, Mapping[str, Any]], made: set[str]) -> None:
        self.settings, self.made = settings, made
        self.data: dict[str, str] = {}

    def of(self, name: str, seed: str) -> str:
        """Return the fingerprint of a run; "" where that cannot be known."""
        settings = self.settings.get(name)
        if settings is None:
            return ""
        table = RESULTS / "datasets" / settings["dataset"] / "train.parquet"
        if str(table) in self.made or not table.exists():
            return ""
        from workflow.som.files.checkpoints import fingerprint

        if str(table) not in self.data:
            self.data[str(table)] = _read(table)["checksum"]
        return fingerprint({**settings, "seed": int(seed)}, self.data[str(table)])


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


def _verify_listed(job: Any, read: Mapping[str, Any], persistence: Any) -> None:
    """Refuse to list anew, in a manifest, a file that changed although nothing made it since.

    Pictures and pages carry no checksum; the manifest that is there is theirs.
    """
    from workflow.som.files.atomic import digest
    from workflow.som.files.summaries import read_summary

    manifest = Path(job.output[0])
    try:
        listed = read_summary(manifest)["artifacts"]
    except (FileNotFoundError, DamagedFileError, KeyError):
        return
    listed_at = (persistence.metadata(job.output[0]) or {}).get("endtime")
    for source in (source for source in job.input if str(source) in read):
        path = Path(source)
        if path.is_dir():
            raise damaged(path, "it is a folder")
        if manifest.parent not in path.parents or not path.exists():
            continue
        entry = listed.get(path.relative_to(manifest.parent).as_posix())
        made_at = (persistence.metadata(source) or {}).get("endtime")
        is_older = bool(listed_at and made_at and made_at < listed_at)
        if entry and is_older and digest(path, "sha256") != entry["sha256"]:
            raise damaged(path, "its SHA-256 is not what the run's manifest lists")
