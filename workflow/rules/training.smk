"""Training: each job trains several epochs from the last checkpoint of the job before.

Every epoch has a checkpoint.
"""

for name, experiment in EXPERIMENTS.items():
    for epochs in RUNS.segments(name):
        segment = f"{epochs[0]:03d}_{epochs[-1]:03d}"
        before = RUNS.in_epochs(
            name, "checkpoints/epoch_{epoch}.safetensors", [epochs[0] - 1]
        )

        rule:
            name:
                f"train_som_{name}_{segment}"
            input:
                **({"previous": before[0]} if epochs[0] else {}),
                images=f"results/datasets/{experiment.dataset}/train.parquet",
            output:
                checkpoints=RUNS.in_epochs(
                    name, "checkpoints/epoch_{epoch}.safetensors", epochs
                ),
                activations=RUNS.in_epochs(
                    name, "training_activations/epoch_{epoch}.parquet", epochs
                ),
            log:
                f"results/logs/{name}/seed_{{seed}}/train_som_{segment}.log",
            benchmark:
                f"results/benchmarks/{name}/seed_{{seed}}/train_som_{segment}.tsv"
            group:
                "training"
            conda:
                "../../envs/som.yaml"
            threads: threads_for("train_som", max(4, experiment.processes))
            resources:
                **asked_for(
                    "train_som",
                    gpu=gpus(experiment),
                    mem_mb=growing(
                        training_memory(n_units_of(experiment), experiment.processes)
                    ),
                    runtime=growing(training_minutes(experiment, epochs)),
                ),
            params:
                given=given(
                    experiment=name,
                    settings=RUNS.settings(name),
                    first_epoch=epochs[0],
                    code=code_of("training/train_som"),
                ),
            script:
                "../scripts/training/train_som.py"


rule collect_history:
    """Write one row per epoch: learning rate, radius, errors on the training set, and speed."""
    input:
        activations=RUNS.of_trained_epochs("training_activations/epoch_{epoch}.parquet"),
    output:
        history=f"{RUN}/history.parquet",
    log:
        "results/logs/{experiment}/seed_{seed}/collect_history.log",
    benchmark:
        "results/benchmarks/{experiment}/seed_{seed}/collect_history.tsv"
    group:
        "measuring"
    conda:
        "../../envs/som.yaml"
    params:
        given=given(run=RUNS.of_settings, code=code_of("training/collect_history")),
    script:
        "../scripts/training/collect_history.py"
