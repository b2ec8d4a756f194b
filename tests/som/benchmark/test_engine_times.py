"""Tables of times have a row for each measurement, and their labels are right."""

import numpy as np
import pandas as pd
import pytest

from workflow.som.benchmark import engine_times as engine
from workflow.som.model.initialisation import random_codebook
from workflow.som.model.lattice import Lattice


@pytest.fixture
def pixels():
    return np.random.default_rng(0).integers(0, 256, (600, 40), dtype=np.uint8)


def test_a_schedule_has_every_form_in_every_round(pixels):
    rows = engine.schedule_rows(
        7, random_codebook(0, 144, 40), pixels, np.arange(600), Lattice("square", (12, 12)),
        0.1, 5.0, threads=1, rounds=2, n_samples=200,
    )  # fmt: skip
    frame = pd.DataFrame(rows)
    assert set(frame["form"]) == {"as chosen", "block", "virtual", "lazy", "products"}
    assert (frame.groupby("form").size() == 3).all()
    assert (frame["microseconds_per_sample"] > 0).all()
    assert frame.query("form == 'as chosen' and round >= 0")["n_samples"].tolist() == [600, 600]
    assert frame.query("form == 'block' and round >= 0")["n_samples"].tolist() == [200, 200]
    assert set(frame["epoch"]) == {7}


@pytest.mark.parametrize(("radius", "left_out"), [(12.0, "lazy"), (1.0, "virtual")])
def test_forms_are_left_out_where_they_would_touch_all_units(pixels, radius, left_out):
    rows = engine.schedule_rows(
        1, random_codebook(0, 144, 40), pixels, np.arange(600), Lattice("square", (12, 12)),
        0.5, radius, threads=1, rounds=1, n_samples=100,
    )  # fmt: skip
    assert left_out not in set(pd.DataFrame(rows)["form"])


def test_scaling_varies_one_size_at_a_time(pixels):
    sizes = {"units": [100, 144], "features": [20, 80], "samples": [300], "block size": [16]}
    with pytest.MonkeyPatch.context() as patch:
        # The article's map would take minutes in this test.
        patch.setattr(engine, "SIDE", 12)
        frame = pd.DataFrame(engine.scaling_rows(pixels, threads=1, rounds=1, sizes=sizes))
    assert list(frame["axis"].unique()) == list(sizes)
    assert (frame["microseconds_per_sample"] > 0).all()
    for axis, column in [("units", "n_units"), ("features", "n_features"),
                         ("samples", "n_samples"), ("block size", "block_size")]:  # fmt: skip
        some = frame[frame["axis"] == axis]
        assert (some["value"] == some[column]).all()
    assert set(frame[frame["axis"] == "block size"]["what"]) == {
        "block", "virtual", "lazy", "products",
    }  # fmt: skip


def test_products_take_longer_for_more_units():
    few, many = (engine.time_products(n, 64, 32, 1, n_blocks=15) for n in (200, 4000))
    assert 2 < many / few < 200
