"""Snakemake's records lie with the results, and none that is damaged stops a run."""

import os
import subprocess
import time
from pathlib import Path

import pytest
from snakemake.exceptions import WorkflowError

from workflow.guards.records import forget_damaged_records, keep_records_with_results

RECORD = (
    '{"rule": "train", "input": ["a"], "params": [], "code": null, "starttime": 1.5, '
    '"record_format_version": 6, "input_checksums": {}}'
)
# Contents of a record that Snakemake could not read.
DAMAGED = [
    RECORD.replace("train", "tr\xe4in").encode("latin-1"),
    b"5",
    b"[]",
    b"null",
    RECORD.replace('"train"', "5").encode(),
    RECORD.replace('["a"]', '"a"').encode(),
    RECORD.replace("1.5", '"1.5"').encode(),
    b"[" * 100_000,
]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_is_recorded_lies_with_the_results(folder):
    keep_records_with_results()
    (folder / ".snakemake/metadata/a").write_text("{}")
    assert (folder / "results/.records/a").read_text() == "{}"
    keep_records_with_results()
    assert (folder / "results/.records/a").read_text() == "{}"
    assert (folder / ".snakemake/metadata").readlink() == Path("../results/.records")


def test_records_in_snakemakes_own_place_are_moved(folder):
    (folder / ".snakemake/metadata/@deep").mkdir(parents=True)
    (folder / ".snakemake/metadata/@deep/a").write_text("{}")
    keep_records_with_results()
    assert (folder / "results/.records/@deep/a").read_text() == "{}"
    assert (folder / ".snakemake/metadata").is_symlink()


@pytest.mark.parametrize("deleted", ["results", "results/.records", ".snakemake"])
def test_deleted_folders_are_made_again(folder, deleted):
    keep_records_with_results()
    subprocess.run(["rm", "-r", deleted], check=True)
    keep_records_with_results()
    (folder / ".snakemake/metadata/a").write_text("{}")
    assert (folder / "results/.records/a").exists()


def test_a_folder_in_which_nothing_can_be_made_is_one_sentence(folder):
    (folder / "results").write_text("a file")
    with pytest.raises(
        WorkflowError, match=r"^results\S* could not be written .*run the same command again"
    ):
        keep_records_with_results()


def make_old(path):
    os.utime(path, (time.time() - 3600,) * 2, follow_symlinks=False)


@pytest.fixture
def good(folder):
    """Records that are whole, one of them under a long name, which Snakemake cuts into folders."""
    keep_records_with_results()
    paths = [folder / "results/.records" / name for name in ("good", "@long/@name/good")]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(RECORD)
    yield paths
    assert [path.read_text() for path in paths] == [RECORD] * 2


@pytest.mark.parametrize("content", DAMAGED, ids=range(len(DAMAGED)))
@pytest.mark.parametrize("name", ["bad", "@long/bad", "@bad"])
def test_a_damaged_record_is_deleted_and_no_other(good, name, content):
    path = good[0].parent / name
    path.write_bytes(content)
    make_old(path)
    assert forget_damaged_records() == 1
    assert not path.exists()
    assert forget_damaged_records() == 0


@pytest.mark.parametrize("content", [b"", RECORD[:40].encode()])
def test_a_record_that_may_just_be_written_is_left(good, content):
    path = good[0].with_name("half")
    path.write_bytes(content)
    assert forget_damaged_records() == 0
    make_old(path)
    assert forget_damaged_records() == 1


@pytest.mark.parametrize(
    "make",
    [
        os.mkdir,
        os.mkfifo,
        lambda path: path.symlink_to(path.name),
        lambda path: path.symlink_to("nowhere"),
        lambda path: path.symlink_to("/dev/zero"),
    ],
    ids=["folder", "pipe", "loop", "dead link", "device"],
)
def test_what_is_no_file_is_deleted(good, make):
    path = good[0].with_name("bad")
    make(path)
    assert forget_damaged_records() == 1
    assert not os.path.lexists(path)
    assert Path("/dev/zero").exists()
