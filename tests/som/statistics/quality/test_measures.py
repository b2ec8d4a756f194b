"""All measures together: each where it belongs, and none that JSON cannot hold."""

import json

import numpy as np
import pytest
from sklearn.metrics import homogeneity_score
from sklearn.neighbors import NearestNeighbors

from workflow.som.engine.search.find import find_two_nearest
from workflow.som.mapping.map_errors import map_errors
from workflow.som.model.lattice import Lattice
from workflow.som.statistics.hits import count_hits
from workflow.som.statistics.purity import summarise
from workflow.som.statistics.quality.measures import measure_quality
from workflow.som.statistics.quality.preservation import continuity, trustworthiness

ARGUMENTS = {"radius": 1.0, "n_neighbours": [3, 10]}


def random_case(shape, n_samples=60, seed=0):
    generator = np.random.default_rng(seed)
    lattice = Lattice("block", shape)
    samples = generator.random((n_samples, 4), dtype=np.float32)
    labels = generator.integers(0, 10, n_samples)
    return samples, labels, generator.random((lattice.n_units, 4), dtype=np.float32), lattice


def quality_of(samples, labels, codebook, lattice, **others):
    nearest = find_two_nearest(samples, codebook)
    counts = count_hits(nearest.bmus, labels, lattice.n_units)
    arguments = ARGUMENTS | {"training_counts": counts} | others
    return measure_quality(samples, labels, codebook, nearest, lattice, **arguments)


def test_scikit_learn_measures_the_same_quantization_and_topographic_errors():
    samples, labels, codebook, _ = random_case((5, 6))
    lattice = Lattice("square", (5, 6))
    quality = quality_of(samples, labels, codebook, lattice)
    distances, units = NearestNeighbors(n_neighbors=2).fit(codebook).kneighbors(samples)
    assert quality["quantization_error"] == pytest.approx(distances[:, 0].mean(), rel=1e-6)
    steps = np.abs(lattice.positions[units[:, 0]] - lattice.positions[units[:, 1]])
    assert quality["topographic_error"] == pytest.approx((steps.sum(axis=1) > 1).mean())
    assert quality["topographic_error_8"] == pytest.approx((steps.max(axis=1) > 1).mean())
    assert quality["homogeneity"] == pytest.approx(homogeneity_score(labels, units[:, 0]))


def test_each_measure_stands_under_its_name():
    samples, labels, codebook, lattice = random_case((5, 6))
    quality = quality_of(samples, labels, codebook, lattice)
    nearest = find_two_nearest(samples, codebook)
    errors = map_errors(nearest, lattice)._asdict()
    assert {key: quality[key] for key in errors} == pytest.approx(errors)
    counts = count_hits(nearest.bmus, labels, 30)
    summary = summarise(counts, counts, nearest.bmus, labels, permutations=2, seed=0)
    for key in ("n_units", "n_samples", "dead_units", "map_purity", "label_accuracy"):
        assert quality[key] == summary[key]
    ranked = samples, nearest.bmus, lattice
    assert quality["preservation"] == [
        {
            "n_neighbours": k,
            "trustworthiness": pytest.approx(trustworthiness(*ranked, k)),
            "continuity": pytest.approx(continuity(*ranked, k)),
        }
        for k in (3, 10)
    ]
    assert quality["combined_error"] > quality["quantization_error"] > 0
    assert quality["distortion"] > np.square(nearest.distances).mean()
    assert quality["distortion_radius"] == 1.0
    owned = [values for values in quality["classes"] if values["n_units"]]
    index = np.mean([values["n_components"] for values in owned])
    assert quality["class_scatter_index"] == pytest.approx(index)
    shares = np.mean([values["unit_share"] for values in owned])
    assert quality["largest_component_unit_share"] == pytest.approx(shares)
    assert [values["digit"] for values in quality["classes"]] == list(range(10))


@pytest.mark.parametrize("shape", [(1, 1), (1, 2), (14,), (2, 3, 2), (20, 20)])
@pytest.mark.parametrize("n_samples", [1, 2, 5, 60])
@pytest.mark.parametrize("codebook_is_flat", [False, True])
def test_every_map_has_a_summary_that_json_can_hold(shape, n_samples, codebook_is_flat):
    samples, labels, codebook, lattice = random_case(shape, n_samples)
    if codebook_is_flat:
        codebook[:] = 0.5
    quality = quality_of(samples, labels, codebook, lattice)
    assert json.loads(json.dumps(quality, allow_nan=False)) == quality
    undefined = {key for key, value in quality.items() if value is None}
    of_one_unit = {"topographic_error", "topographic_error_4", "topographic_error_8"}
    of_one_unit |= {"combined_error", "topographic_product"}
    # The errors of 4 and 8 neighbours may be undefined where the lattice is not a plane.
    assert undefined <= of_one_unit
    assert (of_one_unit <= undefined) == (lattice.n_units == 1)
    assert ("topographic_product" in undefined) == (codebook_is_flat or lattice.n_units == 1)
    for values in quality["preservation"]:
        defined = values["n_neighbours"] < n_samples / 2
        assert (values["trustworthiness"] is not None) == defined
        assert (values["continuity"] is not None) == defined


def test_without_samples_only_the_codebook_says_something():
    some, none = (quality_of(*random_case((3, 4), n_samples)) for n_samples in (60, 0))
    assert list(none) == list(some)
    defined = {key for key, value in none.items() if isinstance(value, float)}
    assert defined == {"topographic_product", "distortion_radius"}
    assert (none["n_samples"], none["dead_units"]) == (0, 12)


def test_all_samples_on_one_unit():
    samples, labels, codebook, lattice = random_case((3, 4))
    codebook[:] += 10
    codebook[5] = 0
    quality = quality_of(samples, labels, codebook, lattice)
    assert quality["dead_units"] == 11
    assert quality["class_scatter_index"] == quality["largest_component_unit_share"] == 1
    # One digit has the unit, and all its samples there; the others have none.
    present = len(np.unique(labels))
    assert quality["largest_component_sample_share"] == pytest.approx(1 / present)
    assert quality["homogeneity"] == pytest.approx(0, abs=1e-12)


def test_an_ordered_map_of_two_classes():
    lattice = Lattice("square", (8, 8))
    codebook = lattice.positions.astype(np.float32)
    samples = np.repeat(codebook, 3, axis=0)
    labels = (samples[:, 0] >= 4).astype(int) * 7
    quality = quality_of(samples, labels, codebook, lattice)
    assert quality["quantization_error"] == quality["topographic_error"] == 0
    assert quality["combined_error"] == pytest.approx(1)
    assert quality["topographic_product"] == pytest.approx(0, abs=1e-12)
    assert quality["class_scatter_index"] == quality["largest_component_sample_share"] == 1
    assert quality["map_purity"] == quality["label_accuracy"] == 1
    assert quality["homogeneity"] == pytest.approx(1)


def test_units_are_labelled_by_the_training_set():
    samples, labels, codebook, lattice = random_case((2, 2))
    nowhere = np.zeros((4, 10), np.int64)
    assert quality_of(samples, labels, codebook, lattice, training_counts=nowhere)[
        "label_accuracy"
    ] == pytest.approx(0)
