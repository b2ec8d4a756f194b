"""What the other files share: the checked configuration, its names, and what precedes any job."""

import logging
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.logging import logger

from workflow.clock import bring_back_from_the_future
from workflow.guards.damaged_inputs import find_damaged_input
from workflow.integrity import use_code_hashes_and_resume
from workflow.locks import prepare_folder
from workflow.guards.code_hash import code_hash
from workflow.som.config.feature_set_names import FEATURE_SETS, NEAREST_NEIGHBOUR
from workflow.som.config.classifier_settings import settings_from, to_measure
from workflow.som.config.experiments import (
    comparisons_from,
    experiments_from,
    to_fingerprint,
)
from workflow.som.config.schema import validate_config
from workflow.som.files.errors import SomError
from workflow.som.files.atomic import find_full_disk
from workflow.som.data.sources import DATASETS, source_names
from workflow.som.tsp.instances import find_instances
from workflow.som.config.tsp_settings import to_training, tsp_from

try:
    validate_config(config, f"{workflow.basedir}/workflow/schemas/config.schema.yaml")
    EXPERIMENTS = experiments_from(config)
    COMPARISONS = comparisons_from(config)
    CLASSIFIER = settings_from(config)
    TSP = tsp_from(config)
    INSTANCES = find_instances(config["cities"] or "", TSP.random_cities)
except SomError as error:
    raise WorkflowError(str(error)) from None

use_code_hashes_and_resume(workflow)
if workflow.is_main_process:
    prepare_folder()
    bring_back_from_the_future(Path("results"))
# On a full disk the log is cut short, without a traceback for each of its lines.
logging.raiseExceptions = False

RUN = "results/{experiment}/seed_{seed}"
# The folder in which each comparison is kept: that of its target.
COMPARISON_FOLDERS = {
    "topologies": "topologies",
    "kernels": "topologies",
    "starts": "topologies",
    "replicates": "replicates",
    "trade_off": "trade_off",
}
# What these modules and all that they import say determines the codebooks.
DETERMINING_MODULES = ["training/epoch", "model/initialisation", "model/schedule"]
TSP_CITIES = "results/tsp/{instance}/cities.parquet"
TSP_RUN = "results/tsp/{instance}/seed_{seed}"
TSP_TOURS = ["improved", "control", "routed"]
FIGURES = {
    "mnist_samples": ["png"],
    "activation_maps": ["png", "svg"],
    "combined_map": ["png", "svg"],
    "combined_map_epoch_001": ["png", "svg"],
    "training_curves": ["png", "svg"],
    "u_matrix": ["png", "svg"],
    "prototypes": ["png"],
    "evolution": ["png", "gif"],
}


wildcard_constraints:
    experiment="|".join(EXPERIMENTS),
    dataset="|".join(DATASETS),
    instance="|".join(INSTANCES),
    seed=r"0|[1-9]\d*",
    epoch=r"\d{3}",
    comparison="|".join(COMPARISONS),
    target="|".join(sorted(set(COMPARISON_FOLDERS.values()))),


onstart:
    # Verifying makes nothing, and names more than the first damaged file.
    if {job.rule.name for job in workflow.dag.jobs} != {"verify"}:
        settings = {name: settings_of(name) for name in EXPERIMENTS}
        if damage := find_damaged_input(workflow.dag, settings):
            raise WorkflowError(damage)


onerror:
    if full := find_full_disk("results", ".snakemake"):
        logger.error(full)
