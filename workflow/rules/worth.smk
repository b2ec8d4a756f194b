"""What the share of single-digit units is worth: how it depends on the number of images shown.

The article's map is compared with controls. The sizes that are measured are set here, not in the
configuration, because the numbers in results/reference/README.md depend on them. The study starts
from the article's checkpoints, so the article's map is trained first.
"""

WORTH = EXPERIMENTS["article"]
WORTH_SEED = WORTH.seeds[0]
# Number of Lloyd's steps; on MNIST the last five lower the quantization error by 0.03 %.
K_MEANS_EPOCHS = 15
# The file of each codebook, by name.
WORTH_RUN = f"results/article/seed_{WORTH_SEED}/checkpoints"
WORTH_CODEBOOKS = {
    "map": f"{WORTH_RUN}/epoch_{WORTH.epochs:03d}.safetensors",
    "k_means": "results/worth/codebooks/k_means.safetensors",
    "random_images": "results/worth/codebooks/random_images.safetensors",
    "untrained": f"{WORTH_RUN}/epoch_000.safetensors",
}
# Numbers of images shown. In addition, all images of a set are always shown.
WORTH_SIZES = {
    "test": [500, 1000, 2000, 5000],
    "training": [10_000, 20_000, 30_000],
}
# Random subsets per number of images, and shuffles of the labels per subset.
WORTH_DRAWS = 20
WORTH_PERMUTATIONS = 50


rule worth:
    """Compare the article's share of single-digit units with controls: a table and a figure."""
    input:
        list(WORTH_CODEBOOKS.values()),
        expand("results/worth/bmus/{name}.parquet", name=WORTH_CODEBOOKS),
        "results/worth/worth.parquet",
        expand("results/worth/figures/worth.{kind}", kind=["png", "svg"]),
    localrule: True


rule choose_random_images:
    """Choose random training images, one per unit of the map: a control without learning."""
    input:
        images=f"results/datasets/{WORTH.dataset}/train.parquet",
    output:
        codebook="results/worth/codebooks/random_images.safetensors",
    log:
        "results/logs/worth/choose_random_images.log",
    benchmark:
        "results/benchmarks/worth/choose_random_images.tsv"
    conda:
        "../../envs/som.yaml"
    params:
        given=given(
            n_prototypes=WORTH.n_units,
            seed=WORTH_SEED,
            code=code_of("worth/choose_random_images"),
        ),
    script:
        "../scripts/worth/choose_random_images.py"


rule fit_k_means:
    """Fit k-means, starting from the randomly chosen images: a control without a lattice."""
    input:
        images=f"results/datasets/{WORTH.dataset}/train.parquet",
    output:
        codebook="results/worth/codebooks/k_means.safetensors",
    log:
        "results/logs/worth/fit_k_means.log",
    benchmark:
        "results/benchmarks/worth/fit_k_means.tsv"
    conda:
        "../../envs/som.yaml"
    threads: 2
    resources:
        mem_mb=growing(3000),
        runtime=growing(30),
    params:
        given=given(
            n_prototypes=WORTH.n_units,
            epochs=K_MEANS_EPOCHS,
            seed=WORTH_SEED,
            code=code_of("worth/fit_k_means"),
        ),
    script:
        "../scripts/worth/fit_k_means.py"


for name, codebook in WORTH_CODEBOOKS.items():

    rule:
        name:
            f"map_prototypes_{name}"
        input:
            test=f"results/datasets/{WORTH.dataset}/test.parquet",
            training=f"results/datasets/{WORTH.dataset}/train.parquet",
            codebook=codebook,
        output:
            table=f"results/worth/bmus/{name}.parquet",
        log:
            f"results/logs/worth/map_prototypes_{name}.log",
        benchmark:
            f"results/benchmarks/worth/map_prototypes_{name}.tsv"
        conda:
            "../../envs/som.yaml"
        threads: 2
        resources:
            mem_mb=growing(3000),
        params:
            given=given(
                run=RUNS.settings("article"),
                code=code_of("worth/map_prototypes"),
            ),
        script:
            "../scripts/worth/map_prototypes.py"


rule measure_worth:
    """Measure the share of single-digit units by number of images, for map, controls and chance."""
    input:
        bmus=expand("results/worth/bmus/{name}.parquet", name=WORTH_CODEBOOKS),
    output:
        table="results/worth/worth.parquet",
    log:
        "results/logs/worth/measure_worth.log",
    benchmark:
        "results/benchmarks/worth/measure_worth.tsv"
    conda:
        "../../envs/som.yaml"
    resources:
        runtime=growing(60),
    params:
        given=given(
            run=RUNS.settings("article"),
            sizes=WORTH_SIZES,
            draws=WORTH_DRAWS,
            permutations=WORTH_PERMUTATIONS,
            seed=WORTH_SEED,
            code=code_of("worth/measure_worth"),
        ),
    script:
        "../scripts/worth/measure_worth.py"


rule plot_worth:
    """Draw the shares of single-digit units against the images shown, and the label accuracies."""
    input:
        table="results/worth/worth.parquet",
    output:
        png=of_study_in_report("worth", "results/worth/figures/worth.png"),
        svg="results/worth/figures/worth.svg",
    log:
        "results/logs/worth/plot_worth.log",
    conda:
        "../../envs/som.yaml"
    params:
        given=given(
            run=RUNS.settings("article"),
            style=config["figures"]["worth"],
            code=code_of("worth/plot_worth"),
        ),
    script:
        "../scripts/worth/plot_worth.py"
