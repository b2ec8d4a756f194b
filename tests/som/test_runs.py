"""A training job: bit-identical however often it is cut off, and never mixed with another."""

import json
import logging
import os
import signal
from contextlib import contextmanager

import numpy as np
import pytest

from workflow.som.checkpoints import load_checkpoint
from workflow.som.errors import DamagedFileError, SomError
from workflow.som.initialisation import random_codebook
from workflow.som.lattice import Lattice
from workflow.som.logs import Progress
from workflow.som.runs import TERMINATED, Run, fingerprint
from workflow.som.search import find_two_nearest, map_errors
from workflow.som.tables import read_table
from workflow.som.training import train_one_epoch

SETTINGS = {"rule": "online", "code": "0"}
EPOCHS = range(5)


class Cut(Exception):
    """What cuts a run off in these tests."""


class Job:
    """Runs of one experiment below one folder, all with the same arguments."""

    def __init__(self, folder, experiment, images, settings=SETTINGS, seed=5):
        self.folder, self.experiment, self.images = folder, experiment, images
        self.settings, self.seed = settings, seed

    def outputs(self, epochs):
        return [
            (self.folder / f"epoch_{e:03d}.safetensors", self.folder / f"table_{e:03d}.parquet")
            for e in epochs
        ]

    def run(self):
        return Run(
            "tiny",
            self.experiment,
            self.seed,
            self.settings,
            self.images,
            self.folder / ".resume",
            threads=1,
        )

    def train(self, epochs=EPOCHS, previous=None):
        self.run().train(epochs, previous, self.outputs(epochs))
        return self.checkpoints()

    def checkpoints(self):
        return {path.name: path.read_bytes() for path in sorted(self.folder.glob("*.safetensors"))}

    def kept(self):
        return sorted(path.stem for path in (self.folder / ".resume").glob("*.safetensors"))


@pytest.fixture
def job(tmp_path, make_experiment, make_images):
    """Make a job in a folder of its own; keywords replace values of the experiment."""

    def make(name, images=None, settings=SETTINGS, seed=5, **changes):
        images = images or make_images(tmp_path / "train.parquet")
        return Job(tmp_path / name, make_experiment(**changes), images, settings, seed)

    return make


@contextmanager
def cut_after(n_samples):
    """Raise within the report callback once more than a number of samples has been trained."""
    update, counted = Progress.update, []

    def report(self, n=1):
        counted.append(n)
        if sum(counted) > n_samples:
            raise Cut
        return update(self, n)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(Cut):
        patch.setattr(Progress, "update", report)
        yield


@pytest.mark.parametrize("rule", ["online", "batch"])
def test_the_epochs_are_those_of_the_library(job, rule):
    trained = job("a", rule=rule)
    trained.train()
    experiment, pixels = trained.experiment, trained.images.pixels
    lattice = Lattice("square", (3, 4))
    codebook = random_codebook(5, 12, 16)
    for epoch, (checkpoint, table) in zip(EPOCHS, trained.outputs(EPOCHS), strict=True):
        if epoch:
            codebook = train_one_epoch(
                codebook,
                pixels,
                lattice,
                rule=rule,
                kernel="gaussian",
                seed=5,
                epoch=epoch,
                learning_rate=experiment.to_schedule().learning_rate(epoch),
                radius=experiment.to_schedule().radius(epoch),
                precision="float32",
                device="cpu",
                threads=1,
            )
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


# 300 samples are reported as 128, 128 and 44: within an epoch, at its end, in the last one.
@pytest.mark.parametrize("n_samples", [0, 200, 300, 650, 900, 1199])
def test_a_run_cut_off_and_started_again_gives_the_same_bits(job, n_samples):
    expected = job("whole").train()
    broken = job("broken")
    with cut_after(n_samples):
        broken.train()
    assert broken.checkpoints() == {}
    assert broken.kept() == [f"epoch_{epoch:03d}" for epoch in range(n_samples // 300 + 1)]
    assert broken.train() == expected
    assert set(expected) == {f"epoch_{epoch:03d}.safetensors" for epoch in EPOCHS}


def test_finished_epochs_are_used_again_and_not_trained(job, monkeypatch):
    trained = job("a")
    expected = trained.train()
    tables = {path: path.read_bytes() for path in trained.folder.glob("*.parquet")}
    monkeypatch.setattr("workflow.som.runs.train_one_epoch", None)
    monkeypatch.setattr("workflow.som.runs.starting_codebook", None)
    for path in (*trained.folder.glob("*.safetensors"), *tables):
        path.unlink()
    assert trained.train() == expected
    assert {path: path.read_bytes() for path in tables} == tables


def test_one_job_or_several_give_the_same_bits(job):
    expected = job("one").train()
    several = job("several")
    several.train(range(3))
    several.train(range(3, 5), several.outputs([2])[0][0])
    assert several.checkpoints() == expected


def test_a_job_goes_on_from_a_checkpoint_whose_resume_folder_is_gone(job, tmp_path):
    expected = job("one").train()
    first, second = job("first"), job("second")
    first.train(range(3))
    second.train(range(3, 5), first.outputs([2])[0][0])
    assert first.checkpoints() | second.checkpoints() == expected


def test_more_epochs_change_no_earlier_one(job):
    shorter = job("a").train()
    longer = job("b", epochs=8).train(range(9))
    assert longer.items() >= shorter.items()
    assert len(longer) == len(shorter) + 4


@pytest.mark.parametrize("kind", ["safetensors", "parquet"])
@pytest.mark.parametrize("epoch", [0, 2, 4])
def test_a_damaged_kept_epoch_is_trained_again_to_the_same_bits(job, kind, epoch):
    trained = job("a")
    expected = trained.train()
    path = trained.folder / ".resume" / f"epoch_{epoch:03d}.{kind}"
    content = path.read_bytes()
    # Not in place: the published file may be the same one.
    path.unlink()
    path.write_bytes(content[: len(content) // 2] + b"?" + content[len(content) // 2 + 1 :])
    for published in trained.folder.glob("*.safetensors"):
        published.unlink()
    assert trained.train() == expected
    assert trained.run().kept.find(epoch) is not None


@pytest.mark.parametrize(
    "change",
    [{"settings": {"rule": "online", "code": "1"}}, {"images": "other"}],
    ids=["settings", "data"],
)
def test_other_settings_or_data_never_use_what_is_kept(job, make_images, tmp_path, change):
    if "images" in change:
        change = {"images": make_images(tmp_path / "other.parquet", seed=1)}
    expected = job("fresh", **change).train()
    before = job("a").train()
    after = job("a", **change).train()
    assert after == expected
    assert after != before


def test_a_previous_checkpoint_of_other_settings_is_refused(job):
    trained = job("a")
    trained.train(range(3))
    other = job("b", settings={"rule": "online", "code": "1"})
    previous = trained.outputs([2])[0][0]
    with pytest.raises(SomError, match="epoch_002.safetensors comes from other data, settings"):
        other.train(range(3, 5), previous)
    assert other.checkpoints() == {}
    assert other.kept() == []


def test_a_damaged_previous_checkpoint_is_refused(job):
    trained = job("a")
    trained.train(range(3))
    previous = trained.outputs([2])[0][0]
    content = previous.read_bytes()
    previous.unlink()
    previous.write_bytes(content[:-1])
    with pytest.raises(DamagedFileError, match="epoch_002.safetensors is damaged"):
        trained.train(range(3, 5), previous)


def test_the_fingerprint_tells_apart_settings_and_data_but_not_their_order():
    found = fingerprint({"a": 1, "b": [2]}, "data")
    assert found == fingerprint({"b": [2], "a": 1}, "data")
    others = [
        fingerprint({"a": 1, "b": [3]}, "data"),
        fingerprint({"a": 1}, "data"),
        fingerprint({"a": 1, "b": [2]}, "other"),
    ]
    assert len({found, *others}) == 4


def test_a_request_to_stop_ends_after_the_epoch_under_way_and_keeps_it(job, monkeypatch):
    expected = job("whole").train()
    stopped = job("stopped")
    update = Progress.update

    def signal_in_epoch_two(self, n=1):
        if self.n >= 300:
            os.kill(os.getpid(), signal.SIGTERM)
        return update(self, n)

    with monkeypatch.context() as patch:
        patch.setattr(Progress, "update", signal_in_epoch_two)
        with pytest.raises(SystemExit) as raised:
            stopped.train()
    assert raised.value.code == TERMINATED == 128 + signal.SIGTERM
    assert stopped.checkpoints() == {}
    assert stopped.kept() == ["epoch_000", "epoch_001", "epoch_002"]
    assert stopped.train() == expected


def test_a_request_to_stop_after_the_last_epoch_loses_nothing(job, monkeypatch):
    asked = job("asked")
    update = Progress.update

    def signal_in_last_epoch(self, n=1):
        if self.n >= 900:
            os.kill(os.getpid(), signal.SIGTERM)
        return update(self, n)

    monkeypatch.setattr(Progress, "update", signal_in_last_epoch)
    assert len(asked.train()) == 5


@pytest.mark.parametrize(("shape", "n_samples"), [((1, 1), 20), ((1, 7), 20), ((3, 4), 1)])
def test_maps_at_the_edge_are_trained(job, make_images, tmp_path, shape, n_samples, caplog):
    caplog.set_level(logging.INFO)
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


def test_a_disk_that_fills_up_ends_in_a_sentence_and_keeps_the_epochs_before(
    job, monkeypatch, largest_file
):
    expected = job("whole").train()
    full = job("full")
    with largest_file(500), pytest.raises(SomError, match="could not be written"):
        full.train()
    assert full.checkpoints() == {}
    assert [path.name for path in (full.folder / ".resume").glob(".*")] == []
    assert full.train() == expected
