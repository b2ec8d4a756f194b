"""The manifest of a run, recomputed from outside."""

import hashlib
import json
from importlib.metadata import version

import pytest

from workflow.scripts import verify, write_manifest
from workflow.som.errors import SomError
from workflow.som.summaries import read_summary

SETTINGS = {"radius": 3.0, "code": "0"}


@pytest.fixture
def listed(tiny_run):
    """A run below `results`, with its manifest."""
    benchmarks = tiny_run.folder / "benchmarks"
    benchmarks.mkdir()
    (benchmarks / "train_som_000_002.tsv").write_text("s\th:m:s\n1.25\t0:00:01\n")
    tables = tiny_run.folder.parent / "datasets" / "mnist"
    tables.mkdir(parents=True)
    for split in ("train", "test"):
        (tables / f"{split}.parquet").hardlink_to(tiny_run.folder / f"{split}.parquet")
    tiny_run.manifest = tiny_run.folder / "manifest.json"
    artifacts = [
        *tiny_run.paths("checkpoints", "safetensors"),
        *tiny_run.paths("training_activations"),
        *tiny_run.paths("activations"),
    ]
    write_manifest.main(
        artifacts,
        sorted(tables.iterdir()),
        benchmarks,
        tiny_run.manifest,
        name="tiny",
        experiment=tiny_run.experiment,
        seed=3,
        settings=SETTINGS,
    )
    return tiny_run


def check(run, settings=SETTINGS):
    datasets = run.folder.parent / "datasets"
    verify.main([run.manifest], datasets=datasets, settings={"tiny": settings})


def named(run, caplog, settings=SETTINGS):
    """What is logged by a check that fails."""
    caplog.clear()
    with pytest.raises(SomError, match="from the manifests"):
        check(run, settings)
    return [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]


def test_everything_that_made_a_run_is_there(listed):
    manifest = read_summary(listed.manifest)
    assert (manifest["experiment"], manifest["seed"]) == ("tiny", 3)
    assert manifest["configuration"]["shape"] == list(listed.experiment.shape)
    assert manifest["configuration"]["epochs"] == listed.experiment.epochs
    assert manifest["settings"] == SETTINGS
    assert (manifest["device"], manifest["threads"]) == ("cpu", 1)
    assert manifest["versions"]["torch"] == version("torch")
    assert manifest["durations"] == {"train_som_000_002": 1.25}
    assert len(manifest["artifacts"]) == 9
    for name, entry in manifest["artifacts"].items():
        content = (listed.folder / name).read_bytes()
        assert entry["sha256"] == hashlib.sha256(content).hexdigest()
        assert entry["bytes"] == len(content)


def test_an_unchanged_run_passes(listed):
    check(listed)


def test_what_differs_is_named(listed, caplog):
    listed.paths("activations")[1].unlink()
    assert named(listed, caplog) == [f"{listed.paths('activations')[1]} is missing."]
    lines = named(listed, caplog, {"radius": 2.0, "code": "1"})
    assert f"{listed.folder}: settings: radius was 3.0 and is 2.0." in lines
    assert f"{listed.folder}: settings: code was 0 and is 1." in lines
    assert len(lines) == 3


def test_other_data_are_named(listed, caplog):
    tables = listed.folder.parent / "datasets" / "mnist"
    (tables / "train.parquet").unlink()
    (tables / "train.parquet").hardlink_to(tables / "test.parquet")
    (line,) = named(listed, caplog)
    assert "data: train was" in line


def test_a_damaged_manifest_is_named(listed, caplog):
    content = json.loads(listed.manifest.read_text())
    content["seed"] = 4
    listed.manifest.write_text(json.dumps(content))
    (line,) = named(listed, caplog)
    assert f"{listed.manifest} is damaged" in line


def test_no_manifest_is_said(tmp_path):
    with pytest.raises(SomError, match="no manifest"):
        verify.main([], datasets=tmp_path, settings={})
