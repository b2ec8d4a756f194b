"""What Snakemake's report says next to each figure: whose it is, its name, and what was found."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from workflow.som.data.classes import noun_of
from workflow.som.files.summaries import read_summary
from workflow.som.statistics.findings import samples_noun, single_digit_finding

# People's words for the figures.
NAMES = {
    "mnist_samples": "sample images",
    "activation_maps": "where each class lights up the map",
    "combined_map": "all classes on one map",
    "combined_map_epoch_001": "all classes on one map, after one epoch",
    "training_curves": "the training, epoch by epoch",
    "u_matrix": "U-matrix",
    "hit_map": "how many samples each unit answers to",
    "component_planes": "which features tell units apart",
    "clusters": "clusters of units",
    "prototypes": "what each unit stands for",
    "evolution": "how the map comes about (animation)",
    "explorer": "the explorer",
    "manifest": "how the run was made",
    "topologies": "lattices, next to each other",
    "kernels": "neighbourhood kernels, next to each other",
    "starts": "initial codebooks and schedules, next to each other",
    "replicates": "the same with other seeds",
    "trade_off": "accuracy against topology",
    "lattices": "the maps of all lattices",
    "kernel_maps": "what each kernel does to the map",
    "stability": "how often neighbours stay neighbours",
    "worth": "what the single-digit units are worth",
    "classifier_scores": "accuracy of all classifiers",
    "classifier_confusion": "which digits are taken for which",
    "classifier_mistakes": "the worst mistakes",
    "classifier_learning_curve": "accuracy against the number of labels",
    "tsp_gaps": "gaps to the shortest tours",
    "tsp_tour": "the tour",
    "tsp_closing": "how the ring closes in (animation)",
    "benchmark_peers": "times of other libraries",
    "benchmark_schedule": "time per image over the schedule",
    "benchmark_scaling": "time per image against the sizes",
    "benchmark_memory": "memory of training against the sizes",
    "faithfulness": "the engine against a plain loop",
}


def of_run(figure: str, last_epochs: Mapping[str, int]) -> Callable[[Any], dict[str, str]]:
    """Return the function that gives the labels of a run's figure, once the run is finished.

    Parameters
    ----------
    figure : str
    last_epochs : mapping
        Of each experiment.
    """

    def labels(wildcards: Any) -> dict[str, str]:
        name, seed = wildcards.experiment, wildcards.seed
        epoch = 1 if figure == "combined_map_epoch_001" else last_epochs[name]
        summary = Path(f"results/{name}/seed_{seed}/purity/epoch_{epoch:03d}.json")
        found = finding(figure, read_summary(summary)) if summary.exists() else ""
        return {"experiment": name, "seed": seed, "figure": NAMES[figure], "finding": found}

    return labels


def finding(figure: str, summary: Mapping[str, Any]) -> str:
    """Return what a run's figure shows, with the run's own numbers.

    Parameters
    ----------
    figure : str
    summary : mapping
        As in `purity/epoch_EEE.json`.

    Examples
    --------
    >>> finding("explorer", {"label_accuracy": 0.9382, "n_samples": 10_000})
    'the map names 93.8 % of 10,000 test images rightly'
    """
    number = {key: value for key, value in summary.items() if isinstance(value, int | float)}
    noun = noun_of(summary)
    samples = samples_noun(summary)
    has_classes = summary.get("single_digit_units") is not None
    match figure:
        case "u_matrix" | "component_planes" | "clusters" if not has_classes:
            text = "{active_units:,} of {n_units:,} units are lit by some sample"
        case "combined_map" | "combined_map_epoch_001" | "evolution":
            return single_digit_finding(summary)
        case "activation_maps":
            text = f"{{active_units:,}} of {{n_units:,}} units are lit by some {noun}"
        case "prototypes" | "hit_map":
            text = "{n_units:,} units, {dead_units:,} of them dead"
        case "training_curves":
            text = "quantization error {quantization_error:.2f}, topographic error "
            text += "{topographic_error:.3f} after epoch {epoch}"
        case "u_matrix" | "component_planes":
            number["purity"] = 100 * summary["map_purity"]
            text = f"{{purity:.1f}} % of the {samples} show the {noun} of their unit"
        case "mnist_samples":
            text = "{n_samples:,} test images"
        case "manifest":
            text = "configuration, versions, machine, durations, checksums"
        case _:
            number["accuracy"] = 100 * summary["label_accuracy"]
            text = f"the map names {{accuracy:.1f}} % of {{n_samples:,}} test {samples} rightly"
    return text.format_map(number)
