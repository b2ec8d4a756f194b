"""Every difference from a manifest is named in a line of its own."""

import json

import pytest

from tests.scripts.conftest import MANIFEST_SETTINGS
from workflow.scripts.provenance import verify
from workflow.som.files.errors import SomError


def check(run, settings=MANIFEST_SETTINGS):
    datasets = run.folder.parent / "datasets"
    verify.main([run.manifest], datasets=datasets, settings={"tiny": settings})


def named(run, caplog, settings=MANIFEST_SETTINGS):
    """Return the log of a check that fails."""
    caplog.clear()
    with pytest.raises(SomError, match="from the manifests"):
        check(run, settings)
    return [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]


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
