"""Comparisons: several experiments in one table, and how well maps of several seeds agree."""


rule topologies:
    """Compare lattices, kernels, initial codebooks and schedules: tables and figures."""
    input:
        COMPARISONS.files("topologies"),
        expand(
            "results/topologies/figures/{figure}.{kind}",
            figure=["lattices", "kernel_maps"],
            kind=["png", "svg"],
        ),
    localrule: True


rule replicates:
    """Compare runs with different seeds: measures with intervals, and how stable neighbours are."""
    input:
        COMPARISONS.files("replicates"),
        expand(
            "results/replicates/stability/{experiment}.json",
            experiment=COMPARISONS.replicated(),
        ),
        expand("results/replicates/figures/stability.{kind}", kind=["png", "svg"]),
    localrule: True


rule trade_off:
    """Compare accuracy and topology as the radius falls below half a grid step."""
    input:
        COMPARISONS.files("trade_off"),
    localrule: True


rule compare_experiments:
    """Write one row per run, or per epoch of each run: settings, purity and quality."""
    input:
        purity=lambda wildcards: COMPARISONS.inputs(
            wildcards.comparison, "purity/epoch_{epoch}.json"
        ),
        quality=lambda wildcards: COMPARISONS.inputs(
            wildcards.comparison, "quality/epoch_{epoch}.json"
        ),
    output:
        table="results/{target}/{comparison}.parquet",
    log:
        "results/logs/{target}/compare_experiments_{comparison}.log",
    conda:
        "../../envs/som.yaml"
    params:
        given=given(
            run=lambda wildcards: COMPARISONS.settings(wildcards.comparison),
            code=code_of("comparisons/compare_experiments"),
        ),
    script:
        "../scripts/comparisons/compare_experiments.py"


rule plot_comparison:
    """Draw every measure of the experiments of one comparison."""
    input:
        table="results/{target}/{comparison}.parquet",
    output:
        png=of_study_in_report(
            "comparison", "results/{target}/figures/{comparison}.png", "{comparison}"
        ),
        svg="results/{target}/figures/{comparison}.svg",
    log:
        "results/logs/{target}/plot_comparison_{comparison}.log",
    wildcard_constraints:
        comparison=drawn_as("comparison"),
    conda:
        "../../envs/som.yaml"
    params:
        given=given(
            run=lambda wildcards: COMPARISONS.settings(wildcards.comparison),
            style=config["figures"]["comparison"],
            code=code_of("comparisons/plot_comparison"),
        ),
    script:
        "../scripts/comparisons/plot_comparison.py"


rule plot_trade_off:
    """Draw accuracy against topology as the radius falls below half a grid step."""
    input:
        table="results/{target}/{comparison}.parquet",
    output:
        png=of_study_in_report("trade_off", "results/{target}/figures/{comparison}.png"),
        svg="results/{target}/figures/{comparison}.svg",
    log:
        "results/logs/{target}/plot_trade_off_{comparison}.log",
    wildcard_constraints:
        comparison=drawn_as("trade_off"),
    conda:
        "../../envs/som.yaml"
    params:
        given=given(
            run=lambda wildcards: COMPARISONS.settings(wildcards.comparison),
            style=config["figures"]["trade_off"],
            code=code_of("comparisons/plot_trade_off"),
        ),
    script:
        "../scripts/comparisons/plot_trade_off.py"


rule plot_lattices:
    """Draw the maps of all lattices next to each other."""
    input:
        purity=COMPARISONS.inputs("topologies", "purity/epoch_{epoch}.parquet"),
    output:
        png=of_study_in_report("lattices", "results/topologies/figures/lattices.png"),
        svg="results/topologies/figures/lattices.svg",
    log:
        "results/logs/topologies/plot_lattices.log",
    conda:
        "../../envs/som.yaml"
    params:
        given=given(
            run=COMPARISONS.settings("topologies"),
            style=config["figures"]["lattices"],
            code=code_of("comparisons/plot_lattices"),
        ),
    script:
        "../scripts/comparisons/plot_lattices.py"


rule plot_kernel_maps:
    """Draw the map that each neighbourhood kernel gives."""
    input:
        purity=COMPARISONS.inputs("kernels", "purity/epoch_{epoch}.parquet"),
        checkpoints=COMPARISONS.inputs(
            "kernels", "checkpoints/epoch_{epoch}.safetensors"
        ),
    output:
        png=of_study_in_report(
            "kernel_maps", "results/topologies/figures/kernel_maps.png"
        ),
        svg="results/topologies/figures/kernel_maps.svg",
    log:
        "results/logs/topologies/plot_kernel_maps.log",
    conda:
        "../../envs/som.yaml"
    params:
        given=given(
            run=COMPARISONS.settings("kernels"),
            kernels={name: EXPERIMENTS[name].kernel for name in COMPARED["kernels"]},
            style=config["figures"]["kernel_maps"],
            code=code_of("comparisons/plot_kernel_maps"),
        ),
    script:
        "../scripts/comparisons/plot_kernel_maps.py"


for name in COMPARISONS.replicated():

    rule:
        name:
            f"measure_stability_{name}"
        input:
            activations=RUNS.in_last_epoch([name], "activations/epoch_{epoch}.parquet"),
        output:
            summary=f"results/replicates/stability/{name}.json",
        log:
            f"results/logs/replicates/measure_stability_{name}.log",
        benchmark:
            f"results/benchmarks/replicates/measure_stability_{name}.tsv"
        conda:
            "../../envs/som.yaml"
        params:
            given=given(
                run=RUNS.settings(name), code=code_of("comparisons/measure_stability")
            ),
        script:
            "../scripts/comparisons/measure_stability.py"


rule plot_stability:
    """Draw how often two neighbouring test images are neighbours on another map, next to chance."""
    input:
        summaries=expand(
            "results/replicates/stability/{experiment}.json",
            experiment=COMPARISONS.replicated(),
        ),
    output:
        png=of_study_in_report("stability", "results/replicates/figures/stability.png"),
        svg="results/replicates/figures/stability.svg",
    log:
        "results/logs/replicates/plot_stability.log",
    conda:
        "../../envs/som.yaml"
    params:
        given=given(
            run=COMPARISONS.settings("replicates"),
            style=config["figures"]["stability"],
            code=code_of("comparisons/plot_stability"),
        ),
    script:
        "../scripts/comparisons/plot_stability.py"
