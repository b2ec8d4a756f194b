"""What around a run would make it fail later with words that help nobody: said before it starts."""

import re
import resource
from collections.abc import Mapping
from pathlib import Path

# What the shell does not take as part of a word: Snakemake does not quote the path of Python.
NOT_PLAIN = re.compile(r"""[\s"'`$&|;<>()*?#~!\\{}\[\]]""")
# Python with torch and the compiled engine takes so much; 5 were too few, 6 did, on two cores.
LEAST_ADDRESS_SPACE = 6 * 2**30


def find_obstacle(python: str, folder: Path, environment: Mapping[str, str]) -> str | None:
    """Return a sentence about the first thing that would stop the jobs, or None.

    Parameters
    ----------
    python : str
        Path of the interpreter that runs Snakemake, and the jobs.
    folder : Path
        The working directory.
    environment : mapping
        The environment variables.
    """
    if found := NOT_PLAIN.search(python):
        return (
            f"{python} has {_shown(found[0])} in its path, and Snakemake would not find it: make "
            "the virtual environment in a folder without such characters, then run the same "
            "command again."
        )
    if found := re.search("[{}]", str(folder)):
        return (
            f"{folder} has {_shown(found[0])} in its path, which Snakemake takes for the start or "
            "the end of a wildcard: rename the folder, then run the same command again."
        )
    if environment.get("NUMBA_DISABLE_JIT", "0") not in ("", "0"):
        return (
            "NUMBA_DISABLE_JIT is set, and without compiled code training would take days: unset "
            "it, then run the same command again."
        )
    allowed, _ = resource.getrlimit(resource.RLIMIT_AS)
    if allowed != resource.RLIM_INFINITY and allowed < LEAST_ADDRESS_SPACE:
        return (
            f"ulimit -v allows {allowed / 2**30:.1f} GiB of address space, and the jobs need "
            f"{LEAST_ADDRESS_SPACE / 2**30:.0f}: raise the limit, then run the same command again."
        )
    return None


def _shown(character: str) -> str:
    return "a space" if character.isspace() else character
