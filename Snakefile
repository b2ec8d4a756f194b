"""Self-organizing maps on handwritten digits, exactly, fast and reproducibly.

Data → training → mapping → statistics → figures; each rule file is one of these steps.
"""

from snakemake.utils import min_version

min_version("9.0")


configfile: "config/config.yaml"


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/training.smk"
include: "workflow/rules/mapping.smk"
include: "workflow/rules/statistics.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/benchmark.smk"
include: "workflow/rules/tsp.smk"


localrules:
    all,
    quickstart,
    figures,
    benchmark,
    tsp,


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


rule benchmark:
    """The engine beside its peers, its floors and a float64 loop: tables and figures."""
    input:
        expand("results/benchmark/{table}.parquet", table=BENCHMARK_TABLES),
        expand(
            "results/benchmark/figures/{figure}.{kind}",
            figure=BENCHMARK_FIGURES,
            kind=["png", "svg"],
        ),


rule tsp:
    """A ring on cities: tours, their gaps beside other ways, pictures of the ring closing in."""
    input:
        everything_of_tsp(),
