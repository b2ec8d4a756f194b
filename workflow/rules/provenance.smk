"""Manifests: what made each run and the checksum of each of its files, and their check."""


rule write_manifest:
    """All that made a run, and the checksum of every file it consists of."""
    input:
        artifacts=RUNS.of_artifacts,
        train=RUNS.of_table("train"),
        test=RUNS.of_table("test"),
    output:
        manifest=f"{RUN}/manifest.json",
    log:
        "results/logs/{experiment}/seed_{seed}/write_manifest.log",
    group:
        "measuring"
    conda:
        "../../envs/som.yaml"
    params:
        given=given(
            run=RUNS.of_settings,
            code=code_of("provenance/write_manifest"),
        ),
    script:
        "../scripts/provenance/write_manifest.py"


rule verify:
    """Hold every run that has a manifest against it, and name what differs."""
    log:
        "results/logs/verify.log",
    conda:
        "../../envs/som.yaml"
    params:
        given=given(
            settings=RUNS.settings_of(EXPERIMENTS),
        ),
    script:
        "../scripts/provenance/verify.py"
