"""Data: the original files, and the Parquet tables made from them."""

for dataset in DATASETS:

    rule:
        name:
            f"download_{dataset}"
        output:
            original_files(dataset),
        log:
            f"results/logs/{dataset}/download.log",
        benchmark:
            f"results/benchmarks/{dataset}/download.tsv"
        localrule: True
        conda:
            "../../envs/som.yaml"
        params:
            given=given(dataset=dataset),
        script:
            "../scripts/data/download.py"


rule import_dataset:
    """Write one row per sample of a data set of your own: its position, class and features."""
    output:
        train="results/datasets/{dataset}/train.parquet",
        test="results/datasets/{dataset}/test.parquet",
    log:
        "results/logs/{dataset}/import_dataset.log",
    benchmark:
        "results/benchmarks/{dataset}/import_dataset.tsv"
    wildcard_constraints:
        dataset="|".join(OWN_DATASETS) or NOTHING,
    conda:
        "../../envs/som.yaml"
    resources:
        mem_mb=growing(3000),
    params:
        # The files' content, not their times, decides whether they are read again.
        given=given(
            dataset=lambda wildcards: config["datasets"][wildcards.dataset],
            content=lambda wildcards: content_of_own(wildcards.dataset),
            code=code_of("data/import_dataset"),
        ),
    script:
        "../scripts/data/import_dataset.py"


rule preprocess:
    """Write one row per image: its position in the original file, its label and its pixels."""
    input:
        lambda wildcards: original_files(wildcards.dataset),
    output:
        train="results/datasets/{dataset}/train.parquet",
        test="results/datasets/{dataset}/test.parquet",
    log:
        "results/logs/{dataset}/preprocess.log",
    benchmark:
        "results/benchmarks/{dataset}/preprocess.tsv"
    wildcard_constraints:
        dataset="|".join(DATASETS),
    conda:
        "../../envs/som.yaml"
    resources:
        mem_mb=growing(3000),
    params:
        given=given(code=code_of("data/preprocess")),
    script:
        "../scripts/data/preprocess.py"


rule deform_images:
    """Write a training set of a known data set's images and deformed ones, and its test set."""
    input:
        lambda wildcards: original_files(DEFORMED_DATASETS[wildcards.dataset].deformed),
    output:
        train="results/datasets/{dataset}/train.parquet",
        test="results/datasets/{dataset}/test.parquet",
    log:
        "results/logs/{dataset}/deform_images.log",
    benchmark:
        "results/benchmarks/{dataset}/deform_images.tsv"
    wildcard_constraints:
        dataset="|".join(DEFORMED_DATASETS) or NOTHING,
    conda:
        "../../envs/som.yaml"
    threads: 4
    resources:
        mem_mb=growing(2000),
        runtime=deforming_minutes,
    params:
        given=given(
            dataset=lambda wildcards: asdict(DEFORMED_DATASETS[wildcards.dataset]),
            code=code_of("data/deform_images"),
        ),
    script:
        "../scripts/data/deform_images.py"
