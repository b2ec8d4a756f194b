"""Statistics: the units' purity compared with chance, the U-matrix, and the measures of quality."""

for name, experiment in EXPERIMENTS.items():
    for epochs in RUNS.segments(name):
        segment = f"{epochs[0]:03d}_{epochs[-1]:03d}"
        measured = RUNS.evaluated(name, epochs)
        if not measured:
            continue

        rule:
            name:
                f"measure_purity_{name}_{segment}"
            input:
                test=RUNS.in_epochs(name, "activations/epoch_{epoch}.parquet", measured),
                training=RUNS.in_epochs(
                    name, "training_activations/epoch_{epoch}.parquet", measured
                ),
            output:
                units=RUNS.in_epochs(name, "purity/epoch_{epoch}.parquet", measured),
                summaries=RUNS.in_epochs(name, "purity/epoch_{epoch}.json", measured),
            log:
                f"results/logs/{name}/seed_{{seed}}/measure_purity_{segment}.log",
            benchmark:
                f"results/benchmarks/{name}/seed_{{seed}}/measure_purity_{segment}.tsv"
            group:
                "measuring"
            conda:
                "../../envs/som.yaml"
            threads: threads_for("measure_purity", 1)
            resources:
                **asked_for("measure_purity"),
            params:
                given=given(
                    run=RUNS.settings(name),
                    permutations=experiment.permutations,
                    code=code_of("statistics/measure_purity"),
                ),
            script:
                "../scripts/statistics/measure_purity.py"


rule compute_u_matrix:
    """Compute the U-matrix: how far each unit's vector lies from those of adjacent units."""
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
        given=given(run=RUNS.of_settings, code=code_of("statistics/compute_u_matrix")),
    script:
        "../scripts/statistics/compute_u_matrix.py"


rule cluster_units:
    """Join the units of a map into clusters, for samples without classes."""
    input:
        checkpoint=f"{RUN}/checkpoints/epoch_{{epoch}}.safetensors",
        purity=f"{RUN}/purity/epoch_{{epoch}}.parquet",
        training=f"{RUN}/training_activations/epoch_{{epoch}}.parquet",
    output:
        table=f"{RUN}/clusters/epoch_{{epoch}}.parquet",
        summary=f"{RUN}/clusters/epoch_{{epoch}}.json",
    log:
        "results/logs/{experiment}/seed_{seed}/cluster_units_{epoch}.log",
    benchmark:
        "results/benchmarks/{experiment}/seed_{seed}/cluster_units_{epoch}.tsv"
    group:
        "measuring"
    conda:
        "../../envs/som.yaml"
    params:
        given=given(run=RUNS.of_settings, code=code_of("statistics/cluster_units")),
    script:
        "../scripts/statistics/cluster_units.py"


rule measure_quality:
    """Measure how well a map fits the test set, keeps neighbourhoods and separates digits."""
    input:
        images=RUNS.of_table("test"),
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
        given=given(run=RUNS.of_settings, code=code_of("statistics/measure_quality")),
    script:
        "../scripts/statistics/measure_quality.py"
