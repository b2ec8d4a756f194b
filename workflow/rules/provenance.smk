"""Manifests: what made each run and the checksum of each of its files, and their check."""


rule write_manifest:
    """All that made a run, and the checksum of every file it consists of."""
    input:
        artifacts=artifacts_of_run,
        train=dataset_table("train"),
        test=dataset_table("test"),
    output:
        manifest=f"{RUN}/manifest.json",
    log:
        "results/logs/{experiment}/seed_{seed}/write_manifest.log",
    group:
        "measuring"
    conda:
        "../../envs/som.yaml"
    params:
        run=run_settings,
        code=code_hash("workflow/scripts/provenance/write_manifest.py"),
    script:
        "../scripts/provenance/write_manifest.py"


rule verify:
    """Hold every run that has a manifest against it, and name what differs."""
    log:
        "results/logs/verify.log",
    conda:
        "../../envs/som.yaml"
    params:
        settings={name: settings_of(name) for name in EXPERIMENTS},
    script:
        "../scripts/provenance/verify.py"
