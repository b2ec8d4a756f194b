"""Self-organizing maps on handwritten digits, exactly, fast and reproducibly.

The steps are data → training → mapping → statistics → figures. Each file in `workflow/rules` has
the rules of one step, or of a study that uses them. `snakemake --list-target-rules` lists the
targets.
"""

from snakemake.utils import min_version

min_version("9.17")


include: "workflow/rules/start.smk"


configfile: DEFAULTS[0]
configfile: DEFAULTS[1]


# In another folder (--directory, or -s from there) its own file is merged over that.
if IS_MAIN and OWN_CONFIG.exists():

    configfile: str(OWN_CONFIG)


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"


localrules:
    all,
    figures,
    verify,


rule all:
    """Make everything of the article's experiment; this is the default target."""
    default_target: True
    input:
        RUNS.everything("article"),


rule figures:
    """Make those of the article's figures that are missing or out of date."""
    input:
        RUNS.figures("article"),


include: "workflow/rules/data.smk"
include: "workflow/rules/training.smk"
include: "workflow/rules/mapping.smk"
include: "workflow/rules/statistics.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/comparisons.smk"
include: "workflow/rules/worth.smk"
include: "workflow/rules/classifier.smk"
include: "workflow/rules/tsp.smk"
include: "workflow/rules/benchmark.smk"
include: "workflow/rules/provenance.smk"


if IS_MAIN:
    refuse_rule_names()
    refuse_unknown_rules()

for name in EXPERIMENTS:

    rule:
        name:
            name
        input:
            RUNS.everything(name),
        localrule: True


onstart:
    only_verifies = {job.rule.name for job in workflow.dag.jobs} == {"verify"}
    hold_folder(writes_results=not only_verifies)
    # `verify` is not stopped here: it names every damaged file, not only the first.
    if not only_verifies:
        if damage := find_damaged_input(
            workflow.dag, RUNS.settings_of(EXPERIMENTS)
        ):
            raise WorkflowError(damage)


onsuccess:
    for target in dict.fromkeys(STEPS.built):
        name = "article" if target == "all" else target
        if lines := findings_of(name, EXPERIMENTS, COMPARISON_FOLDERS):
            keep(name, lines)
            for line in ["", *lines]:
                write_line(line)


onerror:
    if STEPS.is_stopping:
        write_line(
            "Stopped. The same command goes on from here; finished epochs are kept."
        )
    for path, message in STEPS.failed.items():
        write_line(f"{why(path, message)}\nThe whole story: {path}")
    if full := find_full_disk("results", ".snakemake"):
        write_line(f"Error: {full}")
