"""Check every run's files, settings, code and data against its manifest; name what differs."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workflow.som.files.errors import SomError
from workflow.som.files.logs import Progress, log_to
from workflow.som.provenance.manifest import find_differences

logger = logging.getLogger(__name__)


def main(
    manifests: Sequence[Path], *, datasets: Path, settings: Mapping[str, Mapping[str, Any]]
) -> None:
    """Check the runs that have a manifest.

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
    differences = 0
    for path in Progress(manifests, desc="verify", unit=" runs"):
        found = find_differences(path, datasets, settings)
        for line in found:
            logger.error("%s.", line)
        if not found:
            logger.info("%s is as its manifest lists it.", path.parent)
        differences += len(found)
    if differences:
        raise SomError(
            f"{differences} {'thing differs' if differences == 1 else 'things differ'} from the "
            "manifests, named above: delete the files among them, then make the runs again."
        )


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        sorted(Path("results").glob("*/seed_*/manifest.json")),
        datasets=Path("results/datasets"),
        settings=snakemake.params.given["settings"],
    )
