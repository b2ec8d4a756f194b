"""Which files belong to an experiment, a comparison or an instance of the travelling salesman."""


def raw_files(wildcards):
    """Input function: a data set's original files."""
    return expand(
        "results/raw/{dataset}/{name}",
        dataset=wildcards.dataset,
        name=source_names(wildcards.dataset),
    )


def segments(experiment):
    """Epochs of each training job; the first one also makes epoch 0, the initial codebook."""
    starts = range(0, experiment.epochs, experiment.segment)
    ends = [min(start + experiment.segment, experiment.epochs) for start in starts]
    return [
        list(range(start + 1 if start else 0, end + 1))
        for start, end in zip(starts, ends)
    ]


def is_evaluated(experiment, epoch):
    """Whether the test set is mapped on the codebook of an epoch."""
    return epoch in (0, 1, experiment.epochs) or epoch % experiment.evaluate_every == 0


def evaluated(experiment, epochs):
    """The epochs among `epochs` on which the test set is mapped."""
    return [epoch for epoch in epochs if is_evaluated(experiment, epoch)]


def in_epochs(name, pattern, epochs):
    """One path an epoch below an experiment's folder; the seed stays a wildcard."""
    return [
        f"results/{name}/seed_{{seed}}/{pattern.format(epoch=f'{epoch:03d}')}"
        for epoch in epochs
    ]


def settings_of(name):
    """All that determines an experiment's codebooks, but for the data and the seed."""
    return to_fingerprint(EXPERIMENTS[name]) | {
        "code": code_hash(
            *[f"workflow/som/{module}.py" for module in DETERMINING_MODULES]
        )
    }


def run_settings(wildcards):
    """The settings of a run: every rule downstream of training carries them.

    Without them a table of an earlier run would look up to date after a change of settings and a
    failure in between.
    """
    return settings_of(wildcards.experiment)


def checkpoints_before(name, epochs):
    """The checkpoints from which epochs start, of the first seed of an experiment."""
    experiment = EXPERIMENTS[name]
    paths = in_epochs(
        name,
        "checkpoints/epoch_{epoch}.safetensors",
        [epoch - 1 for epoch in epochs if epoch <= experiment.epochs],
    )
    return expand(paths, seed=experiment.seeds[0])


def in_last_epoch(pattern):
    """Input function: a path of the experiment's last epoch."""

    def path(wildcards):
        epoch = EXPERIMENTS[wildcards.experiment].epochs
        return f"{RUN}/{pattern}".format(**wildcards, epoch=f"{epoch:03d}")

    return path


def in_evaluated_epochs(pattern):
    """Input function: the paths of all epochs on which the test set is mapped."""

    def paths(wildcards):
        experiment = EXPERIMENTS[wildcards.experiment]
        epochs = evaluated(experiment, range(experiment.epochs + 1))
        return expand(
            f"{RUN}/{pattern}", **wildcards, epoch=[f"{epoch:03d}" for epoch in epochs]
        )

    return paths


def in_trained_epochs(pattern):
    """Input function: the paths of all epochs but the initial one."""

    def paths(wildcards):
        epochs = range(1, EXPERIMENTS[wildcards.experiment].epochs + 1)
        return expand(
            f"{RUN}/{pattern}", **wildcards, epoch=[f"{epoch:03d}" for epoch in epochs]
        )

    return paths


def dataset_table(split):
    """Input function: the table of the experiment's data set."""

    def path(wildcards):
        dataset = EXPERIMENTS[wildcards.experiment].dataset
        return f"results/datasets/{dataset}/{split}.parquet"

    return path


def runs_of(comparison, pattern):
    """One path a run of a comparison, in the last epoch or, of a trade-off, in many."""
    paths = []
    for name in COMPARISONS[comparison]:
        experiment = EXPERIMENTS[name]
        epochs = [experiment.epochs]
        if comparison == "trade_off":
            epochs = evaluated(experiment, range(1, experiment.epochs + 1))
        paths += expand(in_epochs(name, pattern, epochs), seed=experiment.seeds)
    return paths


def in_compared_runs(pattern):
    """Input function: a path of each run of a comparison."""

    def paths(wildcards):
        return runs_of(wildcards.comparison, pattern)

    return paths


def settings_of_compared(wildcards):
    """The settings of all runs of a comparison."""
    return {name: settings_of(name) for name in COMPARISONS[wildcards.comparison]}


def replicated_experiments():
    """The experiments among the replicates that have several seeds."""
    return [
        name for name in COMPARISONS["replicates"] if len(EXPERIMENTS[name].seeds) > 1
    ]


def comparison_files(*comparisons):
    """The table of each comparison, and its figure."""
    return [
        f"results/{COMPARISON_FOLDERS[name]}/{path}"
        for name in comparisons
        for path in (f"{name}.parquet", f"figures/{name}.png", f"figures/{name}.svg")
    ]


def figure_paths(name):
    """All figures of an experiment, the seed still a wildcard."""
    return [
        f"results/{name}/seed_{{seed}}/figures/{figure}.{kind}"
        for figure, kinds in FIGURES.items()
        for kind in kinds
    ]


def figures_of(name):
    """All figures of an experiment."""
    return expand(figure_paths(name), seed=EXPERIMENTS[name].seeds)


def artifacts_of(name):
    """All files of one run of an experiment, the seed still a wildcard.

    Intermediates are listed, too: Snakemake judges by targets, and after a failure an old figure
    alone would look complete.
    """
    experiment = EXPERIMENTS[name]
    epochs = range(experiment.epochs + 1)
    measured = evaluated(experiment, epochs)
    by_epoch = {
        "checkpoints/epoch_{epoch}.safetensors": epochs,
        "training_activations/epoch_{epoch}.parquet": epochs,
        "activations/epoch_{epoch}.parquet": measured,
        "purity/epoch_{epoch}.parquet": measured,
        "purity/epoch_{epoch}.json": measured,
        "u_matrix/epoch_{epoch}.parquet": [experiment.epochs],
        "history.parquet": [0],
        "explorer.html": [0],
    }
    paths = [
        path
        for pattern, chosen in by_epoch.items()
        for path in in_epochs(name, pattern, chosen)
    ]
    return paths + figure_paths(name)


def artifacts_of_run(wildcards):
    """Input function: all files of a run."""
    return expand(artifacts_of(wildcards.experiment), seed=wildcards.seed)


def everything_of(name):
    """All artifacts of an experiment: its data set's tables, its runs, and their manifests."""
    experiment = EXPERIMENTS[name]
    tables = expand(
        "results/datasets/{dataset}/{split}.parquet",
        dataset=experiment.dataset,
        split=["train", "test"],
    )
    manifest = f"results/{name}/seed_{{seed}}/manifest.json"
    return tables + expand([*artifacts_of(name), manifest], seed=experiment.seeds)


def city_file(wildcards):
    """Input function: the TSPLIB file of an instance, none if it is fetched or drawn."""
    return INSTANCES[wildcards.instance].file


def city_source(wildcards):
    """The path or address of an instance; empty if its cities are drawn at random."""
    return INSTANCES[wildcards.instance].source


def city_optimum(wildcards):
    """The length of an instance's best tour, where it is known."""
    return INSTANCES[wildcards.instance].optimum


def everything_of_tsp():
    """All artifacts of the travelling salesman's instances."""
    return (
        expand("results/tsp/{instance}/cities.parquet", instance=INSTANCES)
        + expand(
            "results/tsp/{instance}/seed_{seed}/{name}",
            instance=INSTANCES,
            seed=TSP.seeds,
            name=["tour.parquet", "first_tour.parquet", "snapshots.parquet"],
        )
        + expand(
            "results/tsp/{instance}/{kind}_tours.parquet",
            instance=INSTANCES,
            kind=TSP_TOURS,
        )
        + expand(
            "results/tsp/{instance}/figures/{name}",
            instance=INSTANCES,
            name=[
                *("tsp_tour.png", "tsp_tour.svg"),
                *("tsp_closing.png", "tsp_closing.gif"),
            ],
        )
        + expand("results/tsp/{name}.parquet", name=["gaps", "summary"])
        + expand("results/tsp/figures/tsp_gaps.{kind}", kind=["png", "svg"])
    )
