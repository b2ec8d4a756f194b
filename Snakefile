"""Self-organizing maps on handwritten digits, exactly, fast and reproducibly.

Data → training → mapping → statistics → figures; each rule file is one of these steps.
"""

from snakemake.utils import min_version

min_version("9.0")


include: "workflow/rules/configuration.smk"


configfile: "config/config.yaml"


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/paths.smk"
include: "workflow/rules/resources.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/training.smk"
include: "workflow/rules/mapping.smk"
include: "workflow/rules/statistics.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/comparisons.smk"
include: "workflow/rules/worth.smk"
include: "workflow/rules/benchmark.smk"
include: "workflow/rules/classifier.smk"
include: "workflow/rules/tsp.smk"
include: "workflow/rules/provenance.smk"


localrules:
    all,
    quickstart,
    figures,
    topologies,
    replicates,
    trade_off,
    worth,
    benchmark,
    classifier,
    tsp,
    verify,


rule all:
    """The article's experiment, end to end."""
    default_target: True
    input:
        everything_of("article"),


rule quickstart:
    """The same stages on 5,000 embedded digits: under a minute, no network."""
    input:
        everything_of("quickstart"),


rule figures:
    """What is missing or out of date among the article's figures."""
    input:
        figures_of("article"),


rule topologies:
    """Lattices, kernels, initial codebooks and schedules side by side: tables and figures."""
    input:
        comparison_files("topologies", "kernels", "starts"),
        expand(
            "results/topologies/figures/{figure}.{kind}",
            figure=["lattices", "kernel_maps"],
            kind=["png", "svg"],
        ),


rule replicates:
    """What the seed decides: measures with intervals, and which neighbours stay neighbours."""
    input:
        comparison_files("replicates"),
        expand(
            "results/replicates/stability/{experiment}.json",
            experiment=replicated_experiments(),
        ),
        expand("results/replicates/figures/stability.{kind}", kind=["png", "svg"]),


rule trade_off:
    """Accuracy against topology as the radius falls below half a grid step."""
    input:
        comparison_files("trade_off"),


rule worth:
    """What the article's single-digit units are worth: a table and a figure, beside controls."""
    input:
        list(WORTH_CODEBOOKS.values()),
        expand("results/worth/bmus/{name}.parquet", name=WORTH_CODEBOOKS),
        "results/worth/worth.parquet",
        expand("results/worth/figures/worth.{kind}", kind=["png", "svg"]),


rule benchmark:
    """The engine beside its peers, its floors and a float64 loop: tables and figures."""
    input:
        expand("results/benchmark/{table}.parquet", table=BENCHMARK_TABLES),
        expand(
            "results/benchmark/figures/{figure}.{kind}",
            figure=BENCHMARK_FIGURES,
            kind=["png", "svg"],
        ),


rule classifier:
    """Classifiers on what the map answers to an image, beside controls: tables and figures."""
    input:
        expand("results/classifier/{table}.parquet", table=CLASSIFIER_TABLES),
        expand(
            "results/classifier/figures/{figure}.{kind}",
            figure=CLASSIFIER_FIGURES,
            kind=["png", "svg"],
        ),


rule tsp:
    """A ring on cities: tours, their gaps beside other ways, pictures of the ring closing in."""
    input:
        everything_of_tsp(),
