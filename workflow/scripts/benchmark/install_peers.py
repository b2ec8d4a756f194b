"""Install the libraries that the benchmark compares with, in an environment of their own."""

import logging
import os
import shutil
import subprocess
import sys
from pathlib import Path

from workflow.som.files.atomic import write_atomically
from workflow.som.files.errors import SomError
from workflow.som.files.logs import start_job

logger = logging.getLogger(__name__)

# The latest fastersom needs one of these. Where none runs, an older one is measured, on our Python.
PYTHONS = ("python3.13", "python3.12")
# Without wheels, and a compiler that builds the sources is not on every machine. What is installed,
# by pip's arguments, and the compiled part. Somoclu's builds only without isolation.
SOURCES = {
    "somoclu": (["--no-build-isolation", "somoclu==1.7.6"], "_somoclu_wrap"),
    "sparse-som": (["sparse-som==0.6.2"], "sparse_som.som"),
}


def main(lock: Path, environment: Path, versions: Path) -> None:
    """Make `environment` from `lock`; write what is installed to `versions`."""
    logger.info("Installing the peers into %s (about 5 GB with torch).", environment)
    newest = next((name for name in PYTHONS if makes_environments(name)), sys.executable)
    logger.info("Their Python is %s.", newest)
    if not run(newest, "-m", "venv", "--clear", environment):
        raise SomError(f"{newest} makes no virtual environment (see the log above).")
    python = environment / "bin" / "python"
    if not run(python, "-m", "pip", "install", "--quiet", "-r", lock):
        raise SomError(
            f"{lock} could not be installed (see the log above): "
            "the benchmark needs the package registry; run the same command again with it."
        )
    run(python, "-m", "pip", "install", "--quiet", "setuptools")
    for name, (arguments, compiled) in SOURCES.items():
        install = [python, "-m", "pip", "install", "--quiet", "--no-deps", *arguments]
        # CUDAHOME=none builds the CPU kernels even where nvcc is installed. Without a suitable
        # compiler, only the Python half may be installed.
        if not (run(*install, CUDAHOME="none") and run(python, "-c", f"import {compiled}")):
            logger.warning("%s does not build here: it is left out of the comparison.", name)
            run(python, "-m", "pip", "uninstall", "--quiet", "--yes", name)
    frozen = subprocess.run(
        [python, "-m", "pip", "freeze"], capture_output=True, text=True, check=True
    ).stdout
    with write_atomically(versions) as temporary:
        temporary.write_text(frozen)


def makes_environments(python: str) -> bool:
    """Return whether an interpreter is there, runs, and can make a virtual environment."""
    return shutil.which(python) is not None and run(python, "-c", "import ensurepip, venv")


def run(*command: str | Path, **variables: str) -> bool:
    """Run a command, log the last lines that it prints, and return whether it succeeded."""
    done = subprocess.run(
        command,
        env=os.environ | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    for line in done.stdout.splitlines()[-5:]:
        logger.info("%s", line)
    return done.returncode == 0


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    main(
        Path(snakemake.input.lock),
        Path(snakemake.output.environment),
        Path(snakemake.output.versions),
    )
