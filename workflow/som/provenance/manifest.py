"""The manifest of a run: all that made it, and the checksum of every file it consists of."""

import csv
import json
import logging
import math
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ..files.atomic import digest
from ..files.errors import DamagedFileError, damaged, reason
from ..files.inputs import read_input
from ..files.summaries import read_summary
from ..files.tables import read_arrow

logger = logging.getLogger(__name__)

# What is drawn from tables. Redrawn in another colour, it is another file, and no damage.
PICTURES = (".png", ".svg", ".gif", ".html")


def list_artifacts(folder: Path, paths: Iterable[Path]) -> dict[str, dict[str, Any]]:
    """Return size and SHA-256 of files, by their names relative to the run's folder."""
    return {
        path.relative_to(folder).as_posix(): {
            "bytes": path.stat().st_size,
            "sha256": digest(path, "sha256"),
        }
        for path in paths
    }


def describe_data(tables: Iterable[Path]) -> dict[str, str]:
    """Return the checksum of each table's content, by its name.

    Another version of Arrow may write the same content in other bytes, so it is not the file's.
    """
    return {path.stem: read_arrow(path)[1]["checksum"] for path in tables}


def describe_training(tables: Iterable[Path]) -> dict[str, Any]:
    """Return device, threads and machine of a run's training, from its tables, one per epoch.

    `device` and `threads` are those of the last epoch; `training` has an entry for each stretch of
    epochs that was made in one way, since a run may be continued elsewhere.
    """
    stretches: list[dict[str, Any]] = []
    for path in tables:
        metadata = read_arrow(path)[1]
        made_with = json.loads(metadata.get("made_with", "{}"))
        epoch = int(metadata["epoch"])
        if not stretches or stretches[-1]["made_with"] != made_with:
            stretches.append({"first_epoch": epoch, "made_with": made_with})
        stretches[-1]["last_epoch"] = epoch
    last = stretches[-1]["made_with"]
    return {
        "device": last.get("device"),
        "threads": last.get("threads"),
        "machine": last.get("machine"),
        "training": stretches,
    }


def read_durations(folder: Path) -> dict[str, float]:
    """Return the seconds of each job, from the tables that Snakemake writes, one per job.

    A table that cannot be read is left out: no result depends on it.
    """
    durations = {}
    for path in sorted(folder.glob("*.tsv")):
        try:
            rows = csv.DictReader(read_input(path, 10_000).decode().splitlines(), delimiter="\t")
            seconds = float(next(rows)["s"])
        except (OSError, ValueError, TypeError, KeyError, StopIteration, csv.Error) as error:
            logger.warning("%s is left out of the durations: %s", path, reason(error))
            continue
        if 0 <= seconds < math.inf:
            durations[path.stem] = seconds
    return durations


class Difference(NamedTuple):
    """What is not as a manifest lists it, as a phrase; `is_redrawn` if a job made it since."""

    phrase: str
    is_redrawn: bool = False


def find_differences(
    path: Path,
    datasets: Path,
    settings: Mapping[str, Mapping[str, Any]],
    *,
    made_since: Callable[[Path], bool] = lambda path: False,
) -> list[Difference]:
    """Return each thing that is not as the manifest at `path` lists it.

    Parameters
    ----------
    path : Path
        `manifest.json` in a run's folder EXPERIMENT/seed_SEED.
    datasets : Path
        Folder with a folder of tables for each data set.
    settings : mapping
        What determines the codebooks of each experiment now, but for data and seed.
    made_since : callable
        Returns whether a job has made a file since the manifest was written.
    """
    run = path.parent
    try:
        manifest = read_manifest(path)
        own = f"{manifest['experiment']}/seed_{manifest['seed']}"
        if run.parts[-2:] != tuple(own.split("/")):
            return [Difference(f"{run} holds the run {own}, which belongs in another folder")]
        found = find_changed_artifacts(run, manifest, made_since)
        listed = manifest["data"]
        tables = sorted((datasets / listed["dataset"]).glob("*.parquet"))
        current = {"dataset": listed["dataset"]} | describe_data(tables)
        phrases = find_changed_values(f"{run}: data", listed, current)
    except DamagedFileError as error:
        return [Difference(str(error).rstrip("."))]
    if manifest["experiment"] not in settings:
        phrases.append(f"{run}: the configuration no longer has this experiment")
    else:
        now = settings[manifest["experiment"]]
        phrases += find_changed_values(f"{run}: settings", manifest["settings"], now)
    return found + [Difference(phrase) for phrase in phrases]


def read_manifest(path: Path) -> dict[str, Any]:
    """Read a manifest; raise `DamagedFileError` if it was altered, or lacks what one must have."""
    manifest = read_summary(path)
    kinds = {"experiment": str, "seed": int, "settings": dict, "data": dict, "artifacts": dict}
    for key, kind in kinds.items():
        if not isinstance(manifest.get(key), kind):
            raise damaged(path, f"it has no {key}")
    if not isinstance(manifest["data"].get("dataset"), str):
        raise damaged(path, "it has no data set")
    for name, listed in manifest["artifacts"].items():
        is_inside = not Path(name).is_absolute() and ".." not in Path(name).parts
        if not (is_inside and isinstance(listed, dict) and {"bytes", "sha256"} <= listed.keys()):
            raise damaged(path, f"its entry {name} is no file of the run")
    return manifest


def find_changed_artifacts(
    folder: Path,
    manifest: Mapping[str, Any],
    made_since: Callable[[Path], bool] = lambda path: False,
) -> list[Difference]:
    """Return each file of a run that is not as its manifest lists it (see `find_differences`)."""
    found = []
    for name, listed in manifest["artifacts"].items():
        path = folder / name
        try:
            size = path.stat().st_size
            if not path.is_file():
                found.append(Difference(f"{path} is no file"))
            elif size == listed["bytes"] and digest(path, "sha256") == listed["sha256"]:
                continue
            elif path.suffix in PICTURES and made_since(path):
                advice = f"snakemake {manifest['experiment']} refreshes the manifest"
                phrase = f"{path} was redrawn since the manifest was written: {advice}"
                found.append(Difference(phrase, is_redrawn=True))
            elif size != listed["bytes"]:
                phrase = f"{path} has {size:,} bytes instead of {listed['bytes']:,}"
                found.append(Difference(phrase))
            else:
                phrase = f"{path} has another content (SHA-256) than the manifest lists"
                found.append(Difference(phrase))
        except FileNotFoundError:
            found.append(Difference(f"{path} is missing"))
        except OSError as error:
            found.append(Difference(f"{path} cannot be read ({error.strerror})"))
    return found


def find_changed_values(
    what: str, listed: Mapping[str, Any], current: Mapping[str, Any]
) -> list[str]:
    """Return one phrase for each key whose value differs from the manifest's.

    Examples
    --------
    >>> find_changed_values("configuration", {"decay": 0.9, "epochs": 3}, {"decay": 0.8})
    ['configuration: decay was 0.9 and is 0.8', 'configuration: epochs was 3 and is nothing']
    """
    return [
        f"{what}: {key} was {_shown(listed, key)} and is {_shown(current, key)}"
        for key in {**listed, **current}
        if listed.get(key) != current.get(key)
    ]


def _shown(values: Mapping[str, Any], key: str) -> str:
    return str(values[key]) if key in values else "nothing"
