"""Small settings and files for the tests on cities."""

import numpy as np
import pytest

from workflow.som.config.tsp_settings import TspSettings


@pytest.fixture
def make_settings():
    """Settings of a short training; keywords replace their values."""

    def make(**changes):
        values = {
            "seeds": (0, 1),
            "random_cities": 40,
            "random_seed": 0,
            "units_per_city": 3.0,
            "learning_rate": 0.9,
            "initial_radius": 0.1,
            "cycle_radius": 7.0,
            "final_radius": 1.0,
            "epochs": 60,
            "cycle_epochs": 20,
            "cycles": 10,
            "presentations": 10**9,
            "routing_seconds": 1,
        }
        return TspSettings(**{**values, **changes})

    return make


@pytest.fixture
def write_tsplib():
    """Write a TSPLIB file of cities; keywords replace lines of its head."""

    def write(path, points, *, colon=" : ", end="EOF\n", **head):
        lines = {
            "NAME": path.stem,
            "TYPE": "TSP",
            "DIMENSION": len(points),
            "EDGE_WEIGHT_TYPE": "EUC_2D",
        }
        text = "".join(f"{key}{colon}{value}\n" for key, value in {**lines, **head}.items())
        text += "NODE_COORD_SECTION\n"
        text += "".join(f"{i} {x} {y}\n" for i, (x, y) in enumerate(points, 1))
        path.write_text(text + end)
        return path

    return write


@pytest.fixture
def points():
    """Forty cities."""
    return np.random.default_rng(4).random((40, 2)) * 1000
