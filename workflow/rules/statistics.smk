"""Statistics: purity of the units beside chance, the U-matrix, and the measures of quality."""

for name, experiment in EXPERIMENTS.items():
    for epochs in segments(experiment):
        measured = evaluated(experiment, epochs)
        if not measured:
            continue

        rule:
            name:
                f"measure_purity_{name}_{epochs[0]:03d}_{epochs[-1]:03d}"
            input:
                test=in_epochs(name, "activations/epoch_{epoch}.parquet", measured),
                training=in_epochs(
                    name, "training_activations/epoch_{epoch}.parquet", measured
                ),
            output:
                units=in_epochs(name, "purity/epoch_{epoch}.parquet", measured),
                summaries=in_epochs(name, "purity/epoch_{epoch}.json", measured),
            log:
                f"results/logs/{name}/seed_{{seed}}/measure_purity_{epochs[0]:03d}_{epochs[-1]:03d}.log",
            benchmark:
                f"results/benchmarks/{name}/seed_{{seed}}/measure_purity_{epochs[0]:03d}_{epochs[-1]:03d}.tsv"
            group:
                "measuring"
            conda:
                "../../envs/som.yaml"
            params:
                run=settings_of(name),
                permutations=experiment.permutations,
                code=code_hash("workflow/scripts/statistics/measure_purity.py"),
            script:
                "../scripts/statistics/measure_purity.py"


rule compute_u_matrix:
    """How far each unit's vector lies from those of adjacent units."""
    input:
        checkpoint=f"{RUN}/checkpoints/epoch_{{epoch}}.safetensors",
    output:
        table=f"{RUN}/u_matrix/epoch_{{epoch}}.parquet",
    log:
        "results/logs/{experiment}/seed_{seed}/compute_u_matrix_{epoch}.log",
    benchmark:
        "results/benchmarks/{experiment}/seed_{seed}/compute_u_matrix_{epoch}.tsv"
    group:
        "measuring"
    conda:
        "../../envs/som.yaml"
    params:
        run=run_settings,
        code=code_hash("workflow/scripts/statistics/compute_u_matrix.py"),
    script:
        "../scripts/statistics/compute_u_matrix.py"


rule measure_quality:
    """How well a map follows the test set, keeps its neighbourhoods and parts its digits."""
    input:
        images=dataset_table("test"),
        checkpoint=f"{RUN}/checkpoints/epoch_{{epoch}}.safetensors",
        test=f"{RUN}/activations/epoch_{{epoch}}.parquet",
        training=f"{RUN}/training_activations/epoch_{{epoch}}.parquet",
    output:
        summary=f"{RUN}/quality/epoch_{{epoch}}.json",
    log:
        "results/logs/{experiment}/seed_{seed}/measure_quality_{epoch}.log",
    benchmark:
        "results/benchmarks/{experiment}/seed_{seed}/measure_quality_{epoch}.tsv"
    group:
        "measuring"
    conda:
        "../../envs/som.yaml"
    resources:
        mem_mb=growing(3000),
    params:
        run=run_settings,
        code=code_hash("workflow/scripts/statistics/measure_quality.py"),
    script:
        "../scripts/statistics/measure_quality.py"
