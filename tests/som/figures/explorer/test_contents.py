"""What the page shows, decoded again and compared with where it came from."""

import base64
import io
import json

import numpy as np
import pytest
from PIL import Image

from workflow.som.data.classes import DIGITS, class_names
from workflow.som.figures.explorer.contents import (
    NEAREST,
    Frame,
    Samples,
    are_strangers,
    choose_samples,
    encode,
    gather,
    sheet,
    to_json,
)

SHAPE = (28, 28)


def decode(text, dtype):
    return np.frombuffer(base64.b64decode(text), dtype)


def images_of(made):
    """Return the images of a sheet, of shape (n_images, height, width), from 0 to 1."""
    kind, content = made["address"].split(",")
    assert kind == "data:image/png;base64"
    with Image.open(io.BytesIO(base64.b64decode(content))) as picture:
        colours = [made["depth"]] if made["depth"] > 1 else []
        values = np.asarray(picture.convert("RGB" if colours else "L")) / 255
    height, width = made["shape"]
    tiles = values.reshape(-1, height, made["columns"], width, *colours).swapaxes(1, 2)
    return tiles.reshape(-1, height, width, *colours)


@pytest.mark.parametrize("n_greys", [16, 256])
@pytest.mark.parametrize("n_images", [1, 2, 7, 30])
@pytest.mark.parametrize("colours", [(), (3,)])
def test_images_survive_their_sheet(n_greys, n_images, colours):
    images = np.random.default_rng(0).random((n_images, 3, 5, *colours)) * 1.4 - 0.2
    found = images_of(sheet(images, most_pixels=10**6, n_greys=n_greys))
    assert np.abs(found[:n_images] - images.clip(0, 1)).max() <= 0.51 / (n_greys - 1)
    assert (found[n_images:] == 0).all()


def test_distances_on_a_shrunk_sheet_are_about_the_true_ones():
    """The page multiplies by the factor: each pixel stands for its square of equal ones."""
    images = np.random.default_rng(0).random((10, 4, 4)).repeat(2, axis=1).repeat(2, axis=2)
    made = sheet(images, most_pixels=200, n_greys=256)
    shrunk = images_of(made)[:10].reshape(10, -1)
    true = np.linalg.norm((images - images[3]).reshape(10, -1), axis=1)
    found = made["factor"] * np.linalg.norm(shrunk - shrunk[3], axis=1)
    np.testing.assert_allclose(found, true, atol=0.02)


@pytest.mark.parametrize("colours", [(), (3,)])
def test_large_sheets_are_shrunk_by_means(colours):
    images = np.random.default_rng(0).random((10, 8, 9, *colours))
    made = sheet(images, most_pixels=200 * (3 if colours else 1), n_greys=256)
    assert made["factor"] == 2
    assert made["shape"] == [4, 4]
    means = images[:, :, :8].reshape(10, 4, 2, 4, 2, *colours).mean(axis=(2, 4))
    assert np.abs(images_of(made)[:10] - means).max() < 0.003


@pytest.fixture
def samples():
    generator = np.random.default_rng(1)
    return Samples(
        np.arange(200) * 2,
        generator.integers(0, 256, (200, *SHAPE)).astype(np.uint8),
        generator.integers(0, 10, 200),
        generator.integers(0, 5, 200),
        generator.random(200).round(1),  # With equal distances.
    )


def test_the_nearest_of_each_unit_and_all_strangers_are_shown(samples):
    labels = np.array([0, 1, 2, -1, 4])
    chosen = choose_samples(labels, samples)
    assert (np.diff(chosen) > 0).all()
    expected = set(np.flatnonzero(labels[samples.bmus] != samples.labels))
    assert set(np.flatnonzero(are_strangers(labels, samples))) == expected
    for unit in range(5):
        own = np.flatnonzero(samples.bmus == unit)
        expected |= set(own[np.argsort(samples.distances[own], kind="stable")][:NEAREST])
    assert set(chosen) == expected


def test_all_is_there_on_any_lattice(any_lattice, samples):
    n_units = any_lattice.n_units
    generator = np.random.default_rng(2)
    frames = [
        Frame(
            epoch,
            generator.poisson(1, (n_units, 10)),
            generator.random((n_units, 784)),
            generator.random(n_units),
        )
        for epoch in (0, 3)
    ]
    labels = generator.integers(-1, 10, n_units)
    samples = samples._replace(bmus=samples.bmus % n_units)
    summary = {
        "epoch": 3,
        "n_units": n_units,
        "n_samples": 200,
        "single_digit_units": 1,
        "label_accuracy": 0.5,
        "permuted_single_digit_units": {"mean": 0.4},
    }
    contents = gather(any_lattice, frames, labels, samples, summary, classes=DIGITS)
    found = json.loads(to_json(contents))
    assert found == contents
    assert found["n_units"] == len(found["places"]) == n_units
    assert decode(found["labels"], "<i2").tolist() == labels.tolist()
    outlines = decode(found["outlines"], "<f4").reshape(n_units, -1, 2)
    centres = decode(found["centres"], "<f4").reshape(n_units, 2)
    assert outlines.shape[1] >= 4
    assert np.isfinite(outlines).all() & np.isfinite(centres).all()
    for frame, made in zip(frames, found["frames"], strict=True):
        counts = decode(made["counts"], "<u4").reshape(n_units, 10)
        np.testing.assert_array_equal(counts, frame.counts)
        np.testing.assert_allclose(decode(made["u_matrix"], "<f4"), frame.u_matrix, rtol=1e-6)
        images = images_of(made["sheet"])[:n_units].reshape(n_units, -1)
        assert made["sheet"]["factor"] == 1
        assert np.abs(images - frame.codebook).max() < 0.04
    shown = decode(found["samples"]["row"], "<i4")
    assert (shown // 2).tolist() == choose_samples(labels, samples).tolist()
    assert found["can_draw"]


def test_only_digits_of_the_known_size_can_be_drawn(lattice, samples):
    ones = np.ones((12, 784), np.float32)
    frames = [Frame(1, np.ones((12, 10), int), ones, np.ones(12))]
    summary = {
        "epoch": 1,
        "n_units": 12,
        "n_samples": 200,
        "single_digit_units": 0,
        "label_accuracy": 0.5,
        "permuted_single_digit_units": {"mean": 0.0},
    }
    arguments = (lattice, frames, np.zeros(12, int), samples, summary)
    assert gather(*arguments, classes=DIGITS)["can_draw"]
    clothes = gather(*arguments, classes=class_names("fashion_mnist"))
    assert not clothes["can_draw"]
    assert clothes["classes"][8] == "bag"
    assert clothes["noun"] == "class"


def test_nothing_in_the_contents_can_end_their_element():
    assert "<" not in to_json({"a": "</script><b>"})
    assert json.loads(to_json({"a": "</script><b>"})) == {"a": "</script><b>"}


def test_numbers_are_written_for_browsers():
    assert base64.b64decode(encode([1, -2], np.int16)) == b"\x01\x00\xfe\xff"
