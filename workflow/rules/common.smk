"""The checked configuration, and helpers that the other rule files share."""

import logging
import math
import shutil
from pathlib import Path

from snakemake.exceptions import WorkflowError

from workflow.guards.code_hash import ROOT, code_hash
from workflow.guards.damaged_inputs import find_damaged_input
from workflow.guards.folder import hold_folder, keep_records_with_results
from workflow.paths.comparisons import COMPARISON_FOLDERS, ComparedRuns, drawn_as
from workflow.paths.runs import RUN, Runs
from workflow.paths.travelling_salesman import (
    CITIES,
    OTHER_TOURS,
    RING,
    everything_of_tsp,
)
from workflow.som.config.classifier_settings import settings_from, to_measure
from workflow.som.config.feature_set_names import FEATURE_SETS, NEAREST_NEIGHBOUR
from workflow.som.config.experiments import comparisons_from, experiments_from
from workflow.som.config.schema import validate_config
from workflow.som.config.tsp_settings import to_training, tsp_from
from workflow.som.data.sources import DATASETS, source_names
from workflow.som.files.atomic import find_full_disk
from workflow.som.files.errors import SomError
from workflow.som.tsp.instances import find_instances
from workflow.terminal.closing_lines import findings_of, keep, why
from workflow.terminal.step_lines import write_line

try:
    validate_config(config, ROOT / "workflow" / "schemas" / "config.schema.yaml")
    EXPERIMENTS = experiments_from(config)
    COMPARED = comparisons_from(config)
    CLASSIFIER = settings_from(config)
    TSP = tsp_from(config)
    INSTANCES = find_instances(config["cities"] or "", TSP.random_cities)
except SomError as error:
    raise WorkflowError(str(error)) from None

# The codebooks depend on these modules and on all that they import.
DETERMINING_MODULES = ["training/epoch", "model/initialisation", "model/schedule"]
RUNS = Runs(
    EXPERIMENTS,
    code_hash(*[f"workflow/som/{module}.py" for module in DETERMINING_MODULES]),
)
COMPARISONS = ComparedRuns(RUNS, COMPARED)

if IS_MAIN:
    keep_records_with_results()
# On a full disk, log lines are lost without a traceback for each of them.
logging.raiseExceptions = False


def refuse_rule_names():
    """Refuse experiments with the name of a rule: each experiment is a target itself."""
    for name in EXPERIMENTS.keys() & {each.name for each in workflow.rules}:
        raise WorkflowError(
            f"config: experiments.{name} has the name of a rule; rename it, for instance to "
            f"my_{name}."
        )


def code_of(*scripts):
    """Return the hash of scripts, named as `theme/script`, and of all that they import."""
    return code_hash(*[f"workflow/scripts/{script}.py" for script in scripts])


def given(**values):
    """Return all parameters of a rule as one dictionary; functions are called with the wildcards.

    Snakemake records the values without names, so it would not notice two parameters that swap
    their values. The text of a dictionary has both names and values.
    """

    def parameters(wildcards):
        return {
            name: value(wildcards) if callable(value) else value
            for name, value in sorted(values.items())
        }

    return parameters


def growing(amount):
    """Return a resource that grows by `amount` each time the job is tried again."""

    def resource(wildcards, attempt):
        return attempt * amount

    return resource


def asked_for(step, **resources):
    """Return a job's resources, replaced by those that `--set-resources` names for its step.

    Training has a rule per experiment and segment, such as train_som_article_000_030. With this,
    `--set-resources train_som:runtime=900` reaches them all.
    """
    asked = workflow.resource_settings.overwrite_resources.get(step, {})
    return resources | {name: asked[name].value for name in asked}


def gpus(experiment):
    """Return a resource: the number of GPUs that training asks for, 0 or 1.

    With `device: auto`, a job on a cluster always asks for a GPU. A job on this machine asks for
    one only if the machine has one.
    """

    def resource(wildcards):
        if experiment.device == "auto":
            return int(
                not workflow.local_exec or shutil.which("nvidia-smi") is not None
            )
        return int(experiment.device == "cuda")

    return resource


def training_memory(experiment):
    """Return the megabytes that a training job may use; 1.3 GB were measured with 2,500 units."""
    tables_of_units = 16 * experiment.n_units**2 / 1e6
    return 4000 + math.ceil(tables_of_units)


def training_minutes(experiment, epochs):
    """Return the minutes that a training job may take, several times those needed on two cores.

    Epochs of 60,000 images on 2,500 units took 5 s on average, and 30 s with another kernel.
    """
    return 5 + math.ceil(len(epochs) * experiment.n_units / 2500 / 2)


wildcard_constraints:
    experiment="|".join(EXPERIMENTS),
    dataset="|".join(DATASETS),
    instance="|".join(INSTANCES),
    seed=r"0|[1-9]\d*",
    epoch=r"\d{3}",
    comparison="|".join(COMPARED),
    target="|".join(sorted(set(COMPARISON_FOLDERS.values()))),
