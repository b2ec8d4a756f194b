"""What jobs are told by environment variables: where their library is, and who asked for them."""

import os
from pathlib import Path

from workflow.som.files.jobs import ASKED_BY, mark_of


def lead_imports_to(root: Path) -> None:
    """Put this checkout first on PYTHONPATH, where scripts look before all that Snakemake adds.

    Otherwise another clone there, or an installed package named `workflow`, would do this one's
    work.
    """
    others = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = f"{root}{os.pathsep}{others}" if others else str(root)


def draw_without_a_screen() -> None:
    """Let matplotlib draw into files, whatever backend the user's notebook has chosen.

    Jupyter and Colab export one that jobs may not have, and with which matplotlib does not start.
    """
    os.environ["MPLBACKEND"] = "agg"


def ask_as_this_process() -> None:
    """Tell jobs that this process asked for them: they publish nothing once it has ended."""
    os.environ[ASKED_BY] = mark_of(os.getpid()) or ""
