"""List all that made a run, and the checksum of each of its files."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from workflow.som.config.experiments import Experiment, experiments_from
from workflow.som.files.checkpoints import load_checkpoint
from workflow.som.files.logs import start_job
from workflow.som.files.summaries import write_summary
from workflow.som.provenance.environment import describe_commit, describe_versions
from workflow.som.provenance.manifest import (
    describe_data,
    describe_training,
    list_artifacts,
    read_durations,
)


def main(
    artifacts: Sequence[Path],
    tables: Sequence[Path],
    benchmarks: Path,
    code: Path,
    manifest: Path,
    *,
    name: str,
    experiment: Experiment,
    seed: int,
    settings: Mapping[str, Any],
) -> None:
    """Write the manifest of the run that consists of `artifacts`, made from `tables`.

    `benchmarks` is the folder with the durations of its jobs, and `code` one in the checkout whose
    code made it.
    """
    folder = manifest.parent
    checkpoints = [path for path in artifacts if path.parent.name == "checkpoints"]
    training = [path for path in artifacts if path.parent.name == "training_activations"]
    summary = {
        "experiment": name,
        "seed": seed,
        "fingerprint": load_checkpoint(checkpoints[-1]).metadata["fingerprint"],
        "configuration": json.loads(json.dumps(asdict(experiment))),
        "settings": dict(settings),
        "data": {"dataset": experiment.dataset} | describe_data(tables),
        "code": {"training": settings["code"]} | describe_commit(code),
        "versions": describe_versions(),
        **describe_training(training),
        "durations": read_durations(benchmarks),
        "artifacts": list_artifacts(folder, artifacts),
    }
    write_summary(manifest, summary, kind="manifest")


if __name__ == "__main__":
    start_job(snakemake.log[0], snakemake.params.given)
    name, seed = snakemake.wildcards.experiment, int(snakemake.wildcards.seed)
    main(
        artifacts=[Path(path) for path in snakemake.input.artifacts],
        tables=[Path(snakemake.input.train), Path(snakemake.input.test)],
        # Relative to the output: as a module, this workflow's results may lie in another folder.
        benchmarks=Path(snakemake.output.manifest).parents[2] / f"benchmarks/{name}/seed_{seed}",
        code=Path(snakemake.scriptdir),
        manifest=Path(snakemake.output.manifest),
        name=name,
        experiment=experiments_from(snakemake.config)[name],
        seed=seed,
        settings=snakemake.params.given["run"],
    )
