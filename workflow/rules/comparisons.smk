"""Comparisons: experiments side by side, and maps of one experiment held against each other."""


rule compare_experiments:
    """One row a run: settings, purity and quality in its last epoch."""
    input:
        purity=in_compared_runs("purity/epoch_{epoch}.json"),
        quality=in_compared_runs("quality/epoch_{epoch}.json"),
    output:
        table="results/{target}/{comparison}.parquet",
    log:
        "results/logs/{target}/compare_experiments_{comparison}.log",
    conda:
        "../../envs/som.yaml"
    params:
        run=settings_of_compared,
        code=code_hash("workflow/scripts/comparisons/compare_experiments.py"),
    script:
        "../scripts/comparisons/compare_experiments.py"


rule plot_comparison:
    """Every measure of a comparison's experiments."""
    input:
        table="results/{target}/{comparison}.parquet",
    output:
        png=report(
            "results/{target}/figures/{comparison}.png",
            caption="../report/comparison.rst",
            category="Comparisons",
        ),
        svg="results/{target}/figures/{comparison}.svg",
    log:
        "results/logs/{target}/plot_comparison_{comparison}.log",
    wildcard_constraints:
        comparison="topologies|kernels|starts|replicates",
    conda:
        "../../envs/som.yaml"
    params:
        run=settings_of_compared,
        style=config["figures"]["comparison"],
        code=code_hash(
            "workflow/scripts/comparisons/plot_comparison.py",
            "workflow/som/figures/drawing/style.mplstyle",
        ),
    script:
        "../scripts/comparisons/plot_comparison.py"


rule plot_lattices:
    """The maps of all lattices."""
    input:
        purity=runs_of("topologies", "purity/epoch_{epoch}.parquet"),
    output:
        png=report(
            "results/topologies/figures/lattices.png",
            caption="../report/comparison.rst",
            category="Comparisons",
        ),
        svg="results/topologies/figures/lattices.svg",
    log:
        "results/logs/topologies/plot_lattices.log",
    conda:
        "../../envs/som.yaml"
    params:
        run={name: settings_of(name) for name in COMPARISONS["topologies"]},
        style=config["figures"]["lattices"],
        code=code_hash(
            "workflow/scripts/comparisons/plot_lattices.py",
            "workflow/som/figures/drawing/style.mplstyle",
        ),
    script:
        "../scripts/comparisons/plot_lattices.py"


rule plot_kernel_maps:
    """What each neighbourhood kernel does to the map."""
    input:
        purity=runs_of("kernels", "purity/epoch_{epoch}.parquet"),
        checkpoints=runs_of("kernels", "checkpoints/epoch_{epoch}.safetensors"),
    output:
        png=report(
            "results/topologies/figures/kernel_maps.png",
            caption="../report/comparison.rst",
            category="Comparisons",
        ),
        svg="results/topologies/figures/kernel_maps.svg",
    log:
        "results/logs/topologies/plot_kernel_maps.log",
    conda:
        "../../envs/som.yaml"
    params:
        run={name: settings_of(name) for name in COMPARISONS["kernels"]},
        kernels={name: EXPERIMENTS[name].kernel for name in COMPARISONS["kernels"]},
        style=config["figures"]["kernel_maps"],
        code=code_hash(
            "workflow/scripts/comparisons/plot_kernel_maps.py",
            "workflow/som/figures/drawing/style.mplstyle",
        ),
    script:
        "../scripts/comparisons/plot_kernel_maps.py"


rule plot_trade_off:
    """Accuracy against topology as the radius falls below half a grid step."""
    input:
        table="results/trade_off/trade_off.parquet",
    output:
        png=report(
            "results/trade_off/figures/trade_off.png",
            caption="../report/comparison.rst",
            category="Comparisons",
        ),
        svg="results/trade_off/figures/trade_off.svg",
    log:
        "results/logs/trade_off/plot_trade_off.log",
    conda:
        "../../envs/som.yaml"
    params:
        run={name: settings_of(name) for name in COMPARISONS["trade_off"]},
        style=config["figures"]["trade_off"],
        code=code_hash(
            "workflow/scripts/comparisons/plot_trade_off.py",
            "workflow/som/figures/drawing/style.mplstyle",
        ),
    script:
        "../scripts/comparisons/plot_trade_off.py"


for name in COMPARISONS["replicates"]:
    if len(EXPERIMENTS[name].seeds) > 1:

        rule:
            name:
                f"measure_stability_{name}"
            input:
                activations=expand(
                    in_epochs(
                        name,
                        "activations/epoch_{epoch}.parquet",
                        [EXPERIMENTS[name].epochs],
                    ),
                    seed=EXPERIMENTS[name].seeds,
                ),
            output:
                summary=f"results/replicates/stability/{name}.json",
            log:
                f"results/logs/replicates/measure_stability_{name}.log",
            benchmark:
                f"results/benchmarks/replicates/measure_stability_{name}.tsv"
            conda:
                "../../envs/som.yaml"
            params:
                run=settings_of(name),
                code=code_hash("workflow/scripts/comparisons/measure_stability.py"),
            script:
                "../scripts/comparisons/measure_stability.py"


rule plot_stability:
    """How often two test images are neighbours again on another map, beside chance."""
    input:
        summaries=expand(
            "results/replicates/stability/{experiment}.json",
            experiment=replicated_experiments(),
        ),
    output:
        png=report(
            "results/replicates/figures/stability.png",
            caption="../report/comparison.rst",
            category="Comparisons",
        ),
        svg="results/replicates/figures/stability.svg",
    log:
        "results/logs/replicates/plot_stability.log",
    conda:
        "../../envs/som.yaml"
    params:
        run={name: settings_of(name) for name in COMPARISONS["replicates"]},
        style=config["figures"]["stability"],
        code=code_hash(
            "workflow/scripts/comparisons/plot_stability.py",
            "workflow/som/figures/drawing/style.mplstyle",
        ),
    script:
        "../scripts/comparisons/plot_stability.py"
