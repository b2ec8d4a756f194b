"""What the tests of runs share."""

import pytest

from tests.som.training.jobs import SETTINGS, Job


@pytest.fixture
def job(tmp_path, make_experiment, make_images):
    """Make a job in a folder of its own; keywords replace values of the experiment."""

    def make(name, images=None, settings=SETTINGS, seed=5, **changes):
        images = images or make_images(tmp_path / "train.parquet")
        return Job(tmp_path / name, make_experiment(**changes), images, settings, seed)

    return make
