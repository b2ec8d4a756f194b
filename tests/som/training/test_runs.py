"""A training job gives the library's epochs, and stores with each the settings that it used."""

import json
import logging

import numpy as np
import pytest

from tests.som.training.jobs import EPOCHS
from workflow.som.engine.search.find import find_two_nearest
from workflow.som.files.checkpoints import load_checkpoint
from workflow.som.files.errors import SomError
from workflow.som.files.tables import read_table
from workflow.som.mapping.map_errors import map_errors
from workflow.som.model.initialisation import random_codebook
from workflow.som.model.lattice import Lattice
from workflow.som.training.epoch import Epoch, TrainingSettings, train_one_epoch
from workflow.som.training.runs import fingerprint


@pytest.mark.parametrize("rule", ["online", "batch"])
def test_the_epochs_are_those_of_the_library(job, rule):
    trained = job("a", rule=rule)
    trained.train()
    schedule, pixels = trained.experiment.to_schedule(), trained.images.pixels
    settings = TrainingSettings(rule=rule, kernel="gaussian", order_seed=5)
    lattice = Lattice("square", (3, 4))
    codebook = random_codebook(5, 12, 16)
    for epoch, (checkpoint, table) in zip(EPOCHS, trained.outputs(EPOCHS), strict=True):
        if epoch:
            one = Epoch(epoch, schedule.learning_rate(epoch), schedule.radius(epoch))
            codebook = train_one_epoch(codebook, pixels, lattice, settings, one)
        found, metadata = load_checkpoint(checkpoint)
        np.testing.assert_array_equal(found, codebook, strict=True)
        assert metadata["epoch"] == str(epoch)
        assert (metadata["experiment"], metadata["seed"]) == ("tiny", "5")
        assert Lattice.from_json(metadata["lattice"]) == lattice
        nearest = find_two_nearest(pixels, codebook)
        frame, metadata = read_table(table)
        np.testing.assert_array_equal(frame["bmu"], nearest.bmus)
        np.testing.assert_array_equal(frame["label"], trained.images.labels)
        row = json.loads(metadata["history"])
        assert row.items() >= map_errors(nearest, lattice)._asdict().items()
        assert row["epoch"] == epoch


def test_history_says_what_each_epoch_used(job):
    trained = job("a")
    trained.train()
    for epoch, (checkpoint, table) in zip(EPOCHS, trained.outputs(EPOCHS), strict=True):
        row = json.loads(read_table(table).metadata["history"])
        metadata = load_checkpoint(checkpoint).metadata
        if epoch == 0:
            assert not row.keys() & {"learning_rate", "radius", "seconds", "samples_per_second"}
            assert metadata["learning_rate"] == metadata["radius"] == ""
            continue
        assert row["learning_rate"] == pytest.approx(0.5 * 0.8 ** (epoch - 1))
        assert row["radius"] == pytest.approx(3.0 * 0.8 ** (epoch - 1))
        assert float(metadata["learning_rate"]) == row["learning_rate"]
        assert float(metadata["radius"]) == row["radius"]
        assert row["samples_per_second"] == pytest.approx(300 / row["seconds"])


def test_a_batch_epoch_has_no_learning_rate_and_its_time_includes_the_search(job):
    trained = job("a", rule="batch")
    trained.train()
    for epoch, (checkpoint, table) in list(enumerate(trained.outputs(EPOCHS)))[1:]:
        row = json.loads(read_table(table).metadata["history"])
        metadata = load_checkpoint(checkpoint).metadata
        assert row["learning_rate"] is None
        assert metadata["learning_rate"] == ""
        assert float(metadata["radius"]) == row["radius"] == pytest.approx(3 * 0.8 ** (epoch - 1))
        assert row["seconds"] > 0


def test_a_batch_run_in_jobs_searches_anew_and_gives_the_same_bits(job):
    whole, parts = job("whole", rule="batch"), job("parts", rule="batch")
    expected = whole.train()
    parts.train(range(3))
    parts.train(range(3, 5), previous=parts.outputs([2])[0][0])
    assert parts.checkpoints() == expected


def test_more_epochs_change_no_earlier_one(job):
    shorter = job("a").train()
    longer = job("b", epochs=8).train(range(9))
    assert longer.items() >= shorter.items()
    assert len(longer) == len(shorter) + 4


def test_the_fingerprint_tells_apart_settings_and_data_but_not_their_order():
    found = fingerprint({"a": 1, "b": [2]}, "data")
    assert found == fingerprint({"b": [2], "a": 1}, "data")
    others = [
        fingerprint({"a": 1, "b": [3]}, "data"),
        fingerprint({"a": 1}, "data"),
        fingerprint({"a": 1, "b": [2]}, "other"),
    ]
    assert len({found, *others}) == 4


@pytest.mark.parametrize(("shape", "n_samples"), [((1, 1), 20), ((1, 7), 20), ((3, 4), 1)])
def test_maps_at_the_edge_are_trained(job, make_images, tmp_path, shape, n_samples, caplog):
    caplog.set_level(logging.DEBUG)
    images = make_images(tmp_path / "few.parquet", n_samples)
    edge = job("edge", images=images, shape=shape, radius=1.0)
    edge.train()
    codebook = load_checkpoint(edge.outputs([4])[0][0]).codebook
    assert codebook.shape == (shape[0] * shape[1], 16)
    assert np.isfinite(codebook).all()
    row = json.loads(read_table(edge.outputs([4])[0][1]).metadata["history"])
    assert (row["topographic_error"] is None) == (shape == (1, 1))
    assert any(line.startswith("Epoch 4: quantization error") for line in caplog.messages)


def test_constant_images_draw_all_units_to_the_one_image(job, make_images, tmp_path):
    images = make_images(tmp_path / "few.parquet", 300)
    constant = images._replace(pixels=np.full_like(images.pixels, 51))
    edge = job("edge", images=constant)
    edge.train()
    codebook = load_checkpoint(edge.outputs([4])[0][0]).codebook
    np.testing.assert_allclose(codebook, 0.2, atol=1e-5)


def test_shape_auto_trains_the_map_that_its_shape_would(job, caplog):
    caplog.set_level(logging.INFO)
    auto = job("auto", shape=None, radius=None)
    codebooks = [load_checkpoint(auto.folder / name).codebook for name in auto.train()]
    sized = auto.experiment.for_samples(auto.images.pixels)
    n_units = np.prod(sized.shape)
    assert 80 < n_units < 94  # 5·√300 = 87, up to rounding.
    assert sized.radius == max(sized.shape)
    assert f"Shape auto: {sized.shape[0]}×{sized.shape[1]} units for 300 samples." in caplog.text
    same = job("same", shape=sized.shape, radius=sized.radius)
    expected = [load_checkpoint(same.folder / name).codebook for name in same.train()]
    np.testing.assert_array_equal(codebooks, expected)


def test_shape_auto_that_contradicts_a_radius_is_refused(job):
    with pytest.raises(SomError, match=r"experiments\.tiny: radius is 1000\.0, but shape"):
        job("auto", shape=None, radius=1000.0).train()
