"""The travelling salesman: a ring on cities in the plane, compared with other methods."""


rule tsp:
    """Train a ring on cities: tours, their gaps next to those of other methods, and pictures."""
    input:
        everything_of_tsp(INSTANCES, TSP.seeds),
    localrule: True


rule prepare_cities:
    """Write one row per city, read from a TSPLIB file or drawn at random."""
    input:
        lambda wildcards: INSTANCES[wildcards.instance].file,
    output:
        cities=CITIES,
    log:
        "results/logs/tsp/{instance}/prepare_cities.log",
    benchmark:
        "results/benchmarks/tsp/{instance}/prepare_cities.tsv"
    localrule: True
    conda:
        "../../envs/som.yaml"
    params:
        given=given(
            source=lambda wildcards: INSTANCES[wildcards.instance].source,
            optimum=lambda wildcards: INSTANCES[wildcards.instance].optimum,
            random_cities=TSP.random_cities,
            random_seed=TSP.random_seed,
            code=code_of("tsp/prepare_cities"),
        ),
    script:
        "../scripts/tsp/prepare_cities.py"


rule train_ring:
    """Train the ring; write its shortest tour, the tour after its first fall, and snapshots."""
    input:
        cities=CITIES,
    output:
        tour=f"{RING}/tour.parquet",
        first_tour=f"{RING}/first_tour.parquet",
        snapshots=f"{RING}/snapshots.parquet",
    log:
        "results/logs/tsp/{instance}/seed_{seed}/train_ring.log",
    benchmark:
        "results/benchmarks/tsp/{instance}/seed_{seed}/train_ring.tsv"
    group:
        "tour"
    conda:
        "../../envs/som.yaml"
    resources:
        runtime=growing(30),
    params:
        given=given(
            settings=to_training(TSP),
            code=code_of("tsp/train_ring"),
        ),
    script:
        "../scripts/tsp/train_ring.py"


rule improve_tours:
    """Improve the ring's tours by 2-opt and Or-opt."""
    input:
        cities=CITIES,
        rings=expand(f"{RING}/tour.parquet", seed=TSP.seeds, allow_missing=True),
    output:
        tours="results/tsp/{instance}/improved_tours.parquet",
    log:
        "results/logs/tsp/{instance}/improve_tours.log",
    benchmark:
        "results/benchmarks/tsp/{instance}/improve_tours.tsv"
    group:
        "tour"
    conda:
        "../../envs/som.yaml"
    resources:
        runtime=growing(60),
    params:
        given=given(
            code=code_of("tsp/improve_tours"),
        ),
    script:
        "../scripts/tsp/improve_tours.py"


rule control_tours:
    """Find tours by nearest neighbour, with and without 2-opt and Or-opt, and by a curve."""
    input:
        cities=CITIES,
    output:
        tours="results/tsp/{instance}/control_tours.parquet",
    log:
        "results/logs/tsp/{instance}/control_tours.log",
    benchmark:
        "results/benchmarks/tsp/{instance}/control_tours.tsv"
    conda:
        "../../envs/som.yaml"
    resources:
        runtime=growing(60),
    params:
        given=given(
            seeds=list(TSP.seeds),
            code=code_of("tsp/control_tours"),
        ),
    script:
        "../scripts/tsp/control_tours.py"


rule route_cities:
    """Find a tour by a solver of routing problems, in a given time."""
    input:
        cities=CITIES,
    output:
        tours="results/tsp/{instance}/routed_tours.parquet",
    log:
        "results/logs/tsp/{instance}/route_cities.log",
    benchmark:
        "results/benchmarks/tsp/{instance}/route_cities.tsv"
    conda:
        "../../envs/som.yaml"
    resources:
        runtime=growing(30),
    params:
        given=given(
            seconds=TSP.routing_seconds,
            code=code_of("tsp/route_cities"),
        ),
    script:
        "../scripts/tsp/route_cities.py"


rule measure_gaps:
    """Measure each tour's gap to the optimum, and the means over seeds."""
    input:
        cities=expand(CITIES, instance=INSTANCES),
        rings=expand(f"{RING}/tour.parquet", instance=INSTANCES, seed=TSP.seeds),
        firsts=expand(f"{RING}/first_tour.parquet", instance=INSTANCES, seed=TSP.seeds),
        others=expand(
            "results/tsp/{instance}/{kind}_tours.parquet",
            instance=INSTANCES,
            kind=OTHER_TOURS,
        ),
    output:
        gaps="results/tsp/gaps.parquet",
        summary="results/tsp/summary.parquet",
    log:
        "results/logs/tsp/measure_gaps.log",
    benchmark:
        "results/benchmarks/tsp/measure_gaps.tsv"
    conda:
        "../../envs/som.yaml"
    params:
        given=given(
            code=code_of("tsp/measure_gaps"),
        ),
    script:
        "../scripts/tsp/measure_gaps.py"


rule plot_tsp_gaps:
    """Draw how far each method's tours are from the optimum."""
    input:
        summary="results/tsp/summary.parquet",
    output:
        png=of_study_in_report("tsp_gaps", "results/tsp/figures/tsp_gaps.png"),
        svg="results/tsp/figures/tsp_gaps.svg",
    log:
        "results/logs/tsp/plot_tsp_gaps.log",
    benchmark:
        "results/benchmarks/tsp/plot_tsp_gaps.tsv"
    conda:
        "../../envs/som.yaml"
    params:
        given=given(
            style=config["figures"]["tsp_gaps"],
            code=code_of("tsp/plot_tsp_gaps"),
        ),
    script:
        "../scripts/tsp/plot_tsp_gaps.py"


rule plot_tsp_tour:
    """Draw the cities and the first seed's tour."""
    input:
        cities=CITIES,
        tour=f"results/tsp/{{instance}}/seed_{TSP.seeds[0]}/tour.parquet",
    output:
        png=of_study_in_report(
            "tsp_tour", "results/tsp/{instance}/figures/tsp_tour.png"
        ),
        svg="results/tsp/{instance}/figures/tsp_tour.svg",
    log:
        "results/logs/tsp/{instance}/plot_tsp_tour.log",
    benchmark:
        "results/benchmarks/tsp/{instance}/plot_tsp_tour.tsv"
    group:
        "tour"
    conda:
        "../../envs/som.yaml"
    params:
        given=given(
            style=config["figures"]["tsp_tour"],
            code=code_of("tsp/plot_tsp_tour"),
        ),
    script:
        "../scripts/tsp/plot_tsp_tour.py"


rule plot_tsp_closing:
    """Draw an animation of the ring closing in on the first seed's tour."""
    input:
        cities=CITIES,
        tour=f"results/tsp/{{instance}}/seed_{TSP.seeds[0]}/tour.parquet",
        snapshots=f"results/tsp/{{instance}}/seed_{TSP.seeds[0]}/snapshots.parquet",
    output:
        png="results/tsp/{instance}/figures/tsp_closing.png",
        gif=of_study_in_report(
            "tsp_closing", "results/tsp/{instance}/figures/tsp_closing.gif"
        ),
    log:
        "results/logs/tsp/{instance}/plot_tsp_closing.log",
    benchmark:
        "results/benchmarks/tsp/{instance}/plot_tsp_closing.tsv"
    group:
        "tour"
    conda:
        "../../envs/som.yaml"
    params:
        given=given(
            style=config["figures"]["tsp_closing"],
            code=code_of("tsp/plot_tsp_closing"),
        ),
    script:
        "../scripts/tsp/plot_tsp_closing.py"
