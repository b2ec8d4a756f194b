"""In the studies' figures all can be read: in a page's width, and in the least one permitted."""

import numpy as np
import pandas as pd
import pytest
import yaml

from tests.project import CONFIG, ROOT
from tests.som.benchmark.measured_tables import (
    memory_table,
    peers_table,
    scaling_table,
    schedule_table,
)
from tests.som.figures.text_boxes import text_faults
from tests.som.statistics.worth_tables import worth
from workflow.som.benchmark.memory_summaries import memory_curves, memory_finding
from workflow.som.benchmark.time_summaries import peer_ratios, scaling_medians, summarise_schedule
from workflow.som.classifier.mistakes import count_confusions
from workflow.som.figures.benchmark.draw_benchmark_memory import draw_memory
from workflow.som.figures.benchmark.draw_benchmark_peers import draw_peers
from workflow.som.figures.benchmark.draw_benchmark_scaling import draw_scaling
from workflow.som.figures.benchmark.draw_benchmark_schedule import draw_schedule
from workflow.som.figures.benchmark.draw_faithfulness import COLOURS, draw_faithfulness
from workflow.som.figures.classifier.draw_classifier_confusion import draw_classifier_confusion
from workflow.som.figures.classifier.draw_classifier_learning_curve import (
    COLOURS as CURVES,
)
from workflow.som.figures.classifier.draw_classifier_learning_curve import (
    draw_classifier_learning_curve,
)
from workflow.som.figures.classifier.draw_classifier_mistakes import draw_classifier_mistakes
from workflow.som.figures.classifier.draw_classifier_scores import (
    FEATURE_NAMES,
    draw_classifier_scores,
)
from workflow.som.figures.comparisons.draw_comparison import comparison_height, draw_comparison
from workflow.som.figures.comparisons.draw_kernel_maps import (
    KernelMap,
    draw_kernel_maps,
    kernel_maps_height,
)
from workflow.som.figures.comparisons.draw_lattices import (
    LatticeMap,
    draw_lattice_gallery,
    gallery_height,
)
from workflow.som.figures.comparisons.draw_stability import draw_stability
from workflow.som.figures.comparisons.draw_trade_off import draw_trade_off
from workflow.som.figures.comparisons.experiment_names import in_words
from workflow.som.figures.drawing.style import house_style, new_figure
from workflow.som.figures.tsp import draw_tsp_gaps, draw_tsp_tour
from workflow.som.figures.worth.draw_worth import draw_worth
from workflow.som.model.lattice import Lattice
from workflow.som.statistics.comparison import MEASURES, with_intervals
from workflow.som.statistics.map_units import MapUnits
from workflow.som.statistics.worth_averages import average_draws
from workflow.som.tsp.tours import BLOG

STYLES = CONFIG["figures"]
SCHEMA = yaml.safe_load((ROOT / "workflow/schemas/config.schema.yaml").read_text("utf-8"))
COMPARISONS = CONFIG["comparisons"]
LENGTH = {"instance": "it16862", "seed": "0", "length_rounded": "590000", "optimum": "557315"}
MACHINE = "2 × AMD EPYC 7B13; 2 threads; 2026-11-24"


def generator():
    return np.random.default_rng(0)


def measures_of(names, n_seeds=3):
    frame = pd.DataFrame({"experiment": np.repeat(names, n_seeds)})
    values = {measure.column: generator().random(len(frame)) for measure in MEASURES}
    return frame.assign(**values)


def draw_comparison_of(name):
    def draw(figure):
        runs = measures_of(COMPARISONS[name])
        draw_comparison(figure, runs, with_intervals(runs))

    return draw, lambda _: comparison_height(len(COMPARISONS[name]))


def trade_off(figure):
    names = COMPARISONS["trade_off"]
    radii = np.geomspace(12, 0.1, 10)
    runs = pd.concat([measures_of(names, 1).assign(radius=radius) for radius in radii])
    draw_trade_off(figure, runs.assign(shape=runs["experiment"].map(lambda _: "50×50")))


def stability(figure):
    row = {"n_maps": 10, "n_pairs": 10**7, "neighbour_share": 0.0015, "again": 0.5}
    row |= {"observed": 10.0 ** np.arange(7, -4, -1), "expected": 10.0 ** np.arange(7, -15, -2)}
    rows = [row | {"radius": radius, "again": 0.3 + radius / 10} for radius in (0, 1, 2, 3, 5)]
    names = [name for name in COMPARISONS["replicates"] if name.startswith("replicate")]
    draw_stability(
        figure, [{"experiment": name, "seeds": [0, 1], "stability": rows} for name in names]
    )


def random_units(lattice):
    digits = generator().integers(0, 10, lattice.n_units).astype(float)
    return digits, np.where(digits > 3, 1.0, 0.8)


def lattices(figure):
    shapes = {"line": (2500,), "ring": (2500,), "block_3d": (14, 14, 13), "block_4d": (7,) * 4}
    maps = []
    for name in COMPARISONS["topologies"]:
        topology = name.partition("_")[0] if name.startswith(("block", "article")) else name
        topology = "square" if topology == "article" else topology
        lattice = Lattice(topology, shapes.get(name, (50, 50)))
        maps.append(LatticeMap(in_words(name), lattice, *random_units(lattice)))
    draw_lattice_gallery(figure, maps, **DIGITS)


def kernel_maps(figure):
    lattice, maps = Lattice("square", (50, 50)), []
    digits, purity = random_units(lattice)
    for name in COMPARISONS["kernels"]:
        frame = pd.DataFrame({"majority_digit": digits, "purity": purity, "hits": 1, "n_digits": 1})
        if "printed" in name:
            frame.loc[1:] = [np.nan, np.nan, 0, 0]
        units = MapUnits(frame, lattice, {"image_shape": "[2, 2]"})
        maps.append(KernelMap(name.partition("_")[2], np.zeros((2500, 4)), units))
    draw_kernel_maps(figure, maps, **DIGITS)


def faithfulness(figure):
    engines, epochs = list(COLOURS), (1, 10, 32, 45, 60, 90)
    rows = [
        {"epoch": epoch, "radius": 50 * 0.95 ** (epoch - 1), "engine": engine, "segment": number,
         "n_samples": 1000, "n_different": (differs := int("float32" in engine and number == 2)),
         "codebook_error": 1e-2 if differs else 3e-8, "relative_gap": 2e-7 if differs else np.nan,
         "first_sample": 20_000 * number, "share_different": 0.9 * differs}
        for epoch in epochs for engine in engines for number in range(3)
    ]  # fmt: skip
    frame = pd.DataFrame(rows)
    frame["n_different"] *= 21_783
    parts = [frame[frame["engine"] != engines[place]] for place in (3, 2)]
    draw_faithfulness(figure, *parts)


def scores(figure):
    rows = [
        {"features": name, "head": head, "test_accuracy": 0.8 + 0.02 * number, "n_samples": 10_000,
         "low": 0.78 + 0.02 * number, "high": 0.82 + 0.02 * number}
        for number, name in enumerate(FEATURE_NAMES) for head in ("logistic", "ridge", "mlp")
    ]  # fmt: skip
    draw_classifier_scores(figure, pd.DataFrame(rows), dataset="mnist")


def learning_curve(figure):
    sizes = [100, 300, 1000, 3000, 10_000, 30_000, 60_000]
    points = [
        {"features": name, "n_labels": size, "mean": (mean := 1 - 0.3 / (1 + place)),
         "min": mean - 0.01, "max": mean + 0.01}
        for name in CURVES for place, size in enumerate(sizes)
    ]  # fmt: skip
    draw_classifier_learning_curve(figure, pd.DataFrame(points), dataset="mnist")


def predictions(n_samples):
    labels = generator().integers(0, 10, (2, n_samples)).astype(np.uint8)
    found = {"sample": range(n_samples), "label": labels[0], "prediction": labels[1]}
    return pd.DataFrame(found | {"confidence": 0.9, "bmu": range(n_samples)})


def confusion(figure):
    found = count_confusions(predictions(10_000))
    draw_classifier_confusion(figure, found, model="MLPs on the map's RBF")


def mistakes(figure):
    lattice, images = Lattice("square", (50, 50)), np.zeros((30, 4, 4), np.uint8)
    digits, _ = random_units(lattice)
    options = {"model": "MLPs on the map's RBF", **DIGITS}
    draw_classifier_mistakes(figure, predictions(30), images, lattice, digits, **options)


def gaps_summary():
    methods = draw_tsp_gaps.LOOKS
    rows = [
        {"instance": name, "cities": 100 * place, "method": method, "gap": 3.0 * number,
         "gap_low": 2.0 * number, "gap_high": 4.0 * number, "reference": "optimum"}
        for place, name in enumerate([*BLOG, "berlin52"]) for number, method in enumerate(methods)
    ]  # fmt: skip
    return pd.DataFrame(rows)


CITIES = generator().random((200, 2)) * (1000, 600)
DIGITS = {key: STYLES["lattices"][key] for key in ("palette", "dead_colour")}
# Figure: how it is drawn, and how high it is at a width, unless that is configured.
FIGURES = {
    "benchmark_peers": lambda f: draw_peers(f, peer_ratios(peers_table()), machine=MACHINE),
    "benchmark_schedule": lambda f: draw_schedule(
        f, summarise_schedule(schedule_table()), machine=MACHINE
    ),
    "benchmark_scaling": lambda f: draw_scaling(
        f, scaling_medians(scaling_table()), machine=MACHINE
    ),
    "benchmark_memory": lambda f: draw_memory(
        f,
        memory_curves(memory_table()),
        finding=memory_finding(memory_table()),
        most_in_memory=684_784,
        machine=MACHINE,
    ),
    "faithfulness": faithfulness,
    "worth": lambda f: draw_worth(f, average_draws(worth()), n_units=2500, dataset="mnist"),
    "classifier_scores": scores,
    "classifier_confusion": confusion,
    "classifier_learning_curve": learning_curve,
    "classifier_mistakes": mistakes,
    "stability": stability,
    "trade_off": trade_off,
    "comparison of topologies": draw_comparison_of("topologies"),
    "comparison of replicates": draw_comparison_of("replicates"),
    "comparison of starts": draw_comparison_of("starts"),
    "lattices": (lattices, lambda width: gallery_height(width, len(COMPARISONS["topologies"]))),
    "kernel_maps": (
        kernel_maps,
        lambda width: kernel_maps_height(len(COMPARISONS["kernels"]), width),
    ),
    "tsp_gaps": (
        lambda f: draw_tsp_gaps.draw_gaps(f, gaps_summary()),
        lambda _: draw_tsp_gaps.figure_height(gaps_summary()),
    ),
    "tsp_tour": (
        lambda f: draw_tsp_tour.draw_tour(f, CITIES, LENGTH),
        lambda width: draw_tsp_tour.figure_height(CITIES, width),
    ),
}


def least_width(name):
    """Return the least width that the configuration permits, or a column's, if that is more."""
    reference = SCHEMA["properties"]["figures"]["properties"][name]["properties"]["width"]["$ref"]
    return max(3.5, SCHEMA["$defs"][reference.rpartition("/")[2]]["minimum"])


@pytest.mark.parametrize("size", ["least", "page", "usual"])
@pytest.mark.parametrize("figure", FIGURES)
def test_all_texts_can_be_read(figure, size):
    name = figure.partition(" ")[0]
    widths = {"least": least_width(name), "page": 7.0, "usual": STYLES[name]["width"]}
    draw = FIGURES[figure]
    draw, height = draw if isinstance(draw, tuple) else (draw, lambda _: STYLES[name]["height"])
    with house_style():
        drawn = new_figure(widths[size], height(widths[size]), 100)
        draw(drawn)
        assert text_faults(drawn) == []
        assert drawn.get_suptitle(), "no finding is said"
