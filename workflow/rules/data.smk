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
            dataset=dataset,
        script:
            "../scripts/data/download.py"


rule preprocess:
    """One row an image: its position in the original file, its label, its pixels."""
    input:
        raw_files,
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
        dataset="{dataset}",
        code=code_hash("workflow/scripts/data/preprocess.py"),
    script:
        "../scripts/data/preprocess.py"
