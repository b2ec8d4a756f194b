"""The lines at the end of a run: the right numbers, within a terminal."""

import pandas as pd
import pytest

from workflow.som.statistics.findings import (
    benchmark_findings,
    classifier_findings,
    comparison_findings,
    run_findings,
    samples_noun,
    tour_findings,
    worth_findings,
)

OPEN = "results/a/figures/a.png"
SUMMARY = {
    "experiment": "article",
    "seed": 0,
    "epoch": 90,
    "n_units": 2500,
    "n_samples": 10_000,
    "single_digit_units": 1973,
    "permuted_single_digit_units": {"mean": 296.1, "low": 285.0, "high": 309.0},
    "label_accuracy": 0.9359,
    "map_purity": 0.9503,
    "quantization_error": 4.412,
    "topographic_error": 0.2636,
    "active_units": 2373,
    "codebook_spread": 5.401,
    "labels_without_units": [],
}
RUNS = [
    {
        "experiment": name,
        "epoch": 90,
        "label_accuracy": accuracy,
        "single_digit_share": 0.5,
        "quantization_error": error,
        "topographic_error": None,
    }
    for name, accuracy, error in [("line", 0.90, 4.3), ("block", 0.92, 4.4), ("line", 0.96, 4.5)]
]
WORTH = [
    {
        "codebook": name,
        "set": kind,
        "n_images": 10_000,
        "single_digit_units": units,
        "null_mean": 308.6,
        "label_accuracy": accuracy,
    }
    for name, kind, units, accuracy in [
        ("map", "test", 1978, 0.9403),
        ("map", "test", 500, None),
        ("map", "training", 1237, 0.96),
        ("k_means", "test", 1928, 0.9506),
    ]
]


def ends(lines):
    """Check what holds for all findings; return the lines in between."""
    assert max(map(len, lines)) <= 80
    assert not lines[0].startswith(" ")
    assert lines[-1] == f"  open {OPEN}"
    return lines[1:-1]


def squeezed(line):
    return " ".join(line.split())


def test_the_seeds_of_an_experiment_are_ranges():
    other = {**SUMMARY, "seed": 1, "single_digit_units": 1900, "topographic_error": None}
    lines = run_findings([SUMMARY, other], OPEN)
    units, labels, errors = ends(lines)
    assert "2 seeds" in lines[0]
    assert units.startswith("  1,900 to 1,973 of 2,500 units")
    assert "(77 %)" in units
    assert "label accuracy 93.6 %," in labels
    assert errors.endswith("topographic error 0.264")


def test_an_undefined_error_is_said_to_be_so():
    lines = run_findings([{**SUMMARY, "topographic_error": None}], OPEN)
    assert ends(lines)[-1].endswith("topographic error undefined")


def test_a_comparison_names_best_and_worst_by_their_means():
    accuracy, _, error = ends(comparison_findings("topologies", pd.DataFrame(RUNS), OPEN))
    assert squeezed(accuracy) == "label accuracy 93.0 % line 92.0 % block"
    assert squeezed(error) == "quantization error 4.400 line 4.400 block"


def test_a_comparison_over_epochs_names_them():
    runs = pd.DataFrame(RUNS).assign(epoch=[80, 90, 90], experiment="annealed")
    accuracy = ends(comparison_findings("trade_off", runs, OPEN))[0]
    assert squeezed(accuracy) == "label accuracy 94.0 % annealed (90) 90.0 % annealed (80)"


def test_long_names_of_experiments_fit():
    runs = pd.DataFrame(RUNS).assign(experiment=["a_name_of_my_own_" * 4, "b" * 60, "c" * 60])
    ends(comparison_findings("topologies", runs, OPEN))


def test_worth_counts_whole_test_sets_alone():
    map_, k_means = ends(worth_findings(pd.DataFrame(WORTH), 2500, OPEN))
    assert squeezed(map_) == "the map 1,978 by chance 309 label accuracy 94.0 %"
    assert squeezed(k_means).startswith("k-means 1,928 ")


def test_the_classifiers_best_is_that_of_the_validation_split():
    keys = ["features", "head", "validation_accuracy", "test_accuracy", "low", "high"]
    rows = [
        ("map_rbf", "mlp", 0.98, 0.9865, 0.984, 0.9886),
        ("map_one_hot", "mlp", 0.94, 0.99, 0.985, 0.995),
        ("nearest_neighbour", "nearest_neighbour", None, 0.9691, 0.9655, 0.9723),
    ]
    scores = pd.DataFrame(rows, columns=keys).assign(n_samples=10_000)
    of_map, nearest = ends(classifier_findings(scores, OPEN))
    assert of_map.split("  ")[-1] == "(98.40 % to 98.86 %)"
    assert "98.65 %" in of_map
    assert squeezed(nearest).startswith("nearest image 96.91 % ")


def test_tours_are_averaged_over_instances():
    keys = ["instance", "method", "gap", "reference"]
    rows = [
        ("a", "ring SOM", 1.0, "optimum"),
        ("b", "ring SOM", 2.0, "optimum"),
        ("a", "OR-Tools", 4.0, "optimum"),
        ("a", "space-filling curve", 40.0, "optimum"),
    ]
    ring, other = ends(tour_findings(pd.DataFrame(rows, columns=keys), OPEN))
    assert squeezed(ring) == "ring SOM 1.50 %"
    assert squeezed(other) == "OR-Tools 4.00 % (1 of them)"


@pytest.fixture
def peers():
    keys = ["library", "rule", "epoch", "is_cold", "microseconds_per_sample"]
    rows = [
        *(("ours", "online", 32, True, 900.0), ("ours", "online", 32, False, 20.0)),
        *(("ours", "online", 2, False, 30.0), ("minisom", "online", 2, False, 9000.0)),
        *(("minisom", "online", 32, False, 8000.0), ("slow", "online", 32, False, 9000.0)),
        *(("ours", "batch", 2, False, 9.0), ("fastersom", "batch", 2, False, 27.0)),
    ]
    return pd.DataFrame(rows, columns=keys).assign(threads=2)


def test_the_engine_stands_next_to_the_fastest_peer_of_each_rule(peers):
    segments = pd.DataFrame({"n_different": [0, 0, 3]})
    batch, online, exact = ends(benchmark_findings(peers, segments, OPEN))
    assert "batch rule, epoch 2: 9.0; fastersom" in batch
    assert "(3.0 times)" in batch
    assert "online rule, epoch 32: 20.0; minisom" in online
    assert "(400.0 times)" in online
    assert "2 of 3 stretches" in exact


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"active_units": 1}, "only 1 of 2,500 units win any image"),
        ({"active_units": 249}, "only 249 of 2,500 units win any image"),
        ({"active_units": 250}, None),
        ({"n_samples": 20, "active_units": 2}, None),  # Twenty images win twenty units at most.
        ({"codebook_spread": 0.44}, "the map collapsed"),
        ({"codebook_spread": 0.45}, None),
        ({"codebook_spread": None}, None),
        ({"labels_without_units": [4, 7]}, "no unit stands for 4, 7"),
        ({"labels_without_units": list(range(10))}, "no unit stands for 0, 1, 2"),
    ],
)
def test_what_is_wrong_with_a_map_is_said(change, said):
    lines = ends(run_findings([{**SUMMARY, **change}], OPEN))
    warnings = [line for line in lines if line.startswith("  ! ")]
    assert len(warnings) == (said is not None)
    assert all(said in line for line in warnings)


def test_labels_that_any_of_several_runs_lacks_are_said_once():
    runs = [{**SUMMARY, "labels_without_units": labels} for labels in ([4], [7, 4], [])]
    expected = "  ! no unit stands for 4, 7: the map can never give that label"
    assert expected in run_findings(runs, OPEN)


@pytest.mark.parametrize(
    ("summary", "noun"),
    [
        ({"dataset": "fashion_mnist"}, "images"),
        ({"dataset": "mnist_8m", "single_digit_units": 3}, "images"),
        ({"dataset": "wine", "single_digit_units": 3, "class_names": ["a", "b"]}, "samples"),
        ({"dataset": "noise", "single_digit_units": None}, "samples"),
    ],
)
def test_samples_are_called_images_where_they_are(summary, noun):
    assert samples_noun(summary) == noun
