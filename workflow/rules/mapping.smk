"""Mapping: find the BMU of every test image on the codebook of each measured epoch."""

for name, experiment in EXPERIMENTS.items():
    for epochs in RUNS.segments(name):
        segment = f"{epochs[0]:03d}_{epochs[-1]:03d}"
        measured = RUNS.evaluated(name, epochs)
        if not measured:
            continue

        rule:
            name:
                f"map_activations_{name}_{segment}"
            input:
                images=f"results/datasets/{experiment.dataset}/test.parquet",
                checkpoints=RUNS.in_epochs(
                    name, "checkpoints/epoch_{epoch}.safetensors", measured
                ),
            output:
                activations=RUNS.in_epochs(
                    name, "activations/epoch_{epoch}.parquet", measured
                ),
            log:
                f"results/logs/{name}/seed_{{seed}}/map_activations_{segment}.log",
            benchmark:
                f"results/benchmarks/{name}/seed_{{seed}}/map_activations_{segment}.tsv"
            group:
                "measuring"
            conda:
                "../../envs/som.yaml"
            threads: threads_for("map_activations", 2)
            resources:
                **asked_for("map_activations", mem_mb=growing(2000)),
            params:
                given=given(
                    run=RUNS.settings(name), code=code_of("mapping/map_activations")
                ),
            script:
                "../scripts/mapping/map_activations.py"


rule map_new_samples:
    """Map the file `new` of the configuration on a finished run."""
    input:
        checkpoint=RUNS.of_last_epoch("checkpoints/epoch_{epoch}.safetensors"),
        training=RUNS.of_last_epoch("training_activations/epoch_{epoch}.parquet"),
        clusters=RUNS.of_clusters,
    output:
        table=f"{RUN}/mapped/{{file}}.parquet",
    log:
        "results/logs/{experiment}/seed_{seed}/map_new_samples_{file}.log",
    wildcard_constraints:
        file=re.escape(new_name(config["new"])) or NOTHING,
    conda:
        "../../envs/som.yaml"
    threads: 2
    params:
        given=given(
            run=RUNS.of_settings,
            source=config["new"] or "",
            content=lambda wildcards: content_of_files([config["new"]]),
            code=code_of("mapping/map_new_samples"),
        ),
    script:
        "../scripts/mapping/map_new_samples.py"
