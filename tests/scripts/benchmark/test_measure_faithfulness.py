"""The faithfulness study of a tiny run: its tables, and the figure drawn from them."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from workflow.scripts.benchmark import measure_faithfulness, plot_faithfulness
from workflow.som.benchmark.faithfulness import ENGINES
from workflow.som.files.tables import read_table


@pytest.fixture
def studied(new_run):
    """The tables of epochs 1 and 2 of a tiny run."""
    run = new_run(shape=(8, 9))
    run.train()
    run.segments, run.windows = run.folder / "segments.parquet", run.folder / "windows.parquet"
    measure_faithfulness.main(
        run.folder / "train.parquet",
        run.paths("checkpoints", "safetensors", [0, 1]),
        run.segments,
        run.windows,
        experiment=run.experiment,
        seed=3,
        threads=2,
        n_samples=120,
    )
    return run


def test_the_tables_have_a_row_an_epoch_engine_and_part(studied):
    segments, windows = read_table(studied.segments), read_table(studied.windows)
    assert segments.frame.groupby("epoch")["engine"].apply(list).to_dict() == {
        1: list(ENGINES),
        2: list(ENGINES),
    }
    assert len(windows.frame) == 2 * len(ENGINES)
    for frame in (segments.frame, windows.frame):
        assert (frame["n_samples"] == 120).all()
        np.testing.assert_allclose(frame["radius"].unique(), [3.0, 2.4])
        np.testing.assert_allclose(frame["learning_rate"].unique(), [0.5, 0.4])
        exact = frame[frame["engine"].str.contains("float64")]
        assert (exact["n_different"] == 0).all()
    for metadata in (segments.metadata, windows.metadata):
        expected = {"experiment": "tiny", "dataset": "mnist", "seed": "3", "threads": "2"}
        assert expected.items() <= metadata.items()


def test_other_readers_see_numbers_where_no_winner_differs(studied):
    frame = pd.read_parquet(studied.segments)
    for name in ("first_different", "relative_gap", "codebook_error"):
        assert pd.api.types.is_numeric_dtype(frame[name])


def test_the_figure_is_drawn_from_the_tables(studied):
    paths = {"png": studied.folder / "f.png", "svg": studied.folder / "f.svg"}
    style = {"width": 7.2, "height": 5.4, "dpi": 60}
    plot_faithfulness.main(segments=studied.segments, windows=studied.windows, style=style, **paths)
    with Image.open(paths["png"]) as image:
        assert image.size == (432, 324)
    text = paths["svg"].read_text()
    assert text.rstrip().endswith("</svg>")
    assert "<image" not in text  # The figure has vectors only, no pixels.
