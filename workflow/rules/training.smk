"""Training: jobs of several epochs, each with a checkpoint; a job goes on from the one before."""

for name, experiment in EXPERIMENTS.items():
    for epochs in segments(experiment):
        before = in_epochs(
            name, "checkpoints/epoch_{epoch}.safetensors", [epochs[0] - 1]
        )

        rule:
            name:
                f"train_som_{name}_{epochs[0]:03d}_{epochs[-1]:03d}"
            input:
                **({"previous": before[0]} if epochs[0] else {}),
                images=f"results/datasets/{experiment.dataset}/train.parquet",
            output:
                checkpoints=in_epochs(
                    name, "checkpoints/epoch_{epoch}.safetensors", epochs
                ),
                activations=in_epochs(
                    name, "training_activations/epoch_{epoch}.parquet", epochs
                ),
            log:
                f"results/logs/{name}/seed_{{seed}}/train_som_{epochs[0]:03d}_{epochs[-1]:03d}.log",
            benchmark:
                f"results/benchmarks/{name}/seed_{{seed}}/train_som_{epochs[0]:03d}_{epochs[-1]:03d}.tsv"
            group:
                "training"
            conda:
                "../../envs/som.yaml"
            threads: 4
            resources:
                gpu=1 if experiment.device in ("auto", "cuda") else 0,
                mem_mb=growing(training_memory(experiment)),
                runtime=growing(training_minutes(experiment, epochs)),
            params:
                experiment=name,
                settings=settings_of(name),
                first_epoch=epochs[0],
                code=code_hash("workflow/scripts/training/train_som.py"),
            script:
                "../scripts/training/train_som.py"


rule collect_history:
    """One row an epoch: learning rate, radius, errors on the training set, and speed."""
    input:
        activations=in_trained_epochs("training_activations/epoch_{epoch}.parquet"),
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
        run=run_settings,
        code=code_hash("workflow/scripts/training/collect_history.py"),
    script:
        "../scripts/training/collect_history.py"
