"""Check every run's files, settings, code and data against its manifest; name what differs."""

import logging
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from workflow.som.files.errors import SomError
from workflow.som.files.logs import Progress, log_to
from workflow.som.provenance.manifest import Difference, find_differences

logger = logging.getLogger(__name__)


def main(
    manifests: Sequence[Path],
    *,
    datasets: Path,
    logs: Path,
    settings: Mapping[str, Mapping[str, Any]],
) -> None:
    """Check the runs that have a manifest; `logs` has the logs of jobs, by experiment and seed.

    Raises
    ------
    SomError
        If anything differs. The log has one line per difference.
    """
    if not manifests:
        raise SomError(
            "There is no manifest below results: make a run first, for instance by "
            "snakemake --cores 4 quickstart."
        )
    differences: list[Difference] = []
    for path in Progress(manifests, desc="verify", unit=" runs"):
        made_since = partial(is_made_since, path, logs / Path(*path.parent.parts[-2:]))
        found = find_differences(path, datasets, settings, made_since=made_since)
        for difference in found:
            logger.error("%s.", difference.phrase)
        if not found:
            logger.info("%s is as its manifest lists it.", path.parent)
        differences += found
    if differences:
        count = "1 thing differs" if len(differences) == 1 else f"{len(differences)} things differ"
        only_redrawn = all(difference.is_redrawn for difference in differences)
        advice = "" if only_redrawn else ": delete the files among them, then make the runs again"
        raise SomError(f"{count} from the manifests, named above{advice}.")


def is_made_since(manifest: Path, logs: Path, path: Path) -> bool:
    """Return whether the log of the job that draws `path` is newer than the manifest.

    The file's own time would not do: any damage changes it, too.
    """
    written = [log.stat().st_mtime_ns for log in logs.glob(f"*_{path.stem}.log")]
    return any(moment > manifest.stat().st_mtime_ns for moment in written)


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        sorted(Path("results").glob("*/seed_*/manifest.json")),
        datasets=Path("results/datasets"),
        logs=Path("results/logs"),
        settings=snakemake.params.given["settings"],
    )
