"""What is seen to before any job: damage among inputs that changed."""

import gzip
import json
import os
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from snakemake.settings.enums import RerunTrigger

from workflow.integrity import find_damaged_input, use_code_hashes_and_resume
from workflow.som.checkpoints import save_checkpoint
from workflow.som.files import digest
from workflow.som.tables import write_table

RUN = Path("results/tiny/seed_0")
RAW = Path("results/raw/mnist/train-images-idx3-ubyte.gz")
TRAIN = Path("results/datasets/mnist/train.parquet")
CHECKPOINT = RUN / "checkpoints" / "epoch_001.safetensors"
ACTIVATIONS = RUN / "activations" / "epoch_001.parquet"
TRAINING = RUN / "training_activations" / "epoch_001.parquet"
PURITY = RUN / "purity" / "epoch_001.parquet"
# In the order in which the workflow makes them.
MADE = [RAW, TRAIN, CHECKPOINT, TRAINING, ACTIVATIONS, PURITY]
FOLLOWED = [RAW, TRAIN, CHECKPOINT, TRAINING, ACTIVATIONS]


def set_age(path, seconds):
    times = (time.time() - seconds,) * 2
    os.utime(path, times)
    os.utime(path.parent, times)


@pytest.fixture
def results(tmp_path, monkeypatch, make_experiment):
    """A finished run, every file a minute younger than what it was made from."""
    monkeypatch.chdir(tmp_path)
    RAW.parent.mkdir(parents=True)
    RAW.write_bytes(gzip.compress(b"images"))
    frame = pd.DataFrame({"unit": [1, 2, 3]})
    write_table(TRAIN, frame, {"sources_md5": json.dumps({RAW.name: digest(RAW, "md5")})})
    save_checkpoint(CHECKPOINT, np.ones((2, 3), np.float32), {"epoch": "1"})
    for path in (TRAINING, ACTIVATIONS, PURITY):
        write_table(path, frame, {})
    for minutes, path in enumerate(reversed(MADE)):
        set_age(path, 60 * (minutes + 1))
    return {"tiny": make_experiment()}


def harm(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_a_finished_run_is_in_order(results):
    assert find_damaged_input(results) is None


def test_without_results_nothing_is_wrong(tmp_path, monkeypatch, make_experiment):
    monkeypatch.chdir(tmp_path)
    assert find_damaged_input({"tiny": make_experiment()}) is None


@pytest.mark.parametrize("path", FOLLOWED, ids=str)
def test_an_input_that_changed_and_is_damaged_is_named_in_one_sentence(results, path):
    harm(path)
    found = find_damaged_input(results)
    assert found.startswith(f"{path} is damaged (")
    assert "run the same command again" in found
    assert "\n" not in found


@pytest.mark.parametrize("path", FOLLOWED, ids=str)
def test_an_input_that_was_touched_and_is_whole_is_in_order(results, path):
    path.touch()
    assert find_damaged_input(results) is None


@pytest.mark.parametrize("path", FOLLOWED, ids=str)
def test_an_input_cut_to_nothing_is_damaged(results, path):
    path.write_bytes(b"")
    assert find_damaged_input(results).startswith(f"{path} is damaged (")


def test_damage_of_other_experiments_does_not_matter(results):
    harm(CHECKPOINT)
    assert find_damaged_input({"other": results["tiny"]}) is None


def test_an_original_of_another_data_set_is_damage(results):
    RAW.write_bytes(gzip.compress(b"clothes"))
    assert find_damaged_input(results) == (
        f"{RAW} is damaged (its md5 sum is not the original's): "
        "delete it and run the same command again to have it rebuilt."
    )


class Workflow:
    """As Snakemake's own: settings come after the Snakefile is parsed."""

    def __init__(self):
        self.dag_settings = None


def settings_after(triggers):
    workflow = Workflow()
    use_code_hashes_and_resume(workflow)
    workflow.dag_settings = SimpleNamespace(rerun_triggers=triggers, force_incomplete=False)
    return workflow.dag_settings


def test_snakemake_is_told_to_resume_and_to_leave_code_to_the_hashes():
    settings = settings_after(frozenset(RerunTrigger.all()))
    assert settings.force_incomplete
    assert set(settings.rerun_triggers) == set(RerunTrigger.all()) - {RerunTrigger.CODE}


def test_triggers_of_the_users_choice_stay():
    chosen = frozenset({RerunTrigger.MTIME, RerunTrigger.CODE})
    assert settings_after(chosen).rerun_triggers == chosen


def test_a_workflow_without_settings_is_left_alone():
    workflow = Workflow()
    use_code_hashes_and_resume(workflow)
    workflow.dag_settings = None
    assert workflow.dag_settings is None
