"""The machine, the system, and the versions of the packages that compute and write results."""

import logging
import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

logger = logging.getLogger(__name__)

# Those whose code stands between the images and a file of results.
PACKAGES = (
    *("torch", "numpy", "numba", "scipy", "scikit-learn", "safetensors", "pandas", "pyarrow"),
    *("matplotlib", "pillow", "jinja2", "snakemake"),
)


def describe_machine() -> dict[str, str]:
    """Return processor, cores, memory and date, as tables carry them."""
    cores = len(os.sched_getaffinity(0))
    return {
        "machine": f"{cores} × {_processor()}, {memory_bytes() / 1e9:.0f} GB",
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
    }


def memory_bytes() -> int:
    """Return how much memory this machine has."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def describe_versions() -> dict[str, str]:
    """Return the versions of Python, the system, and the packages that are installed."""
    versions = {"python": platform.python_version(), "system": platform.platform()}
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return versions


def describe_commit(folder: Path) -> dict[str, str | None]:
    """Return the `commit` of the checkout that holds a folder, with "-dirty" if files differ.

    Without git, outside a repository, or where git refuses one of another owner, it is None;
    `commit_unknown_because` and the log then say why.
    """
    command = ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        why = " ".join((getattr(error, "stderr", None) or str(error)).split())
        is_surprising = "not a git repository" not in why
        level = logging.WARNING if is_surprising else logging.DEBUG
        logger.log(level, "The commit of %s is not known: %s", folder.resolve(), why)
        return {"commit": None, "commit_unknown_because": why}
    return {"commit": done.stdout.strip()}


def _processor() -> str:
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text(encoding="utf-8").splitlines()
        name = next((line.split(":")[1].strip() for line in lines if "model name" in line), name)
    return name
