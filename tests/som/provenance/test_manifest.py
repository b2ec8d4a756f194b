"""A manifest lists the files of a run, and every later difference is named."""

import json

import pandas as pd
import pytest

from workflow.som.files.tables import write_table
from workflow.som.provenance.manifest import (
    describe_data,
    describe_training,
    find_changed_artifacts,
    find_changed_values,
    list_artifacts,
)


@pytest.fixture
def run(tmp_path):
    paths = [tmp_path / "figures" / "a.png", tmp_path / "history.parquet"]
    for number, path in enumerate(paths):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(bytes(range(100 + number)))
    return tmp_path, paths, {"artifacts": list_artifacts(tmp_path, paths)}


def test_an_unchanged_run_has_nothing_to_name(run):
    folder, _, manifest = run
    assert list(manifest["artifacts"]) == ["figures/a.png", "history.parquet"]
    assert manifest["artifacts"]["figures/a.png"]["bytes"] == 100
    assert find_changed_artifacts(folder, manifest) == []


def test_every_damage_is_named_and_nothing_else(run, damages):
    folder, (figure, history), manifest = run
    content = figure.read_bytes()
    tried = 0
    for how, changed in damages(content, flips=200):
        figure.write_bytes(changed)
        (found,) = find_changed_artifacts(folder, manifest)
        assert str(figure) in found.phrase, how
        assert str(history) not in found
        tried += 1
    assert tried > 200


def test_missing_and_unreadable_files_are_named(run):
    folder, (figure, history), manifest = run
    figure.unlink()
    history.unlink()
    history.mkdir()
    missing, replaced = find_changed_artifacts(folder, manifest)
    assert missing.phrase == f"{figure} is missing"
    assert str(history) in replaced.phrase


def test_the_same_content_in_other_bytes_is_the_same_data(tmp_path):
    frame = pd.DataFrame({"label": range(1000)})
    write_table(tmp_path / "train.parquet", frame, {}, kind="images")
    before = describe_data([tmp_path / "train.parquet"])
    write_table(tmp_path / "train.parquet", frame, {}, kind="images")
    assert describe_data([tmp_path / "train.parquet"]) == before
    write_table(tmp_path / "train.parquet", frame + 1, {}, kind="images")
    assert describe_data([tmp_path / "train.parquet"]) != before


def test_epochs_made_in_one_way_are_one_stretch(tmp_path):
    paths = []
    for epoch, threads in enumerate([4, 4, 2, 2, 4]):
        made_with = json.dumps({"device": "cpu", "threads": threads, "machine": "a"})
        paths.append(tmp_path / f"{epoch}.parquet")
        metadata = {"epoch": str(epoch), "made_with": made_with}
        write_table(paths[-1], pd.DataFrame({"unit": [1]}), metadata, kind="training_activations")
    found = describe_training(paths)
    assert (found["device"], found["threads"], found["machine"]) == ("cpu", 4, "a")
    stretches = [(s["first_epoch"], s["last_epoch"]) for s in found["training"]]
    assert stretches == [(0, 1), (2, 3), (4, 4)]


def test_values_that_came_went_or_changed_are_named():
    listed = {"same": [1, 2], "changed": 0.5, "gone": None}
    current = {"same": [1, 2], "changed": 0.25, "new": "a"}
    assert find_changed_values("settings", listed, current) == [
        "settings: changed was 0.5 and is 0.25",
        "settings: new was nothing and is a",
    ]
