"""Images from 0 to 1, whatever they were scaled to."""

import json

import numpy as np
import pytest

from workflow.som.data.pictures import (
    brightness,
    colours_of,
    grey,
    image_shape_of,
    pixel_scale_of,
)
from workflow.som.data.scaling import apply_scaling, scaling_of

IMAGES = np.random.default_rng(0).integers(0, 256, (7, 2 * 3 * 3), dtype=np.uint8)
OF_BYTES = {"image_shape": "[2, 3, 3]", "scaling": '{"kind": "bytes"}'}


def test_bytes_are_shares_of_255_in_tables_and_codebooks():
    np.testing.assert_array_equal(brightness(IMAGES, OF_BYTES), (IMAGES / np.float32(255)))
    codebook = np.array([[0.25, 1.0]], np.float32)
    np.testing.assert_array_equal(brightness(codebook, {"image_shape": "[1, 2]"}), codebook)


def test_scaled_images_are_between_their_darkest_and_brightest_pixel():
    scaling = scaling_of("standard", IMAGES.astype(np.float64))
    metadata = {"image_shape": "[2, 3, 3]", "scaling": json.dumps(scaling)}
    metadata["pixel_range"] = json.dumps([float(IMAGES.min()), float(IMAGES.max())])
    scaled = apply_scaling(IMAGES, scaling)
    low, high = IMAGES.min(), IMAGES.max()
    expected = (IMAGES - float(low)) / (high - float(low))
    np.testing.assert_allclose(brightness(scaled, metadata), expected, atol=1e-6)
    # A part of the images has the same scale, and so do distances.
    np.testing.assert_array_equal(
        brightness(scaled[:2], metadata), brightness(scaled, metadata)[:2]
    )
    apart = brightness(scaled[0], metadata) - brightness(scaled[1], metadata)
    true = np.linalg.norm(scaled[0] - scaled[1])
    assert np.linalg.norm(pixel_scale_of(metadata) * apart) == pytest.approx(true, rel=1e-5)
    assert pixel_scale_of(OF_BYTES) is None


def test_grey_is_the_mean_of_the_colours():
    assert (image_shape_of(OF_BYTES), colours_of(OF_BYTES)) == ((2, 3), 3)
    means = IMAGES.reshape(7, 6, 3).mean(axis=2) / 255
    np.testing.assert_allclose(grey(IMAGES, OF_BYTES), means, atol=1e-7)
