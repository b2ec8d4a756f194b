"""Every difference from a manifest is named in a line of its own."""

import json
import os
import shutil
from types import SimpleNamespace

import pytest

from tests.scripts.conftest import MANIFEST_SETTINGS
from workflow.scripts.provenance import verify
from workflow.som.files.errors import SomError
from workflow.som.files.summaries import read_summary, write_summary
from workflow.som.provenance.manifest import list_artifacts


def check(run, settings=MANIFEST_SETTINGS):
    above = run.folder.parent
    verify.main(
        [run.manifest],
        datasets=above / "datasets",
        logs=above / "logs",
        settings={"tiny": settings},
    )


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


def test_a_run_under_another_name_is_named(listed, caplog):
    for name in ("tiny/seed_4", "other/seed_3"):
        copied = listed.folder.parents[1] / "copy" / name
        shutil.copytree(listed.folder, copied)
        moved = SimpleNamespace(folder=listed.folder, manifest=copied / "manifest.json")
        (line,) = named(moved, caplog)
        assert line == f"{copied} holds the run tiny/seed_3, which belongs in another folder."


def test_a_redrawn_picture_is_no_damage(listed, caplog):
    picture, log = listed.folder / "figures/u_matrix.svg", "logs/tiny/seed_3/plot_u_matrix.log"
    log = listed.folder.parent / log
    picture.parent.mkdir()
    picture.write_text("<svg/>")
    manifest = read_summary(listed.manifest)
    manifest["artifacts"] |= list_artifacts(listed.folder, [picture])
    write_summary(listed.manifest, manifest, kind="manifest")
    check(listed)
    picture.write_text("<svg />")
    (line,) = named(listed, caplog)
    assert line == f"{picture} has 7 bytes instead of 6."
    log.parent.mkdir(parents=True)
    log.touch()
    os.utime(log, ns=(listed.manifest.stat().st_mtime_ns + 1,) * 2)
    (line,) = named(listed, caplog)
    assert line.startswith(f"{picture} was redrawn since the manifest was written: snakemake tiny ")
    with pytest.raises(SomError) as error:
        check(listed)
    assert "delete" not in str(error.value)


@pytest.mark.parametrize(
    ("change", "named_as"),
    [
        ({"experiment": None}, "it has no experiment"),
        ({"seed": "3"}, "it has no seed"),
        ({"artifacts": []}, "it has no artifacts"),
        ({"data": {}}, "it has no data set"),
        ({"artifacts": {"/dev/zero": {"bytes": 0, "sha256": ""}}}, "its entry /dev/zero is no"),
        ({"artifacts": {"../x": {"bytes": 0, "sha256": ""}}}, "its entry ../x is no file"),
        ({"artifacts": {"x": {"bytes": 0}}}, "its entry x is no file of the run"),
    ],
)
def test_a_forged_manifest_is_named(listed, caplog, change, named_as):
    write_summary(listed.manifest, read_summary(listed.manifest) | change, kind="manifest")
    (line,) = named(listed, caplog)
    assert f"{listed.manifest} is damaged ({named_as}" in line


def test_what_is_no_file_is_named(listed, caplog):
    path = listed.paths("activations")[1]
    path.unlink()
    os.mkfifo(path)
    assert named(listed, caplog) == [f"{path} is no file."]


def test_a_damaged_manifest_is_named(listed, caplog):
    content = json.loads(listed.manifest.read_text())
    content["seed"] = 4
    listed.manifest.write_text(json.dumps(content))
    (line,) = named(listed, caplog)
    assert f"{listed.manifest} is damaged" in line


def test_no_manifest_is_said(tmp_path):
    with pytest.raises(SomError, match="no manifest"):
        verify.main([], datasets=tmp_path, logs=tmp_path, settings={})
