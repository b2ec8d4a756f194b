"""Install the libraries that the benchmark compares with, in an environment of their own."""

import logging
import os
import subprocess
import venv
from pathlib import Path

from workflow.som.files.atomic import write_atomically
from workflow.som.files.errors import SomError
from workflow.som.files.logs import start_job

logger = logging.getLogger(__name__)

# There is no wheel. The source builds only without isolation, and not on every machine.
SOMOCLU = ["--no-build-isolation", "--no-deps", "somoclu==1.7.6"]


def main(lock: Path, environment: Path, versions: Path) -> None:
    """Make `environment` from `lock`; write what is installed to `versions`."""
    logger.info("Installing the peers into %s (about 5 GB with torch).", environment)
    venv.create(environment, with_pip=True, clear=True)
    python = environment / "bin" / "python"
    if not run(python, "-m", "pip", "install", "--quiet", "-r", lock):
        raise SomError(
            f"{lock} could not be installed (see the log above): "
            "the benchmark needs the package registry; run the same command again with it."
        )
    run(python, "-m", "pip", "install", "--quiet", "setuptools")
    # CUDAHOME=none builds the CPU kernels even where nvcc is installed.
    builds = run(python, "-m", "pip", "install", "--quiet", *SOMOCLU, CUDAHOME="none")
    # Without a suitable compiler, only the Python half may be installed.
    if not (builds and run(python, "-c", "import _somoclu_wrap")):
        logger.warning("somoclu does not build here: it is left out of the comparison.")
        run(python, "-m", "pip", "uninstall", "--quiet", "--yes", "somoclu")
    frozen = subprocess.run(
        [python, "-m", "pip", "freeze"], capture_output=True, text=True, check=True
    ).stdout
    with write_atomically(versions) as temporary:
        temporary.write_text(frozen)


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
