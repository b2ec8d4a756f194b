"""The benchmark: the engine beside its peers, its floors and a float64 loop.

What is measured stands here, not in the configuration: it is what the README's figures mean. It
starts from the article's checkpoints, so they are trained first.
"""

BENCHMARK = EXPERIMENTS["article"]
BENCHMARK_THREADS = 2
# Snakemake caps it: a measurement takes all cores, so that nothing runs beside it.
ALL_CORES = 64
PEER_MODULES = [
    *("run", "ours", "minisom", "fastersom", "xpysom", "python_som"),
    *("torchsom", "quicksom", "somoclu"),
]
# Epochs of the article from which peers are timed: radius 47.5, 10.2, 2.4 and 0.67 grid steps.
BENCHMARK_EPOCHS = [2, 32, 60, 85]
# A loop in Python takes milliseconds a sample, so it is timed on a part of an epoch.
PART, LARGER_PART = 300, 6000
BENCHMARK_LIBRARIES = [
    {
        "name": name,
        "rule": rule,
        "epochs": [epoch for epoch in epochs if epoch <= BENCHMARK.epochs],
        "samples": samples,
        "rounds": rounds,
    }
    # Over a whole epoch of the online rule paths part at near ties.
    | {"checked": PART if rule == "online" else samples}
    for name, rule, epochs, samples, rounds in [
        ("ours", "online", BENCHMARK_EPOCHS, 60_000, 3),
        ("minisom", "online", BENCHMARK_EPOCHS, PART, 3),
        ("python_som", "online", [32], PART, 3),
        ("torchsom", "online", [32], PART, 3),
        ("quicksom", "online", [32], PART, 3),
        ("ours", "batch", [2, 32, 85], 60_000, 3),
        ("fastersom", "batch", [2, 32, 85], 60_000, 3),
        ("xpysom", "batch", [32], 60_000, 3),
        ("python_som", "batch", [32], LARGER_PART, 1),
        ("torchsom", "batch", [32], LARGER_PART, 1),
        ("minisom", "batch", [32], LARGER_PART, 1),
        ("somoclu", "batch", [32], LARGER_PART, 1),
    ]
]
BENCHMARK_SIZES = {
    "units": [100, 400, 900, 1600, 2500, 4900],
    "features": [49, 98, 196, 392, 784, 1568],
    "samples": [1000, 4000, 16_000, 60_000],
    "block size": [16, 32, 48, 64, 96, 128, 192, 256],
}
# Epochs of the faithfulness study: early, middle and late.
STUDIED_EPOCHS = [1, 10, 32, 45, 60, 90]
SCHEDULE = {
    "learning_rate": BENCHMARK.learning_rate,
    "radius": BENCHMARK.radius,
    "decay": BENCHMARK.decay,
}
BENCHMARK_TABLES = [
    *("peers", "schedule", "scaling", "faithfulness_segments", "faithfulness_windows"),
]
BENCHMARK_FIGURES = [
    *("benchmark_peers", "benchmark_schedule", "benchmark_scaling", "faithfulness"),
]


rule benchmark:
    """The engine next to its peers, its floors and a float64 loop: tables and figures."""
    input:
        expand("results/benchmark/{table}.parquet", table=BENCHMARK_TABLES),
        expand(
            "results/benchmark/figures/{figure}.{kind}",
            figure=BENCHMARK_FIGURES,
            kind=["png", "svg"],
        ),
    localrule: True


rule install_peers:
    """The libraries to compare with, in an environment that nothing else uses."""
    input:
        lock="envs/peers.txt",
    output:
        environment=directory("results/benchmark/peers_environment"),
        versions="results/benchmark/peers.txt",
    log:
        "results/logs/benchmark/install_peers.log",
    localrule: True
    conda:
        "../../envs/som.yaml"
    params:
        given=given(
            code=code_of("benchmark/install_peers"),
        ),
    script:
        "../scripts/benchmark/install_peers.py"


rule benchmark_peers:
    """This engine and its peers, in turn, from the same codebooks and schedule."""
    input:
        images=f"results/datasets/{BENCHMARK.dataset}/train.parquet",
        checkpoints=RUNS.checkpoints_before("article", BENCHMARK_EPOCHS),
        environment="results/benchmark/peers_environment",
        versions="results/benchmark/peers.txt",
    output:
        table="results/benchmark/peers.parquet",
    log:
        "results/logs/benchmark/benchmark_peers.log",
    conda:
        "../../envs/som.yaml"
    threads: ALL_CORES
    resources:
        mem_mb=growing(8000),
        runtime=growing(240),
    params:
        given=given(
            run=RUNS.settings("article"),
            measured={
                "schedule": SCHEDULE,
                "libraries": BENCHMARK_LIBRARIES,
                "rounds": 3,
                "threads": BENCHMARK_THREADS,
            },
            code=code_of("benchmark/benchmark_peers"),
            peers=code_hash(*[f"workflow/peers/{name}.py" for name in PEER_MODULES]),
        ),
    script:
        "../scripts/benchmark/benchmark_peers.py"


rule benchmark_schedule:
    """The forms of the online rule, epoch by epoch of the article, beside their floor."""
    input:
        images=f"results/datasets/{BENCHMARK.dataset}/train.parquet",
        checkpoints=RUNS.checkpoints_before("article", [1, 2, *range(5, 91, 5)]),
    output:
        table="results/benchmark/schedule.parquet",
    log:
        "results/logs/benchmark/benchmark_schedule.log",
    conda:
        "../../envs/som.yaml"
    threads: ALL_CORES
    resources:
        mem_mb=growing(8000),
        runtime=growing(240),
    params:
        given=given(
            run=RUNS.settings("article"),
            measured={
                "schedule": SCHEDULE,
                "rounds": 3,
                "samples": 8192,
                "threads": BENCHMARK_THREADS,
            },
            code=code_of("benchmark/benchmark_schedule"),
        ),
    script:
        "../scripts/benchmark/benchmark_schedule.py"


rule benchmark_scaling:
    """The engine against the sizes of map, samples and blocks."""
    input:
        images=f"results/datasets/{BENCHMARK.dataset}/train.parquet",
    output:
        table="results/benchmark/scaling.parquet",
    log:
        "results/logs/benchmark/benchmark_scaling.log",
    conda:
        "../../envs/som.yaml"
    threads: ALL_CORES
    resources:
        mem_mb=growing(8000),
        runtime=growing(240),
    params:
        given=given(
            measured={
                "sizes": BENCHMARK_SIZES,
                "rounds": 3,
                "threads": BENCHMARK_THREADS,
            },
            code=code_of("benchmark/benchmark_scaling"),
        ),
    script:
        "../scripts/benchmark/benchmark_scaling.py"


rule measure_faithfulness:
    """Winners and codebooks of the engine against a float64 loop over whole epochs."""
    input:
        images=f"results/datasets/{BENCHMARK.dataset}/train.parquet",
        checkpoints=RUNS.checkpoints_before("article", STUDIED_EPOCHS),
    output:
        segments="results/benchmark/faithfulness_segments.parquet",
        windows="results/benchmark/faithfulness_windows.parquet",
    log:
        "results/logs/benchmark/measure_faithfulness.log",
    conda:
        "../../envs/som.yaml"
    threads: ALL_CORES
    resources:
        mem_mb=growing(8000),
        runtime=growing(240),
    params:
        given=given(
            run=RUNS.settings("article"),
            experiment="article",
            seed=BENCHMARK.seeds[0],
            n_samples=None,
            code=code_of("benchmark/measure_faithfulness"),
        ),
    script:
        "../scripts/benchmark/measure_faithfulness.py"


rule plot_benchmark_peers:
    """How many times longer the peers take."""
    input:
        table="results/benchmark/peers.parquet",
    output:
        png=report(
            "results/benchmark/figures/benchmark_peers.png",
            caption="../report/benchmark.rst",
            category="Benchmark",
        ),
        svg="results/benchmark/figures/benchmark_peers.svg",
    log:
        "results/logs/benchmark/plot_benchmark_peers.log",
    conda:
        "../../envs/som.yaml"
    params:
        given=given(
            style=config["figures"]["benchmark_peers"],
            code=code_of("benchmark/plot_benchmark_peers"),
        ),
    script:
        "../scripts/benchmark/plot_benchmark_peers.py"


rule plot_benchmark_schedule:
    """Time a sample over the schedule, by form."""
    input:
        table="results/benchmark/schedule.parquet",
    output:
        png=report(
            "results/benchmark/figures/benchmark_schedule.png",
            caption="../report/benchmark.rst",
            category="Benchmark",
        ),
        svg="results/benchmark/figures/benchmark_schedule.svg",
    log:
        "results/logs/benchmark/plot_benchmark_schedule.log",
    conda:
        "../../envs/som.yaml"
    params:
        given=given(
            style=config["figures"]["benchmark_schedule"],
            code=code_of("benchmark/plot_benchmark_schedule"),
        ),
    script:
        "../scripts/benchmark/plot_benchmark_schedule.py"


rule plot_benchmark_scaling:
    """Time a sample against sizes, with floors."""
    input:
        table="results/benchmark/scaling.parquet",
    output:
        png=report(
            "results/benchmark/figures/benchmark_scaling.png",
            caption="../report/benchmark.rst",
            category="Benchmark",
        ),
        svg="results/benchmark/figures/benchmark_scaling.svg",
    log:
        "results/logs/benchmark/plot_benchmark_scaling.log",
    conda:
        "../../envs/som.yaml"
    params:
        given=given(
            style=config["figures"]["benchmark_scaling"],
            code=code_of("benchmark/plot_benchmark_scaling"),
        ),
    script:
        "../scripts/benchmark/plot_benchmark_scaling.py"


rule plot_faithfulness:
    """How near the engine stays to a float64 loop, and where paths part."""
    input:
        segments="results/benchmark/faithfulness_segments.parquet",
        windows="results/benchmark/faithfulness_windows.parquet",
    output:
        png=report(
            "results/benchmark/figures/faithfulness.png",
            caption="../report/benchmark.rst",
            category="Benchmark",
        ),
        svg="results/benchmark/figures/faithfulness.svg",
    log:
        "results/logs/benchmark/plot_faithfulness.log",
    conda:
        "../../envs/som.yaml"
    params:
        given=given(
            style=config["figures"]["faithfulness"],
            code=code_of("benchmark/plot_faithfulness"),
        ),
    script:
        "../scripts/benchmark/plot_faithfulness.py"
