"""The benchmark: the engine compared with its peers, its floors and a float64 loop.

The sizes and epochs that are measured are set here, not in the configuration, because the numbers
in results/reference/README.md depend on them. The benchmark starts from the article's checkpoints,
and for the batch rule from those of the same map by that rule, so these are trained first.
"""

BENCHMARK, BENCHMARK_BATCH = EXPERIMENTS["article"], EXPERIMENTS["article_batch"]
BENCHMARK_THREADS = 2
# Snakemake lowers this to the cores it may use. So a measurement takes all of them, and no other
# job runs at the same time.
ALL_CORES = 64
PEER_MODULES = [
    *("run", "ours", "minisom", "fastersom", "xpysom", "python_som"),
    *("torchsom", "quicksom", "somoclu", "numbasom", "sparse_som"),
]
# Epochs of the article from which peers are timed: radius 47.5, 10.2, 2.4 and 0.67 grid steps.
BENCHMARK_EPOCHS = [2, 32, 60, 85]
BATCH_EPOCHS = [epoch for epoch in [2, 32, 85] if epoch <= BENCHMARK_BATCH.epochs]
# An epoch of the batch rule is timed as in training: our search has searched the codebooks of so
# many epochs before. The first two of these searches make its bounds. After eight it has as much to
# do as in a whole run (see results/reference/README.md).
EARLIER_EPOCHS = 8
# A loop in Python takes milliseconds per sample, so only a part of the epoch is timed.
PART, LARGER_PART = 300, 6000
BENCHMARK_LIBRARIES = [
    {
        "name": name,
        "rule": rule,
        "epochs": [epoch for epoch in epochs if epoch <= trained.epochs],
        "samples": samples,
        "rounds": rounds,
    }
    # Over a whole epoch of the online rule, near ties make two libraries choose different winners.
    | {"checked": PART if rule == "online" else samples}
    for name, rule, epochs, samples, rounds in [
        ("ours", "online", BENCHMARK_EPOCHS, 60_000, 3),
        ("minisom", "online", BENCHMARK_EPOCHS, PART, 3),
        ("python_som", "online", [32], PART, 3),
        ("torchsom", "online", [32], PART, 3),
        ("quicksom", "online", [32], PART, 3),
        ("numbasom", "online", BENCHMARK_EPOCHS, PART, 3),
        ("sparse_som", "online", BENCHMARK_EPOCHS, LARGER_PART, 3),
        ("ours", "batch", BATCH_EPOCHS, 60_000, 3),
        ("fastersom", "batch", BATCH_EPOCHS, 60_000, 3),
        ("xpysom", "batch", [32], 60_000, 3),
        ("python_som", "batch", [32], LARGER_PART, 1),
        ("torchsom", "batch", [32], LARGER_PART, 1),
        ("minisom", "batch", [32], LARGER_PART, 1),
        ("somoclu", "batch", [32], LARGER_PART, 1),
        ("sparse_som", "batch", [32], LARGER_PART, 1),
    ]
    for trained in [BENCHMARK if rule == "online" else BENCHMARK_BATCH]
]
BENCHMARK_SIZES = {
    "units": [100, 400, 900, 1600, 2500, 4900],
    "features": [49, 98, 196, 392, 784, 1568],
    "samples": [1000, 4000, 16_000, 60_000],
    "block size": [16, 32, 48, 64, 96, 128, 192, 256],
}
# The largest map has 300×300 units; a million images of 28×28 pixels are read in parts.
BENCHMARK_MEMORY = {
    "units": [*BENCHMARK_SIZES["units"], 90_000],
    "samples": [10_000, 30_000, 100_000, 300_000, 1_000_000],
}
# Epochs of the faithfulness study: early, middle and late.
STUDIED_EPOCHS = [1, 10, 32, 45, 60, 90]
SCHEDULE = {
    "learning_rate": BENCHMARK.learning_rate,
    "radius": BENCHMARK.radius,
    "decay": BENCHMARK.decay,
}
BENCHMARK_TABLES = [
    *("peers", "schedule", "scaling", "memory"),
    *("faithfulness_segments", "faithfulness_windows"),
]
BENCHMARK_FIGURES = [
    *("benchmark_peers", "benchmark_schedule", "benchmark_scaling", "benchmark_memory"),
    "faithfulness",
]


rule benchmark:
    """Compare the engine with other libraries, floors and a float64 loop: tables and figures."""
    input:
        expand("results/benchmark/{table}.parquet", table=BENCHMARK_TABLES),
        expand(
            "results/benchmark/figures/{figure}.{kind}",
            figure=BENCHMARK_FIGURES,
            kind=["png", "svg"],
        ),
    localrule: True


rule install_peers:
    """Install the libraries that the benchmark compares with, in an environment of their own."""
    input:
        lock=str(ROOT / "envs" / "peers.txt"),
    output:
        # Not among the results: those may come from elsewhere, and this is run.
        environment=directory(".environments/peers"),
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
    """Time the engine and the other libraries in turn, from the same codebooks and schedule."""
    input:
        images=f"results/datasets/{BENCHMARK.dataset}/train.parquet",
        checkpoints=RUNS.checkpoints_before("article", BENCHMARK_EPOCHS),
        batch_checkpoints=RUNS.checkpoints_before(
            "article_batch", [max(1, epoch - EARLIER_EPOCHS) for epoch in BATCH_EPOCHS]
        ),
        environment=".environments/peers",
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
            batch_run=RUNS.settings("article_batch"),
            measured={
                "schedule": SCHEDULE,
                "libraries": BENCHMARK_LIBRARIES,
                "batch_epochs": BATCH_EPOCHS,
                "rounds": 3,
                "threads": BENCHMARK_THREADS,
            },
            code=code_of("benchmark/benchmark_peers"),
            peers=code_hash(*[f"workflow/peers/{name}.py" for name in PEER_MODULES]),
        ),
    script:
        "../scripts/benchmark/benchmark_peers.py"


rule benchmark_schedule:
    """Time each form of the online rule and its floor, at epochs throughout the article's run."""
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
    """Time the engine for several numbers of units, features and samples, and block sizes."""
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


rule benchmark_memory:
    """Measure the peak memory of training, for several numbers of units and of samples."""
    input:
        images=f"results/datasets/{BENCHMARK.dataset}/train.parquet",
    output:
        table="results/benchmark/memory.parquet",
    log:
        "results/logs/benchmark/benchmark_memory.log",
    conda:
        "../../envs/som.yaml"
    threads: ALL_CORES
    resources:
        mem_mb=growing(12_000),
        runtime=growing(240),
    params:
        given=given(
            measured={
                "sizes": BENCHMARK_MEMORY,
                "asked_mb": {
                    n_units: training_memory(n_units)
                    for n_units in sorted({2500, *BENCHMARK_MEMORY["units"]})
                },
                "threads": BENCHMARK_THREADS,
            },
            code=code_of("benchmark/benchmark_memory"),
        ),
    script:
        "../scripts/benchmark/benchmark_memory.py"


rule measure_faithfulness:
    """Compare the engine's winners and codebooks with a float64 loop's, over whole epochs."""
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
    """Draw how many times longer the other libraries take than the engine."""
    input:
        table="results/benchmark/peers.parquet",
    output:
        png=of_study_in_report(
            "benchmark_peers", "results/benchmark/figures/benchmark_peers.png"
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
    """Draw the time per sample over the schedule, for each form of the online rule."""
    input:
        table="results/benchmark/schedule.parquet",
    output:
        png=of_study_in_report(
            "benchmark_schedule", "results/benchmark/figures/benchmark_schedule.png"
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
    """Draw the time per sample against each size, with the floors."""
    input:
        table="results/benchmark/scaling.parquet",
    output:
        png=of_study_in_report(
            "benchmark_scaling", "results/benchmark/figures/benchmark_scaling.png"
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


rule plot_benchmark_memory:
    """Draw the peak memory of training against units and samples, with floors and predictions."""
    input:
        table="results/benchmark/memory.parquet",
    output:
        png=of_study_in_report(
            "benchmark_memory", "results/benchmark/figures/benchmark_memory.png"
        ),
        svg="results/benchmark/figures/benchmark_memory.svg",
    log:
        "results/logs/benchmark/plot_benchmark_memory.log",
    conda:
        "../../envs/som.yaml"
    params:
        given=given(
            style=config["figures"]["benchmark_memory"],
            code=code_of("benchmark/plot_benchmark_memory"),
        ),
    script:
        "../scripts/benchmark/plot_benchmark_memory.py"


rule plot_faithfulness:
    """Draw how near the engine stays to a float64 loop, and where their winners differ."""
    input:
        segments="results/benchmark/faithfulness_segments.parquet",
        windows="results/benchmark/faithfulness_windows.parquet",
    output:
        png=of_study_in_report(
            "faithfulness", "results/benchmark/figures/faithfulness.png"
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
