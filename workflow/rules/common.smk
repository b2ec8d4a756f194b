"""The checked configuration, and helpers that the other rule files share."""

import difflib
import logging
import math
import re
import shutil
from dataclasses import asdict
from pathlib import Path

import yaml
from snakemake.exceptions import WorkflowError
from snakemake.utils import update_config

from workflow.guards.code_hash import ROOT, code_hash
from workflow.guards.damaged_inputs import find_damaged_input
from workflow.guards.folder import RESULTS, hold_folder, is_read_only
from workflow.guards.records import forget_damaged_records, keep_records_with_results
from workflow.paths.comparisons import COMPARISON_FOLDERS, ComparedRuns, drawn_as
from workflow.paths.runs import RUN, Runs
from workflow.paths.travelling_salesman import (
    CITIES,
    OTHER_TOURS,
    RING,
    everything_of_tsp,
)
from workflow.report import labels
from workflow.som.config.classifier_settings import settings_from, to_measure
from workflow.som.config.feature_set_names import FEATURE_SETS, NEAREST_NEIGHBOUR
from workflow.som.config.experiments import comparisons_from, experiments_from
from workflow.som.config.schema import validate_config
from workflow.som.config.tsp_settings import to_training, tsp_from
from workflow.paths.own_datasets import (
    deformed_datasets_of,
    kinds_of,
    new_name,
    own_datasets_of,
)
from workflow.som.data.sources import DATASETS, source_names
from workflow.som.files.atomic import find_full_disk
from workflow.som.files.errors import SomError
from workflow.som.tsp.instances import find_instances
from workflow.terminal.closing_lines import findings_of, keep, why
from workflow.terminal.step_lines import write_line

# A module's `config:` stands in the place of the configuration file, so it may lack most keys.
complete = {}
for part in [
    *(yaml.safe_load(Path(path).read_text("utf-8")) for path in DEFAULTS),
    config,
]:
    update_config(complete, part)
config.update(complete)

try:
    validate_config(config, ROOT / "workflow" / "schemas" / "config.schema.yaml")
    OWN_DATASETS = own_datasets_of(config)
    DEFORMED_DATASETS = deformed_datasets_of(config)
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
    kinds_of(OWN_DATASETS),
)
COMPARISONS = ComparedRuns(RUNS, COMPARED)

if IS_MAIN:
    keep_records_with_results()
    if forgotten := forget_damaged_records():
        write_line(
            f"Passed over {forgotten} damaged records of Snakemake: their files count as up to date."
        )
# On a full disk, log lines are lost without a traceback for each of them.
logging.raiseExceptions = False


NOTHING = "(?!)"  # a pattern that fits no name

# These have a rule per experiment and segment, whose names start so.
STEPS_OF_MANY = ("train_som", "map_activations", "measure_purity")


def refuse_rule_names():
    """Refuse experiments with the name of a rule: each experiment is a target itself."""
    taken = {each.name.casefold() for each in workflow.rules}
    for name in EXPERIMENTS:
        if name.casefold() in taken:
            raise WorkflowError(
                f"config: experiments.{name} has the name of a rule; rename it, for instance to "
                f"my_{name}."
            )


def refuse_unknown_rules():
    """Refuse options for rules that do not exist: Snakemake passes over them without a word."""
    known = [*STEPS_OF_MANY, *(each.name for each in workflow.rules)]
    settings = workflow.resource_settings
    for option, names in (
        ("--set-resources", settings.overwrite_resources),
        ("--set-threads", settings.overwrite_threads),
    ):
        for name in names:
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                guess = (
                    f"did you mean {near[0]}?"
                    if near
                    else "see snakemake --list-rules."
                )
                raise WorkflowError(f"{option} {name}: there is no such rule; {guess}")


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


def of_run_in_report(figure, path):
    """Return a run's figure, to be shown in Snakemake's report with its caption and finding."""
    last_epochs = {name: each.epochs for name, each in EXPERIMENTS.items()}
    return report(
        path,
        caption=f"../report/{figure}.rst",
        category="Runs",
        subcategory="{experiment}",
        labels=labels.of_run(figure, last_epochs),
    )


def of_study_in_report(caption, path, figure=None):
    """Return the figure of a study, to be shown in Snakemake's report with its caption.

    `figure` is its name, where one caption serves several.
    """
    figure = figure or caption
    return report(
        path,
        caption=f"../report/{caption}.rst",
        category="Studies",
        subcategory=lambda wildcards: path.format_map(dict(wildcards)).split("/")[1],
        labels=lambda wildcards: {
            "figure": labels.NAMES[figure.format_map(dict(wildcards))],
            **({"instance": wildcards.instance} if "{instance}" in path else {}),
        },
    )


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

    def evaluated(asked):
        # Text such as gpu:1 is an expression, as far as Snakemake knows, until there is a job.
        def resource(wildcards, **job):
            return asked.evaluate(wildcards, **job).value

        return resource

    asked = workflow.resource_settings.overwrite_resources.get(step, {})
    return resources | {name: evaluated(asked[name]) for name in asked}


def threads_for(step, usual):
    """Return the threads of a job: `usual`, or those that `--set-threads` names for its step."""
    asked = workflow.resource_settings.overwrite_threads.get(step, usual)
    return getattr(asked, "value", asked)


def original_files(dataset):
    """Return the paths of a data set's original files."""
    return [f"results/raw/{dataset}/{name}" for name in source_names(dataset)]


def deforming_minutes(wildcards, attempt):
    """Return the minutes that deforming may take, several times those needed on two cores."""
    return attempt * (5 + DEFORMED_DATASETS[wildcards.dataset].samples // 500_000)


def content_of_own(dataset):
    """Return the hashes of the files of a data set of the user's own."""
    return content_of_files(OWN_DATASETS[dataset].sources, OWN_DATASETS[dataset].label)


def content_of_files(sources, label=None):
    """Return the hash of the content of each of the user's files, those of labels included."""
    from workflow.som.data.own_files import content_of, files_of

    try:
        files = [file for source in sources for file in files_of(source, label)]
        return [content_of(file) for file in files]
    except SomError as error:
        raise WorkflowError(str(error)) from None


def gpus(experiment):
    """Return a resource: the number of GPUs that training asks for, 0 or one per process.

    With `device: auto`, a job on a cluster always asks for a GPU. A job on this machine asks for
    one only if the machine has one.
    """

    def resource(wildcards):
        if experiment.device == "auto":
            wanted = not workflow.local_exec or shutil.which("nvidia-smi") is not None
        else:
            wanted = experiment.device == "cuda"
        return experiment.processes if wanted else 0

    return resource


def n_units_of(experiment):
    """Return the number of units; where the data decide it, that for a million samples."""
    return 5000 if experiment.shape is None else experiment.n_units


def training_memory(n_units, processes=1):
    """Return the megabytes that a training job may use; 1.3 GB were measured with 2,500 units."""
    from workflow.som.training.memory import bytes_of_training

    of_map = math.ceil(bytes_of_training(n_units, 1000) / 1e6)
    return 2000 + processes * (2000 + of_map)


def training_minutes(experiment, epochs):
    """Return the minutes that a training job may take, several times those needed on two cores.

    Epochs of 60,000 images on 2,500 units took 5 s on average, and 30 s with another kernel.
    """
    of_epoch = n_units_of(experiment) / 2500 / 2
    if experiment.dataset in DEFORMED_DATASETS:
        of_epoch *= max(1, DEFORMED_DATASETS[experiment.dataset].samples / 60_000)
    return 5 + math.ceil(len(epochs) * of_epoch)


wildcard_constraints:
    experiment="|".join(EXPERIMENTS),
    dataset="|".join([*DATASETS, *OWN_DATASETS, *DEFORMED_DATASETS]),
    instance="|".join(INSTANCES),
    seed=r"0|[1-9]\d*",
    epoch=r"\d{3}",
    comparison="|".join(COMPARED),
    target="|".join(sorted(set(COMPARISON_FOLDERS.values()))),
