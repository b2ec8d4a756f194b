"""Figures: each has one rule, which reads tables.

After a change of a figure's code or style, only that figure is redrawn.
"""


rule plot_mnist_samples:
    """Draw a sheet of sample digits from the data set."""
    input:
        images=RUNS.of_table("test"),
    output:
        png=of_run_in_report("mnist_samples", f"{RUN}/figures/mnist_samples.png"),
    log:
        "results/logs/{experiment}/seed_{seed}/plot_mnist_samples.log",
    benchmark:
        "results/benchmarks/{experiment}/seed_{seed}/plot_mnist_samples.tsv"
    group:
        "samples"
    conda:
        "../../envs/som.yaml"
    params:
        given=given(
            run=RUNS.of_settings,
            style=config["figures"]["mnist_samples"],
            code=code_of("figures/plot_mnist_samples"),
        ),
    script:
        "../scripts/figures/plot_mnist_samples.py"


rule plot_activation_maps:
    """Draw the article's first picture: where each digit lights up the map."""
    input:
        purity=RUNS.of_last_epoch("purity/epoch_{epoch}.parquet"),
    output:
        png=of_run_in_report("activation_maps", f"{RUN}/figures/activation_maps.png"),
        svg=f"{RUN}/figures/activation_maps.svg",
    log:
        "results/logs/{experiment}/seed_{seed}/plot_activation_maps.log",
    benchmark:
        "results/benchmarks/{experiment}/seed_{seed}/plot_activation_maps.tsv"
    group:
        "measuring"
    conda:
        "../../envs/som.yaml"
    params:
        given=given(
            run=RUNS.of_settings,
            style=config["figures"]["activation_maps"],
            code=code_of("figures/plot_activation_maps"),
        ),
    script:
        "../scripts/figures/plot_activation_maps.py"


rule plot_combined_map:
    """Draw all digits on one map, next to a histogram of the unique digits per unit."""
    input:
        purity=RUNS.of_last_epoch("purity/epoch_{epoch}.parquet"),
        summary=RUNS.of_last_epoch("purity/epoch_{epoch}.json"),
    output:
        png=of_run_in_report("combined_map", f"{RUN}/figures/combined_map.png"),
        svg=f"{RUN}/figures/combined_map.svg",
    log:
        "results/logs/{experiment}/seed_{seed}/plot_combined_map.log",
    benchmark:
        "results/benchmarks/{experiment}/seed_{seed}/plot_combined_map.tsv"
    group:
        "measuring"
    conda:
        "../../envs/som.yaml"
    params:
        given=given(
            run=RUNS.of_settings,
            style=config["figures"]["combined_map"],
            code=code_of("figures/plot_combined_map"),
        ),
    script:
        "../scripts/figures/plot_combined_map.py"


rule plot_combined_map_epoch_001:
    """Draw the map of all digits and its histogram after the first epoch."""
    input:
        purity=f"{RUN}/purity/epoch_001.parquet",
        summary=f"{RUN}/purity/epoch_001.json",
    output:
        png=of_run_in_report(
            "combined_map_epoch_001", f"{RUN}/figures/combined_map_epoch_001.png"
        ),
        svg=f"{RUN}/figures/combined_map_epoch_001.svg",
    log:
        "results/logs/{experiment}/seed_{seed}/plot_combined_map_epoch_001.log",
    benchmark:
        "results/benchmarks/{experiment}/seed_{seed}/plot_combined_map_epoch_001.tsv"
    group:
        "measuring"
    conda:
        "../../envs/som.yaml"
    params:
        given=given(
            run=RUNS.of_settings,
            style=config["figures"]["combined_map_epoch_001"],
            code=code_of("figures/plot_combined_map"),
        ),
    script:
        "../scripts/figures/plot_combined_map.py"


rule plot_training_curves:
    """Draw errors, schedule and single-digit units against the epoch."""
    input:
        history=f"{RUN}/history.parquet",
        summaries=RUNS.of_evaluated_epochs("purity/epoch_{epoch}.json"),
    output:
        png=of_run_in_report("training_curves", f"{RUN}/figures/training_curves.png"),
        svg=f"{RUN}/figures/training_curves.svg",
    log:
        "results/logs/{experiment}/seed_{seed}/plot_training_curves.log",
    benchmark:
        "results/benchmarks/{experiment}/seed_{seed}/plot_training_curves.tsv"
    group:
        "measuring"
    conda:
        "../../envs/som.yaml"
    params:
        given=given(
            run=RUNS.of_settings,
            style=config["figures"]["training_curves"],
            code=code_of("figures/plot_training_curves"),
        ),
    script:
        "../scripts/figures/plot_training_curves.py"


rule plot_u_matrix:
    """Draw the U-matrix, which shows ridges between clusters."""
    input:
        u_matrix=RUNS.of_last_epoch("u_matrix/epoch_{epoch}.parquet"),
    output:
        png=of_run_in_report("u_matrix", f"{RUN}/figures/u_matrix.png"),
        svg=f"{RUN}/figures/u_matrix.svg",
    log:
        "results/logs/{experiment}/seed_{seed}/plot_u_matrix.log",
    benchmark:
        "results/benchmarks/{experiment}/seed_{seed}/plot_u_matrix.tsv"
    group:
        "measuring"
    conda:
        "../../envs/som.yaml"
    params:
        given=given(
            run=RUNS.of_settings,
            style=config["figures"]["u_matrix"],
            code=code_of("figures/plot_u_matrix"),
        ),
    script:
        "../scripts/figures/plot_u_matrix.py"


rule plot_hit_map:
    """Draw how many test samples each unit answers to."""
    input:
        purity=RUNS.of_last_epoch("purity/epoch_{epoch}.parquet"),
    output:
        png=of_run_in_report("hit_map", f"{RUN}/figures/hit_map.png"),
        svg=f"{RUN}/figures/hit_map.svg",
    log:
        "results/logs/{experiment}/seed_{seed}/plot_hit_map.log",
    benchmark:
        "results/benchmarks/{experiment}/seed_{seed}/plot_hit_map.tsv"
    group:
        "measuring"
    conda:
        "../../envs/som.yaml"
    params:
        given=given(
            run=RUNS.of_settings,
            style=config["figures"]["hit_map"],
            code=code_of("figures/plot_hit_map"),
        ),
    script:
        "../scripts/figures/plot_hit_map.py"


rule plot_component_planes:
    """Draw which pixels tell units apart, and the planes of some of them."""
    input:
        checkpoint=RUNS.of_last_epoch("checkpoints/epoch_{epoch}.safetensors"),
        purity=RUNS.of_last_epoch("purity/epoch_{epoch}.parquet"),
    output:
        png=of_run_in_report("component_planes", f"{RUN}/figures/component_planes.png"),
        svg=f"{RUN}/figures/component_planes.svg",
    log:
        "results/logs/{experiment}/seed_{seed}/plot_component_planes.log",
    benchmark:
        "results/benchmarks/{experiment}/seed_{seed}/plot_component_planes.tsv"
    group:
        "measuring"
    conda:
        "../../envs/som.yaml"
    params:
        given=given(
            run=RUNS.of_settings,
            style=config["figures"]["component_planes"],
            code=code_of("figures/plot_component_planes"),
        ),
    script:
        "../scripts/figures/plot_component_planes.py"


rule plot_clusters:
    """Draw the clusters of units of a map of samples without classes."""
    input:
        table=RUNS.of_last_epoch("clusters/epoch_{epoch}.parquet"),
        summary=RUNS.of_last_epoch("clusters/epoch_{epoch}.json"),
    output:
        png=of_run_in_report("clusters", f"{RUN}/figures/clusters.png"),
        svg=f"{RUN}/figures/clusters.svg",
    log:
        "results/logs/{experiment}/seed_{seed}/plot_clusters.log",
    benchmark:
        "results/benchmarks/{experiment}/seed_{seed}/plot_clusters.tsv"
    group:
        "measuring"
    conda:
        "../../envs/som.yaml"
    params:
        given=given(
            run=RUNS.of_settings,
            style=config["figures"]["clusters"],
            code=code_of("figures/plot_clusters"),
        ),
    script:
        "../scripts/figures/plot_clusters.py"


rule plot_prototypes:
    """Draw every unit's vector as an image, in its place on the lattice."""
    input:
        checkpoint=RUNS.of_last_epoch("checkpoints/epoch_{epoch}.safetensors"),
        purity=RUNS.of_last_epoch("purity/epoch_{epoch}.parquet"),
    output:
        png=of_run_in_report("prototypes", f"{RUN}/figures/prototypes.png"),
    log:
        "results/logs/{experiment}/seed_{seed}/plot_prototypes.log",
    benchmark:
        "results/benchmarks/{experiment}/seed_{seed}/plot_prototypes.tsv"
    group:
        "measuring"
    conda:
        "../../envs/som.yaml"
    params:
        given=given(
            run=RUNS.of_settings,
            style=config["figures"]["prototypes"],
            code=code_of("figures/plot_prototypes"),
        ),
    script:
        "../scripts/figures/plot_prototypes.py"


rule plot_evolution:
    """Draw an animation of the map of all digits over the epochs."""
    input:
        history=f"{RUN}/history.parquet",
        purity=RUNS.of_evaluated_epochs("purity/epoch_{epoch}.parquet"),
    output:
        png=f"{RUN}/figures/evolution.png",
        gif=of_run_in_report("evolution", f"{RUN}/figures/evolution.gif"),
    log:
        "results/logs/{experiment}/seed_{seed}/plot_evolution.log",
    benchmark:
        "results/benchmarks/{experiment}/seed_{seed}/plot_evolution.tsv"
    group:
        "measuring"
    conda:
        "../../envs/som.yaml"
    params:
        given=given(
            run=RUNS.of_settings,
            style=config["figures"]["evolution"],
            code=code_of("figures/plot_evolution"),
        ),
    script:
        "../scripts/figures/plot_evolution.py"


rule build_explorer:
    """Build one self-contained page on which the map is explored, epoch by epoch."""
    input:
        checkpoints=RUNS.of_shown_epochs("checkpoints/epoch_{epoch}.safetensors"),
        purity=RUNS.of_shown_epochs("purity/epoch_{epoch}.parquet"),
        activations=RUNS.of_last_epoch("activations/epoch_{epoch}.parquet"),
        training_activations=RUNS.of_last_epoch(
            "training_activations/epoch_{epoch}.parquet"
        ),
        images=RUNS.of_table("test"),
        summary=RUNS.of_last_epoch("purity/epoch_{epoch}.json"),
    output:
        html=of_run_in_report("explorer", f"{RUN}/explorer.html"),
    log:
        "results/logs/{experiment}/seed_{seed}/build_explorer.log",
    benchmark:
        "results/benchmarks/{experiment}/seed_{seed}/build_explorer.tsv"
    group:
        "measuring"
    conda:
        "../../envs/som.yaml"
    params:
        given=given(
            run=RUNS.of_settings,
            style=config["figures"]["explorer"],
            code=code_of("figures/build_explorer"),
        ),
    script:
        "../scripts/figures/build_explorer.py"
