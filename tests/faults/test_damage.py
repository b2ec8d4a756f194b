"""Damaged or impossible input is refused in one sentence, and nothing is computed from it."""

import logging
import random
import shutil
from functools import partial

import numpy as np
import pyarrow as pa
import pytest

from tests.faults.damages import append, artifacts, flip_a_bit, rewrite, truncate
from workflow.som.data.datasets import read_images
from workflow.som.data.downloads import verify_sources
from workflow.som.files.checkpoints import load_checkpoint, save_checkpoint
from workflow.som.files.errors import DamagedFileError, SomError
from workflow.som.files.summaries import read_summary
from workflow.som.files.tables import read_arrow, read_table, write_arrow
from workflow.som.training.resume import ResumeFolder
from workflow.som.training.runs import Run
from workflow.som.tsp import snapshots, tours
from workflow.som.tsp.cities import random_cities

logger = logging.getLogger(__name__)


def reader_of(name):
    """Return the function that reads an artifact in the workflow; None for pictures and pages."""
    if name.startswith("datasets/"):
        return read_images
    return {
        ".parquet": read_table,
        ".safetensors": load_checkpoint,
        ".json": read_summary,
        ".gz": lambda path: verify_sources("mnist_5000", path.parent),
    }.get(name[name.rindex(".") :] if "." in name.rpartition("/")[2] else "")


def refuse(path, reader, content, generator, number):
    """Assert that a file's reader names the file at each damage; return the number of damages."""
    kinds = [truncate, flip_a_bit, flip_a_bit, append]
    cuts = [content[:length] for length in {0, 1, 7, 8, 9, len(content) // 2, len(content) - 1}]
    refused = 0
    for damaged in cuts + [kinds[i % 4](content, generator) for i in range(number)]:
        path.write_bytes(damaged)
        with pytest.raises(DamagedFileError) as raised:
            reader(path)
        assert str(raised.value).startswith(f"{path} is damaged (")
        assert "\n" not in str(raised.value)
        refused += 1
    return refused


def test_every_damage_of_every_artifact_is_refused_by_name(
    finished, tmp_path, fault_seed, how_many
):
    generator, number, kinds = random.Random(fault_seed), how_many(12, 200), {}
    for name, original in artifacts(finished).items():
        reader = reader_of(name)
        if reader is None:
            continue
        path = tmp_path / original.name
        shutil.copyfile(original, path)
        reader(path)
        refused = refuse(path, reader, original.read_bytes(), generator, number)
        kind = name.replace("quickstart/seed_0/", "").partition("/")[0]
        kinds[kind] = kinds.get(kind, 0) + refused
    assert kinds.keys() == {
        *("raw", "datasets", "checkpoints", ".resume", "training_activations", "activations"),
        *("purity", "u_matrix", "history.parquet", "manifest.json"),
    }
    logger.info("damages refused: %d, %s", sum(kinds.values()), kinds)
    assert sum(kinds.values()) > 50 * number


def test_every_damage_of_a_tour_is_refused_by_name(tmp_path, fault_seed, how_many):
    generator, number = random.Random(fault_seed), how_many(30, 500)
    cities, tour = random_cities(20, 0), np.arange(20)
    known = {"instance": "a", "seed": "0", "seconds": "1", "first_seconds": "1"}
    paths = [tmp_path / f"{name}.parquet" for name in ("cities", "tour", "tours", "snapshots")]
    tours.write_cities(paths[0], cities, known)
    tours.write_tour(paths[1], cities, tour, known, kind="tour")
    found = [tours.FoundTour("a", 0, 1.0, tour)]
    tours.write_tours(paths[2], cities, found, known, kind="tours")
    snapshots.write_snapshots(paths[3], [snapshots.Snapshot(0, 1.0, cities.points)], known)
    readers = [
        tours.read_cities,
        partial(tours.read_tour, cities=cities),
        partial(tours.read_tours, cities={"a": cities}),
        snapshots.read_snapshots,
    ]
    for path, reader in zip(paths, readers, strict=True):
        assert refuse(path, reader, path.read_bytes(), generator, number) > number


def test_bombs_and_impostors_are_refused_by_name(finished, tmp_path):
    files = artifacts(finished)
    checkpoint = files["quickstart/seed_0/checkpoints/epoch_006.safetensors"].read_bytes()
    for length in (0, 2**20, 2**31, 2**63, 2**64 - 1):
        bomb = tmp_path / "a.safetensors"
        bomb.write_bytes(length.to_bytes(8, "little") + checkpoint[8:])
        with pytest.raises(DamagedFileError):
            load_checkpoint(bomb)
    codebook, metadata = load_checkpoint(
        files["quickstart/seed_0/checkpoints/epoch_006.safetensors"]
    )
    for other in (codebook[:-1], codebook[:, :-1], codebook.ravel(), codebook.astype(np.float64)):
        save_checkpoint(bomb, other, metadata)  # With a correct checksum.
        with pytest.raises(DamagedFileError, match="codebook"):
            load_checkpoint(bomb)
    images, metadata = read_arrow(files["datasets/mnist_5000/test.parquet"])
    labels = images.schema.get_field_index("label")
    impostors = [
        images.drop_columns("pixels"),
        images.rename_columns(["sample", "digit", "pixels"]),
        images.set_column(labels, "label", images["label"].cast(pa.int64())),
        images.set_column(labels, "label", pa.array([10] * len(images), pa.uint8())),
        images.set_column(labels, "label", pa.nulls(len(images), pa.uint8())),
    ]
    for table in impostors:
        write_arrow(tmp_path / "a.parquet", table, metadata, kind="images")
        with pytest.raises(DamagedFileError):
            read_images(tmp_path / "a.parquet")
    write_arrow(tmp_path / "a.parquet", images, metadata | {"image_shape": "[7, 7]"}, kind="images")
    with pytest.raises(DamagedFileError):
        read_images(tmp_path / "a.parquet")


@pytest.fixture
def train(tmp_path, make_experiment, make_images):
    """Train epochs of a tiny run; return the bytes of the published files."""
    images = make_images(tmp_path / "images.parquet")

    def run(epochs, previous=None, seed=3):
        folder = tmp_path / f"seed_{seed}"
        outputs = [
            (folder / f"epoch_{epoch:03d}.safetensors", folder / f"epoch_{epoch:03d}.parquet")
            for epoch in epochs
        ]
        trainer = Run("tiny", make_experiment(), seed, {}, images, folder / ".resume", 1)
        trainer.train(epochs, previous, outputs)
        # The tables differ in the time that an epoch took.
        return [checkpoint.read_bytes() for checkpoint, _ in outputs]

    return run


def test_what_is_kept_for_resuming_is_verified_and_trained_again(
    train, tmp_path, fault_seed, how_many
):
    generator = random.Random(fault_seed)
    expected = train(range(5))
    kept = tmp_path / "seed_3" / ".resume"
    names = sorted(path.name for path in kept.iterdir())
    assert len(names) == 11  # Two per epoch, and the lock.
    for attempt in range(how_many(36, 600)):
        name = names[attempt % len(names)]
        content, change = (kept / name).read_bytes(), generator.choice([truncate, flip_a_bit])
        damaged = change(content, generator) if content else b"x"
        if attempt % 2:
            rewrite(kept / name, damaged)
        else:  # As on a bad disk: the damage is in all hard links.
            (kept / name).write_bytes(damaged)
        assert train(range(5)) == expected, (name, change, attempt)
    assert ResumeFolder(kept, "another").find(3) is None


def test_a_segment_goes_on_only_from_a_whole_checkpoint_of_its_own(
    train, tmp_path, fault_seed, how_many
):
    generator = random.Random(fault_seed)
    train(range(3))
    previous = tmp_path / "seed_3" / "epoch_002.safetensors"
    content = previous.read_bytes()
    number = how_many(100, 1000)
    rewrite(previous, content)
    assert refuse(previous, lambda path: train([3], path), content, generator, number) > number
    train(range(3), seed=4)
    for other in ("seed_4/epoch_002", "seed_3/epoch_001"):
        shutil.copyfile(tmp_path / f"{other}.safetensors", previous)
        with pytest.raises(SomError, match=f"{previous} (comes from other|is damaged .*epoch 1)"):
            train([3], previous)
    assert not (tmp_path / "seed_3" / "epoch_003.safetensors").exists()
    previous.write_bytes(content)
    assert train([3], previous)
