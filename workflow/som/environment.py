"""What results were made with: processor, system, versions of what computes and writes them."""

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

# Those whose code stands between the images and a file of results.
PACKAGES = (
    *("torch", "numpy", "numba", "scipy", "scikit-learn", "safetensors", "pandas", "pyarrow"),
    *("matplotlib", "pillow", "bokeh", "snakemake"),
)


def describe_machine() -> dict[str, str]:
    """Return processor, cores, memory and date, as tables carry them."""
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    cores = len(os.sched_getaffinity(0))
    return {
        "machine": f"{cores} × {_processor()}, {gigabytes:.0f} GB",
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
    }


def describe_versions() -> dict[str, str]:
    """Return the versions of Python, the system, and the packages that are installed."""
    versions = {"python": platform.python_version(), "system": platform.platform()}
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return versions


def _processor() -> str:
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text(encoding="utf-8").splitlines()
        name = next((line.split(":")[1].strip() for line in lines if "model name" in line), name)
    return name
