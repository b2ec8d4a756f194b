"""Manifests: write down what made each run, with the checksums of its files, and check it later."""


rule write_manifest:
    """Write a run's manifest: all that made the run, and the checksum of each of its files."""
    input:
        artifacts=RUNS.of_artifacts,
        train=RUNS.of_table("train"),
        test=RUNS.of_table("test"),
    output:
        manifest=of_run_in_report("manifest", f"{RUN}/manifest.json"),
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
    """Check every run that has a manifest against it, and name each difference."""
    log:
        ".snakemake/log/verify.log"
        if is_read_only(RESULTS)
        else "results/logs/verify.log",
    conda:
        "../../envs/som.yaml"
    params:
        given=given(
            settings=RUNS.settings_of(EXPERIMENTS),
        ),
    script:
        "../scripts/provenance/verify.py"
