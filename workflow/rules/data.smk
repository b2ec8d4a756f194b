"""Data: the original files, and the Parquet tables made from them."""

for dataset in DATASETS:

    rule:
        name:
            f"download_{dataset}"
        output:
            expand(
                "results/raw/{dataset}/{name}",
                dataset=dataset,
                name=source_names(dataset),
            ),
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


rule preprocess:
    """Write one row per image: its position in the original file, its label and its pixels."""
    input:
        lambda wildcards: expand(
            "results/raw/{dataset}/{name}",
            dataset=wildcards.dataset,
            name=source_names(wildcards.dataset),
        ),
    output:
        train="results/datasets/{dataset}/train.parquet",
        test="results/datasets/{dataset}/test.parquet",
    log:
        "results/logs/{dataset}/preprocess.log",
    benchmark:
        "results/benchmarks/{dataset}/preprocess.tsv"
    conda:
        "../../envs/som.yaml"
    resources:
        mem_mb=growing(3000),
    params:
        given=given(code=code_of("data/preprocess")),
    script:
        "../scripts/data/preprocess.py"
