"""Degenerate images, from which a map can learn little."""

import numpy as np


def random_bytes(*shape):
    return np.random.default_rng(shape).integers(0, 256, shape, dtype=np.uint8)


IMAGES = {
    "black": np.zeros((40, 16), np.uint8),
    "white": np.full((40, 16), 255, np.uint8),
    "all the same": np.repeat(random_bytes(1, 16), 40, axis=0),
    "three, repeated": np.repeat(random_bytes(3, 16), 14, axis=0),
    "one": random_bytes(1, 16),
    "two": random_bytes(2, 16),
    "one pixel": random_bytes(40, 1),
    "on a line": np.arange(40, dtype=np.uint8)[:, None] * np.ones(16, np.uint8),
    "usual": random_bytes(60, 16),
}
