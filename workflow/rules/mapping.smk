"""Mapping: the BMU of every test image on the codebooks of the epochs that are measured."""

for name, experiment in EXPERIMENTS.items():
    for epochs in segments(experiment):
        measured = evaluated(experiment, epochs)
        if not measured:
            continue

        rule:
            name:
                f"map_activations_{name}_{epochs[0]:03d}_{epochs[-1]:03d}"
            input:
                images=f"results/datasets/{experiment.dataset}/test.parquet",
                checkpoints=in_epochs(
                    name, "checkpoints/epoch_{epoch}.safetensors", measured
                ),
            output:
                activations=in_epochs(
                    name, "activations/epoch_{epoch}.parquet", measured
                ),
            log:
                f"results/logs/{name}/seed_{{seed}}/map_activations_{epochs[0]:03d}_{epochs[-1]:03d}.log",
            benchmark:
                f"results/benchmarks/{name}/seed_{{seed}}/map_activations_{epochs[0]:03d}_{epochs[-1]:03d}.tsv"
            group:
                "measuring"
            conda:
                "../../envs/som.yaml"
            threads: 2
            resources:
                mem_mb=growing(2000),
            params:
                run=settings_of(name),
                code=code_hash("workflow/scripts/mapping/map_activations.py"),
            script:
                "../scripts/mapping/map_activations.py"
