"""Before anything is read: lines for people, and configuration files without surprises."""

import os
import sys
import warnings
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.logging import logger

from workflow.guards.code_hash import ROOT
from workflow.guards.job_environment import (
    ask_as_this_process,
    draw_without_a_screen,
    lead_imports_to,
)
from workflow.guards.surroundings import find_obstacle
from workflow.som.config.yaml_text import check_config_file
from workflow.som.files.errors import SomError
from workflow.terminal.interruption import stop_at_the_first
from workflow.terminal.step_lines import StepLines, speak_plainly

# Another clone on PYTHONPATH, or an installed package named `workflow`, must not do this one's work.
root = Path(workflow.current_basedir).resolve().parents[1]
if root != ROOT:
    raise WorkflowError(
        f"The package workflow was imported from {ROOT}, not from {root}: take {ROOT} out of "
        "PYTHONPATH, then run the same command again."
    )
lead_imports_to(ROOT)
draw_without_a_screen()
if workflow.is_main_process or workflow.remote_exec:
    ask_as_this_process()

# Another workflow may use this one as a module; then the terminal and the records are its own.
IS_MAIN = (
    workflow.is_main_process and Path(workflow.main_snakefile).resolve().parent == ROOT
)
# First of all, so that errors in what follows are said plainly, too. Jobs run in processes of
# their own, which say nothing.
STEPS = (
    speak_plainly(
        logger,
        lambda: [each.name for each in workflow.rules if not each.has_wildcards()],
        lambda: [each.name for each in workflow.rules],
    )
    if IS_MAIN
    else StepLines()
)
if IS_MAIN:
    stop_at_the_first(STEPS)

# Snakemake would run Python expressions in these files, so they are checked before it reads them.
DEFAULTS = [str(ROOT / "config" / f"{name}.yaml") for name in ("figures", "config")]
OWN_CONFIG = Path("config/config.yaml")
try:
    # Whoever uses this workflow as a module has a configuration of another kind there.
    own = [OWN_CONFIG] if IS_MAIN and os.path.lexists(OWN_CONFIG) else []
    for path in [*DEFAULTS, *own, *workflow.overwrite_configfiles]:
        check_config_file(path)
except SomError as error:
    raise WorkflowError(str(error)) from None

if obstacle := find_obstacle(sys.executable, Path.cwd(), os.environ):
    raise WorkflowError(obstacle)
# Whoever turns warnings into errors would see Snakemake's unclosed files as tracebacks.
warnings.simplefilter("ignore", ResourceWarning)
if workflow.storage_settings.default_storage_provider:
    raise WorkflowError(
        "--default-storage-provider: this workflow keeps results, and half-trained runs, in a file "
        "system that all jobs share; leave the option out, then run the same command again."
    )
# Records in a database would leave those in results/.records out, and stale results unnoticed.
if IS_MAIN and workflow.workflow_settings.persistence_backend.name != "FILE":
    raise WorkflowError(
        "--persistence-backend: this workflow keeps Snakemake's records in results/.records; leave "
        "the option out, then run the same command again."
    )
