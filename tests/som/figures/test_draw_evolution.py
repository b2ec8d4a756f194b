import numpy as np
import pandas as pd
import pytest
from PIL import Image

from workflow.som.figures.draw_evolution import HEADER, MARGIN, Epoch, draw_frames, epoch_from
from workflow.som.figures.drawing.animation import save_animation
from workflow.som.figures.drawing.layout import unit_raster
from workflow.som.figures.drawing.style import class_colours, majority_colours
from workflow.som.model.lattice import Lattice
from workflow.som.statistics.map_units import MapUnits


@pytest.fixture
def epochs(majority_digits, purity):
    return [
        Epoch(0, None, None, np.full(12, np.nan), np.full(12, np.nan), 0),
        Epoch(1, 0.5, 3.0, majority_digits, purity, 8),
        Epoch(2, 0.4, 2.0, majority_digits[::-1], purity[::-1], 8),
    ]


@pytest.fixture
def frames(lattice, epochs, palette):
    return draw_frames(
        lattice,
        epochs,
        map_size=80,
        palette=palette,
        dead_colour="#d9d9d9",
        fade_by_purity=False,
    )


def test_frames_show_the_majority_digit_of_each_unit(frames, palette):
    assert len({frame.size for frame in frames}) == 1
    image = np.asarray(frames[1].convert("RGB"))
    # 20 pixels a unit; unit 0 has digit 3, unit 3 is dead, unit 5 has digit 1.
    centres = [(HEADER + 10 + 20 * row, MARGIN + 10 + 20 * col) for row, col in [(0, 0), (0, 3)]]
    assert ["#{:02x}{:02x}{:02x}".format(*image[centre]) for centre in centres] == [
        palette[3],
        "#d9d9d9",
    ]
    assert "#{:02x}{:02x}{:02x}".format(*image[HEADER + 30, MARGIN + 30]) == palette[1]


def test_frames_differ_in_header_and_map(frames):
    first, second = (np.asarray(frame) for frame in frames[:2])
    rows = np.flatnonzero((first != second).any(axis=1))
    assert rows.min() < HEADER < rows.max()


def test_epoch_from_takes_the_schedule_from_the_history():
    frame = pd.DataFrame(
        {
            "majority_digit": pd.array([3, None], dtype="Int8"),
            "purity": pd.array([1.0, None], dtype="Float64"),
            "n_digits": [1, 0],
        }
    )
    history = pd.DataFrame({"epoch": [1], "learning_rate": [0.5], "radius": [3.0]})

    def units(epoch):
        return MapUnits(frame, Lattice("line", (2,)), {"epoch": epoch})

    epoch = epoch_from(units("1"), history)
    assert epoch[:3] == (1, 0.5, 3.0)
    assert epoch.single_digit_units == 1
    assert np.isnan(epoch.majority_digits[1])
    assert epoch_from(units("0"), history)[:3] == (0, None, None)
    # The batch rule has no learning rate.
    history["learning_rate"] = pd.array([None], dtype="Float64")
    assert epoch_from(units("1"), history)[:3] == (1, None, 3.0)


@pytest.mark.parametrize("suffix", [".png", ".gif"])
def test_animation_holds_its_last_frame(tmp_path, frames, suffix):
    paths = [tmp_path / f"{name}{suffix}" for name in "ab"]
    save_animation(paths, frames, frame_ms=120, last_frame_ms=3000)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    with Image.open(paths[0]) as image:
        # A PNG has a still picture besides, for whoever cannot play it: the last frame.
        stills = 1 if suffix == ".png" else 0
        assert image.n_frames == 3 + stills
        if stills:
            assert image.info["default_image"]
            still = np.asarray(image.convert("RGB"))
            assert np.array_equal(still, np.asarray(frames[-1].convert("RGB")))
        durations = []
        for number in range(3):
            image.seek(number + stills)
            image.load()
            durations.append(image.info["duration"])
            assert np.array_equal(
                np.asarray(image.convert("RGB")), np.asarray(frames[number].convert("RGB"))
            )
        assert durations == [120, 120, 3000]


def test_animation_of_one_frame(tmp_path, frames):
    save_animation([tmp_path / "one.gif"], frames[:1], frame_ms=120, last_frame_ms=3000)
    with Image.open(tmp_path / "one.gif") as image:
        assert image.n_frames == 1


def test_frames_of_any_lattice_show_every_unit(any_lattice, palette):
    n_units = any_lattice.n_units
    digits = np.where(np.arange(n_units) % 3 == 2, np.nan, np.arange(n_units) % 10)
    epoch = Epoch(1, 0.5, 3.0, digits, np.ones(n_units), 8)
    (frame,) = draw_frames(
        any_lattice,
        [epoch],
        map_size=150,
        palette=palette,
        dead_colour="#d9d9d9",
        fade_by_purity=False,
    )
    image = np.asarray(frame.convert("RGB"))[HEADER:, MARGIN:]
    raster = unit_raster(any_lattice, 150)
    image = image[: raster.shape[0], : raster.shape[1]]
    colours = majority_colours(digits, digits, palette, "#d9d9d9", fade_by_purity=False)
    expected = np.rint(colours * 255).astype(np.uint8)[raster]
    assert np.array_equal(image[raster >= 0], expected[raster >= 0])
    assert (image[raster < 0] == 255).all()


def test_seams_of_a_torus_are_dashed(palette):
    frames = {}
    for topology in ("square", "torus"):
        epoch = Epoch(0, None, None, np.zeros(12), np.ones(12), 0)
        style = {"palette": palette, "dead_colour": "#d9d9d9", "fade_by_purity": False}
        (frame,) = draw_frames(Lattice(topology, (3, 4)), [epoch], map_size=80, **style)
        frames[topology] = np.asarray(frame)
    rows, columns = np.nonzero(frames["square"] != frames["torus"])
    # Around the map of 60 by 80 pixels, not on it.
    assert set(rows.tolist()) >= {HEADER - 4, HEADER + 62}
    assert set(columns.tolist()) >= {MARGIN - 4, MARGIN + 82}
    beside = (rows < HEADER) | (rows >= HEADER + 60) | (columns < MARGIN) | (columns >= MARGIN + 80)
    assert beside.all()


@pytest.mark.parametrize("n_classes", [150, 1000])
def test_of_many_classes_similar_colours_become_one(n_classes):
    lattice, digits = Lattice("square", (40, 50)), np.arange(2000.0) % n_classes
    palette = class_colours([], n_classes)
    purity = np.linspace(0.2, 1, 2000)
    (frame,) = draw_frames(
        lattice,
        [Epoch(1, 0.5, 3.0, digits, purity, 8)],
        map_size=200,
        palette=palette,
        dead_colour="#d9d9d9",
        fade_by_purity=True,
        names=[f"class {n}" for n in range(n_classes)],
    )
    found = np.asarray(frame.convert("RGB")).astype(int)[HEADER + 2, MARGIN + 2 :: 4][:50]
    true = 255 * majority_colours(digits, purity, palette, "#d9d9d9", fade_by_purity=True)[:50]
    assert np.abs(found - true).max() < 80
